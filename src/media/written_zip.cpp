#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/taken.h"
#include "media/written.h"
#include "media/written_parts.h"

// Parts of a ZIP that tell of the whole. Source: APPNOTE.TXT, ECMA-376 part 2, OpenDocument 1.2.
namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLargestPart = 1UL << 20U;
constexpr std::uint32_t kMostParts = 2'000;

struct Part {
    std::string_view name;
    std::uint16_t method = 0;
    std::uint32_t packed_bytes = 0;
    std::uint64_t at = 0;  ///< its own header
};

/// Where the list of parts begins, and how many there are.
std::optional<std::pair<std::uint64_t, std::uint32_t>> find_list(ByteView file) {
    constexpr auto kEnd = "PK\x05\x06"sv;
    constexpr std::size_t kEndBytes = 22 + 65'535;  // with the longest comment
    const auto tail = file.size() > kEndBytes ? file.size() - kEndBytes : 0;
    const auto found = as_text(file.subspan(tail)).rfind(kEnd);
    if (found == std::string_view::npos) return std::nullopt;
    const auto count = u16_at(file, tail + found + 10, Order::little);
    const auto at = u32_at(file, tail + found + 16, Order::little);
    if (!count || !at) return std::nullopt;
    return std::pair(std::uint64_t{*at}, std::min<std::uint32_t>(*count, kMostParts));
}

Bytes inflated(ByteView packed) {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return {};
    constexpr std::size_t kMostTimes = 1032;  // as much as deflate can pack
    Bytes bytes(std::min(kLargestPart, kMostTimes * packed.size()));
    stream.next_in = const_cast<Bytef*>(packed.data());  // zlib only reads from it
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = bytes.data();
    stream.avail_out = static_cast<uInt>(bytes.size());
    const bool is_whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    const auto made = bytes.begin() + static_cast<std::ptrdiff_t>(stream.total_out);
    inflateEnd(&stream);
    return is_whole ? Bytes(bytes.begin(), made) : Bytes();
}

/// What is in it, or of a RAW picture that is stored as it is, its beginning.
Bytes contents_of(ByteView file, const Part& part) {
    if (!has_at(file, part.at, "PK\x03\x04")) return {};
    const auto begin = part.at + 30 + u16_at(file, part.at + 26, Order::little).value_or(0) +
                       u16_at(file, part.at + 28, Order::little).value_or(0);
    if (begin > file.size()) return {};
    const auto size =
        std::min<std::uint64_t>({part.packed_bytes, kLargestPart, file.size() - begin});
    const auto packed = slice(file, begin, size);
    if (part.method == 0) return {packed.begin(), packed.end()};
    return part.method == Z_DEFLATED ? inflated(packed) : Bytes();
}

/// What stands in the element of this name; its attributes are passed over.
std::string element(std::string_view xml, std::string_view name) {
    const auto rest = between(xml, "<" + std::string(name), "</", 1024);
    const auto begin = rest.find('>');
    if (begin == std::string_view::npos || rest.contains('&')) return {};
    return text_in(as_bytes(rest), begin + 1, rest.size() - begin - 1);
}

void read_summary(const Part& part, bool is_office, ByteView file, Written& written) {
    const auto xml = contents_of(file, part);
    const auto text = as_text(xml);
    add_date(written,
             moment_from_file(element(text, is_office ? "dcterms:created" : "meta:creation-date")),
             TakenSource::container);
    written.title = element(text, "dc:title");
    written.author = element(text, is_office ? "dc:creator" : "meta:initial-creator");
}

}  // namespace

void read_written_zip(ByteView file, Written& written) {
    const auto list = find_list(file);
    if (!list) return;
    auto [at, count] = *list;
    std::optional<Part> office;
    std::optional<Part> open_document;
    std::optional<Part> raw;
    bool is_of_capture_one = false;
    for (std::uint32_t i = 0; i < count && has_at(file, at, "PK\x01\x02"); ++i) {
        const auto name_bytes = u16_at(file, at + 28, Order::little).value_or(0);
        const Part part{.name = as_text(slice(file, at + 46, name_bytes)),
                        .method = u16_at(file, at + 10, Order::little).value_or(0),
                        .packed_bytes = u32_at(file, at + 20, Order::little).value_or(0),
                        .at = u32_at(file, at + 42, Order::little).value_or(0)};
        if (part.name == "docProps/core.xml") office = part;
        if (part.name == "meta.xml") open_document = part;
        if (part.name.ends_with(".IIQ") && !part.name.contains('/')) raw = part;
        is_of_capture_one |= part.name.starts_with("CaptureOne/");
        at += 46ULL + name_bytes + u16_at(file, at + 30, Order::little).value_or(0) +
              u16_at(file, at + 32, Order::little).value_or(0);
    }
    if (office) read_summary(*office, true, file, written);
    if (open_document && !office) read_summary(*open_document, false, file, written);
    // Capture One packs one RAW with what it did to it.
    if (raw && is_of_capture_one)
        add_block(written, WrittenBlock::Kind::exif, contents_of(file, *raw));
}

}  // namespace keepsake::media
