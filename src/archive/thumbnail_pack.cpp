#include "archive/thumbnail_pack.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/secret.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

constexpr std::string_view kName = "keepsake-thumbnails ";
constexpr std::string_view kOlder = "1";
constexpr std::string_view kVersion = "2";
constexpr std::size_t kContentDigits = 64;
constexpr std::size_t kMostDigits = 7;
constexpr std::size_t kLongestLine = kContentDigits + 1 + kMostDigits;

Error malformed() { return {ErrorCode::corrupt, "a malformed thumbnail pack"}; }

std::optional<std::uint64_t> number_from(std::string_view digits) {
    std::uint64_t number = 0;
    const auto [last, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool is_whole = failed == std::errc{} && last == digits.data() + digits.size();
    if (!is_whole || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    return number;
}

/// The lines of a pack, and what stands between them.
class Lines {
  public:
    Lines(const crypto::ReadAt& read, std::uint64_t size_bytes)
        : read_(&read), size_bytes_(size_bytes) {}
    std::uint64_t offset_bytes() const { return offset_bytes_; }
    std::uint64_t left_bytes() const { return size_bytes_ - offset_bytes_; }
    void pass_over(std::uint64_t bytes) { offset_bytes_ += bytes; }

    /// Without its LF.
    Result<std::string> next() {
        std::array<std::uint8_t, kLongestLine + 1> some{};
        TRY_LET(const auto got, (*read_)(offset_bytes_, some));
        const auto text = as_text(ByteView(some).first(got));
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return malformed();
        offset_bytes_ += end + 1;
        return std::string(text.substr(0, end));
    }
    /// "<content> <bytes>", as one that stands at the pack's beginning.
    Result<PlacedThumbnail> next_picture() {
        TRY_LET(const auto line, next());
        if (line.size() < kContentDigits + 2 || line[kContentDigits] != ' ') return malformed();
        const auto hash = from_hex(line.substr(0, kContentDigits));
        const auto content = hash ? model::ContentId::from_bytes(*hash) : std::nullopt;
        const auto bytes = number_from(std::string_view(line).substr(kContentDigits + 1));
        if (!content || !bytes || *bytes > kLargestThumbnailBytes) return malformed();
        return PlacedThumbnail{*content, 0, static_cast<std::size_t>(*bytes)};
    }

  private:
    const crypto::ReadAt* read_;
    std::uint64_t size_bytes_;
    std::uint64_t offset_bytes_ = 0;
};

Error too_many() { return {ErrorCode::limit, "a thumbnail pack of more than 2,000"}; }

Result<std::vector<PlacedThumbnail>> read_older(Lines& lines) {
    std::vector<PlacedThumbnail> places;
    while (lines.left_bytes() > 0) {
        if (places.size() == kMostThumbnails) return too_many();
        TRY_LET(auto place, lines.next_picture());
        if (place.bytes > lines.left_bytes()) return malformed();
        place.offset_bytes = lines.offset_bytes();
        lines.pass_over(place.bytes);
        places.push_back(place);
    }
    return places;
}

Result<std::vector<PlacedThumbnail>> read_current(Lines& lines) {
    TRY_LET(const auto digits, lines.next());
    const auto count = number_from(digits);
    if (!count) return malformed();
    if (*count > kMostThumbnails) return too_many();
    std::vector<PlacedThumbnail> places;
    for (std::uint64_t i = 0; i < *count; ++i) {
        TRY_LET(const auto place, lines.next_picture());
        places.push_back(place);
    }
    for (auto& place : places) {
        if (place.bytes > lines.left_bytes()) return malformed();
        place.offset_bytes = lines.offset_bytes();
        lines.pass_over(place.bytes);
    }
    if (lines.left_bytes() > 0) return malformed();
    return places;
}

}  // namespace

Bytes write_thumbnail_pack(std::span<const Thumbnail> thumbnails) {
    std::string text(kName);
    text += std::string(kVersion) + "\n" + std::to_string(thumbnails.size()) + "\n";
    for (const auto& thumbnail : thumbnails)
        text += thumbnail.content.hex() + " " + std::to_string(thumbnail.jpeg.size()) + "\n";
    for (const auto& thumbnail : thumbnails) text += as_text(thumbnail.jpeg);
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

Result<std::vector<PlacedThumbnail>> read_thumbnail_index(const crypto::ReadAt& read,
                                                          std::uint64_t plaintext_bytes) {
    if (plaintext_bytes > kLargestPackBytes)
        return Error(ErrorCode::limit, "a thumbnail pack of more than 16 MiB");
    Lines lines(read, plaintext_bytes);
    TRY_LET(const auto first, lines.next());
    if (!first.starts_with(kName)) return malformed();
    const auto version = std::string_view(first).substr(kName.size());
    if (version == kVersion) return read_current(lines);
    if (version == kOlder) return read_older(lines);
    return Error(ErrorCode::unsupported, "a thumbnail pack of a newer version");
}

std::string thumbnail_pack_path(const model::FileHash& file) {
    return std::string(kPreviewsName) + "/" + file.hex() + ".age";
}

ThumbnailPack::ThumbnailPack(std::unique_ptr<os::ReadableFile> file, crypto::AgeFileReader reader,
                             std::vector<PlacedThumbnail> places)
    : file_(std::move(file)), reader_(std::move(reader)), places_(std::move(places)) {}

Result<ThumbnailPack> ThumbnailPack::open(
    os::FileSystem& files, const std::string& archive_path, const model::FileHash& name,
    const std::function<Result<crypto::Secret>(const crypto::AgeHeader&)>& unwrap) {
    TRY_LET(auto file, files.open(os::join_path(archive_path, thumbnail_pack_path(name))));
    TRY_LET(const auto info, file->info());
    const auto read_sealed = [from = file.get()](std::uint64_t offset, MutableBytes out) {
        return from->read_at(offset, out);
    };
    TRY_LET(auto reader, crypto::AgeFileReader::open(read_sealed, info.size_bytes, unwrap));
    const crypto::ReadAt read = [&reader](std::uint64_t offset, MutableBytes out) {
        return reader.read_at(offset, out);
    };
    TRY_LET(auto places, read_thumbnail_index(read, reader.plaintext_bytes()));
    return ThumbnailPack(std::move(file), std::move(reader), std::move(places));
}

Result<Bytes> ThumbnailPack::read(const PlacedThumbnail& place) {
    Bytes jpeg(place.bytes);
    TRY_LET(const auto got, reader_.read_at(place.offset_bytes, jpeg));
    if (got < jpeg.size()) return malformed();
    return jpeg;
}

}  // namespace keepsake::archive
