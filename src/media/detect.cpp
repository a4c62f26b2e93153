#include "media/detect.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/kind.h"

namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

struct Mark {
    std::uint32_t at;
    std::string_view bytes;
    Format format;
};

// Long marks before short ones that they begin with.
constexpr Mark kMarks[] = {
    {0, "\xff\xd8\xff"sv, Format::jpeg},
    {0, "\x89PNG\r\n\x1a\n"sv, Format::png},
    {0, "GIF87a"sv, Format::gif},
    {0, "GIF89a"sv, Format::gif},
    {0, "\0\0\0\x0cJXL \r\n\x87\n"sv, Format::jpeg_xl},
    {0, "\xff\x0a"sv, Format::jpeg_xl},
    {0, "\0\0\0\x0cjP  \r\n\x87\n"sv, Format::jpeg_2000},
    {0, "\xff\x4f\xff\x51\0"sv, Format::jpeg_2000},
    {0, "FUJIFILMCCD-RAW"sv, Format::raw},
    {0, "FOVb"sv, Format::raw},
    {0, "\0MRM"sv, Format::raw},
    {6, "HEAPCCDR"sv, Format::raw},
    {0, "8BPS\0"sv, Format::photoshop},
    {0, "v/1\x01"sv, Format::openexr},
    {0, "#?RADIANCE"sv, Format::radiance},
    {0, "#?RGBE"sv, Format::radiance},
    {0x800, "PCD_IPI"sv, Format::photo_cd},
    {0, "gimp xcf "sv, Format::gimp},
    {0, "Paint Shop Pro Image File\n\x1a"sv, Format::paint_shop_pro},
    {0, "AT&TFORM"sv, Format::djvu},
    {0, "%PDF-"sv, Format::pdf},
    {0, "%!PS"sv, Format::postscript},
    {0, "\xc5\xd0\xd3\xc6"sv, Format::postscript},
    {0, "{\\rtf"sv, Format::rich_text},
    {128, "DICM"sv, Format::dicom},
    {0, "7z\xbc\xaf\x27\x1c"sv, Format::seven_zip},
    {0, "Rar!\x1a\x07"sv, Format::rar},
    {0, "\xfd\x37zXZ\0"sv, Format::xz},
    {0, "BZh"sv, Format::bzip2},
    {257, "ustar"sv, Format::tar},
    {0, "SQLite format 3\0"sv, Format::sqlite},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, Format::old_office},
    {0, "\x7f\x45LF"sv, Format::program},
    {0, "\xce\xfa\xed\xfe"sv, Format::program},
    {0, "\xcf\xfa\xed\xfe"sv, Format::program},
    {0, "\xca\xfe\xba\xbe"sv, Format::program},
    {0, "OTTO"sv, Format::font},
    {0, "ttcf"sv, Format::font},
    {0, "wOFF"sv, Format::font},
    {0, "wOF2"sv, Format::font},
    {0, "\0\x01\0\0\0"sv, Format::font},
    {0, "age-encryption.org/v1\n"sv, Format::age},
    {0, "-----BEGIN AGE ENCRYPTED FILE-----"sv, Format::age},
};

bool is_bitmap(ByteView head) {
    if (!has_at(head, 0, "BM")) return false;
    const auto header_bytes = u32_at(head, 14, Order::little);
    constexpr std::uint32_t kHeaders[] = {12, 16, 40, 52, 56, 64, 108, 124};
    return header_bytes && std::ranges::find(kHeaders, *header_bytes) != std::end(kHeaders);
}

bool is_icon(ByteView head) {
    const auto type = u16_at(head, 2, Order::little);
    const auto count = u16_at(head, 4, Order::little);
    const auto first_bytes = u32_at(head, 14, Order::little);
    const auto first_at = u32_at(head, 18, Order::little);
    return u16_at(head, 0, Order::little) == 0 && (type == 1 || type == 2) && count > 0 &&
           first_bytes > 0 && first_at >= 6U + 16U * *count;
}

bool is_netpbm(ByteView head) {
    if (head.size() < 3 || head[0] != 'P') return false;
    const bool known = (head[1] >= '1' && head[1] <= '7') || head[1] == 'f' || head[1] == 'F';
    return known && (head[2] == '\n' || head[2] == ' ' || head[2] == '\r' || head[2] == '\t');
}

/// DICOM as some machines write it: without its preamble, from the first data element on.
bool is_bare_dicom(ByteView head) {
    const auto group = u16_at(head, 0, Order::little);
    const auto element = u16_at(head, 2, Order::little);
    if (!element || (group != 0x0002 && group != 0x0008) || *element > 0x0020) return false;
    constexpr std::string_view kTypes[] = {"UL", "OB", "UI", "CS", "DA", "SH"};
    const auto type = as_text(slice(head, 4, 2));
    if (std::ranges::find(kTypes, type) != std::end(kTypes)) return true;
    // Implicit: group length, four bytes long.
    return *element == 0 && u32_at(head, 4, Order::little) == 4U;
}

std::optional<Format> detect_zip(ByteView head) {
    if (has_at(head, 0, "PK\x05\x06")) return Format::zip;
    if (!has_at(head, 0, "PK\x03\x04")) return std::nullopt;
    const auto name_bytes = u16_at(head, 26, Order::little).value_or(0);
    const auto extra_bytes = u16_at(head, 28, Order::little).value_or(0);
    const auto first = as_text(slice(head, 30, name_bytes));
    if (first == "mimetype") {
        const auto at = 30ULL + name_bytes + extra_bytes;
        if (has_at(head, at, "application/vnd.oasis.opendocument")) return Format::open_document;
        if (has_at(head, at, "application/epub+zip")) return Format::epub;
    }
    const bool is_office = first == "[Content_Types].xml" || first.starts_with("_rels/") ||
                           first.starts_with("word/") || first.starts_with("docProps/");
    return is_office ? Format::office : Format::zip;
}

std::optional<Format> detect_marks(ByteView head) {
    for (const auto& mark : kMarks)
        if (has_at(head, mark.at, mark.bytes)) return mark.format;
    if (is_bitmap(head)) return Format::bmp;
    if (is_icon(head)) return Format::icon;
    if (is_netpbm(head)) return Format::netpbm;
    // The mark of Windows programs is two letters, which a text may begin with, too.
    if (has_at(head, 0, "MZ") && u16_at(head, 8, Order::little) >= std::uint16_t{2} &&
        std::ranges::find(head.first(std::min<std::size_t>(head.size(), 64)), 0) != head.end() &&
        head.size() >= 64 && u16_at(head, 24, Order::little) <= std::uint16_t{0x40})
        return Format::program;
    return std::nullopt;
}

bool is_headerless_raw(const Extension& extension) {
    return extension == ".raw" || extension == ".kdc" || extension == ".bay" ||
           extension == ".dcr" || extension == ".cap";
}

}  // namespace

Extension::Extension(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot >= sizeof text_) return;
    for (const char c : name.substr(dot))
        text_[size_++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Format detect(ByteView head, std::uint64_t size_bytes, std::string_view name) {
    if (size_bytes == 0) return Format::empty;
    head = head.first(std::min(head.size(), kDetectBytes));
    const Extension extension(name);
    if (const auto format = detect_tiff(head)) return *format;
    if (const auto format = detect_marks(head)) return *format;
    if (const auto format = detect_iso_media(head)) return *format;
    if (const auto format = detect_zip(head)) return *format;
    if (has_at(head, 0, "\x1f\x8b\x08")) return extension == ".svgz" ? Format::svg : Format::gzip;
    // The mark of UTF-16 looks like the beginning of a frame of sound.
    if (has_at(head, 0, "\xff\xfe"))
        if (const auto format = detect_text(head, size_bytes, name)) return *format;
    if (const auto format = detect_stream(head)) return *format;
    if (is_bare_dicom(head)) return Format::dicom;
    if (const auto format = detect_text(head, size_bytes, name)) return *format;
    // PDF allows for something before its mark.
    if (as_text(head.first(std::min<std::size_t>(head.size(), 1024))).contains("%PDF-"))
        return Format::pdf;
    return is_headerless_raw(extension) ? Format::raw : Format::unknown;
}

}  // namespace keepsake::media
