#include "archive/thumbnail_pack.h"

#include <charconv>
#include <cstddef>
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
#include "model/ids.h"

namespace keepsake::archive {
namespace {

constexpr std::string_view kName = "keepsake-thumbnails ";
constexpr std::string_view kHeader = "keepsake-thumbnails 1\n";
constexpr std::size_t kContentDigits = 64;
constexpr std::size_t kMostDigits = 7;

Error malformed() { return {ErrorCode::corrupt, "a malformed thumbnail pack"}; }

/// "<content> <bytes>" and its LF, taken from the front of `rest`.
std::optional<std::pair<model::ContentId, std::size_t>> take_line(std::string_view& rest) {
    const auto end = rest.substr(0, kContentDigits + kMostDigits + 2).find('\n');
    if (end == std::string_view::npos || end < kContentDigits + 2) return std::nullopt;
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const auto hash = from_hex(line.substr(0, kContentDigits));
    const auto content = hash ? model::ContentId::from_bytes(*hash) : std::nullopt;
    const auto digits = line.substr(kContentDigits + 1);
    std::size_t bytes = 0;
    const auto [last, failed] = std::from_chars(digits.begin(), digits.end(), bytes);
    if (!content || line[kContentDigits] != ' ' || failed != std::errc{} || last != digits.end() ||
        digits.front() == '0')
        return std::nullopt;
    return std::pair{*content, bytes};
}

}  // namespace

Bytes write_thumbnail_pack(std::span<const Thumbnail> thumbnails) {
    std::string text(kHeader);
    for (const auto& thumbnail : thumbnails) {
        text += thumbnail.content.hex() + " " + std::to_string(thumbnail.jpeg.size()) + "\n";
        text += as_text(thumbnail.jpeg);
    }
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

Result<std::vector<Thumbnail>> read_thumbnail_pack(ByteView plaintext) {
    if (plaintext.size() > kLargestPackBytes)
        return Error(ErrorCode::limit, "a thumbnail pack of more than 16 MiB");
    auto rest = as_text(plaintext);
    if (!rest.starts_with(kName)) return malformed();
    if (!rest.starts_with(kHeader))
        return Error(ErrorCode::unsupported, "a thumbnail pack of a newer version");
    rest.remove_prefix(kHeader.size());
    std::vector<Thumbnail> thumbnails;
    while (!rest.empty()) {
        if (thumbnails.size() == kMostThumbnails)
            return Error(ErrorCode::limit, "a thumbnail pack of more than 2,000");
        const auto line = take_line(rest);
        if (!line || line->second > rest.size() || line->second > kLargestThumbnailBytes)
            return malformed();
        const auto jpeg = as_bytes(rest.substr(0, line->second));
        thumbnails.push_back({line->first, Bytes(jpeg.begin(), jpeg.end())});
        rest.remove_prefix(line->second);
    }
    return thumbnails;
}

std::string thumbnail_pack_path(const model::FileHash& file) {
    return std::string(kPreviewsName) + "/" + file.hex() + ".age";
}

}  // namespace keepsake::archive
