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

// Pictures of cameras and programs that no library here opens, or not far enough.
namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::uint64_t kLargestSegment = 65'535;
constexpr auto kExifSign = "Exif\0\0"sv;

void take_size(Written& written, std::optional<std::uint32_t> width,
               std::optional<std::uint32_t> height) {
    if (!width || !height) return;
    written.width = *width;
    written.height = *height;
}

// ---- Sigma's X3F: a directory at the end of the file, of which one section is a list of words

/// UTF-16 of which only plain letters are expected: names and numbers.
std::string plain_text_at(ByteView words, std::uint64_t at) {
    constexpr std::size_t kLongest = 128;
    std::string text;
    for (; text.size() < kLongest; at += 2) {
        const auto unit = u16_at(words, at, Order::little).value_or(0);
        if (unit == 0 || unit > 0x7e) break;
        text.push_back(static_cast<char>(unit));
    }
    return text;
}

void read_sigma_words(ByteView section, Written& written) {
    constexpr std::uint32_t kMostWords = 256;
    constexpr std::uint64_t kHeaderBytes = 24;
    const auto count = std::min(u32_at(section, 8, Order::little).value_or(0), kMostWords);
    const auto words = kHeaderBytes + 8ULL * count;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto name_at = u32_at(section, kHeaderBytes + 8 * i, Order::little);
        const auto value_at = u32_at(section, kHeaderBytes + 8 * i + 4, Order::little);
        if (!name_at || !value_at) return;
        const auto name = plain_text_at(section, words + 2ULL * *name_at);
        auto value = plain_text_at(section, words + 2ULL * *value_at);
        if (name == "TIME")
            add_date(written, moment_of_seconds(number_from(value), Clock::wall),
                     TakenSource::original);
        if (name == "CAMMANUF")
            written.camera.make = std::move(value);
        else if (name == "CAMMODEL")
            written.camera.model = std::move(value);
    }
}

void read_sigma(ByteView file, Written& written) {
    constexpr std::uint32_t kMostSections = 64;
    take_size(written, u32_at(file, 28, Order::little), u32_at(file, 32, Order::little));
    const auto directory = u32_at(file, file.size() - 4, Order::little).value_or(0);
    if (!has_at(file, directory, "SECd")) return;
    const auto count =
        std::min(u32_at(file, directory + 8ULL, Order::little).value_or(0), kMostSections);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry = directory + 12 + 12 * i;
        const auto at = u32_at(file, entry, Order::little).value_or(0);
        const auto size = u32_at(file, entry + 4, Order::little).value_or(0);
        // A picture in JPEG, whose EXIF stands in its first segment.
        constexpr std::uint64_t kExifAt = 28 + 6;
        if (has_at(file, entry + 8, "IMA2") && has_at(file, at + kExifAt, kExifSign)) {
            const auto begin =
                std::min<std::uint64_t>(at + kExifAt + kExifSign.size(), file.size());
            add_block(
                written, WrittenBlock::Kind::exif,
                slice(file, begin, std::min<std::uint64_t>(kLargestSegment, file.size() - begin)));
        }
        if (has_at(file, entry + 8, "PROP") && has_at(file, at, "SECp"))
            read_sigma_words(slice(file, at, size), written);
    }
}

// ---- others

/// Kodak's Photo CD: when it was scanned, and by how many quarters it is to be turned.
void read_photo_cd(ByteView file, Written& written) {
    const auto seconds = u32_at(file, 0x80d, Order::big).value_or(0);
    add_date(written, moment_of_seconds(seconds, Clock::utc), TakenSource::digitized);
    const auto attributes = slice(file, 0xe02, 1);
    if (attributes.empty()) return;
    constexpr std::uint32_t kShort = 512;
    constexpr std::uint32_t kLong = 768;
    const auto times = 1U << std::min(attributes[0] >> 2U & 3U, 2U);
    const bool on_its_side = (attributes[0] & 1U) != 0;
    constexpr int kTurns[] = {0, 8, 3, 6};  // against the clock
    written.turn = kTurns[attributes[0] & 3U];
    take_size(written, times * (on_its_side ? kShort : kLong),
              times * (on_its_side ? kLong : kShort));
}

/// Paint Shop Pro: blocks, of which one holds fields of the person who made it.
void read_paint_shop(ByteView file, Written& written) {
    constexpr auto kBlock = "~BK\0"sv;
    constexpr auto kField = "~FL\0"sv;
    constexpr std::uint64_t kFirst = 36;
    constexpr int kMostBlocks = 1'000;
    // Before version 4 a block says twice how long it is.
    const bool is_old = u16_at(file, 32, Order::little).value_or(0) <= 3;
    std::uint64_t at = kFirst;
    for (int count = 0; count < kMostBlocks && has_at(file, at, kBlock); ++count) {
        const auto id = u16_at(file, at + 4, Order::little).value_or(0);
        const auto begin = at + (is_old ? 14 : 10);
        const auto size = u32_at(file, begin - 4, Order::little).value_or(0);
        if (id == 0)
            take_size(written, u32_at(file, begin + (is_old ? 0 : 4), Order::little),
                      u32_at(file, begin + (is_old ? 4 : 8), Order::little));
        const auto end = std::min<std::uint64_t>(begin + size, file.size());
        for (auto field = begin;
             (id == 1 || id == 10) && field < end && has_at(file, field, kField);) {
            const auto key = u16_at(file, field + 4, Order::little).value_or(0);
            const auto bytes = u32_at(file, field + 6, Order::little).value_or(0);
            const auto value = field + 10;
            if (id == 1 && key == 0) written.title = text_in(file, value, bytes);
            if (id == 1 && key == 3) written.author = text_in(file, value, bytes);
            if (id == 1 && key == 1)
                add_date(
                    written,
                    moment_of_seconds(u32_at(file, value, Order::little).value_or(0), Clock::utc),
                    TakenSource::digitized);
            if (id == 10 && key == 3 && has_at(file, value, kExifSign) && bytes > kExifSign.size())
                add_block(written, WrittenBlock::Kind::exif,
                          slice(file, value + kExifSign.size(), bytes - kExifSign.size()));
            field = value + bytes;
        }
        at = begin + size;
    }
}

/// The light fields of Lytro: pieces of JSON, of which one is the camera's.
void read_lytro(ByteView file, Written& written) {
    constexpr std::size_t kHead = 1UL << 20U;
    const auto text = as_text(file.first(std::min(file.size(), kHead)));
    const auto value = [&](std::string_view name) {
        auto found = between(text, "\"" + std::string(name) + "\" : ", "\n", 200);
        while (!found.empty() && (found.back() == ',' || found.back() == '\r'))
            found.remove_suffix(1);
        if (found.starts_with('"') && found.ends_with('"') && found.size() >= 2)
            found = found.substr(1, found.size() - 2);
        return std::string(found);
    };
    written.camera.make = value("make");
    written.camera.model = value("model");
    add_date(written, moment_from_file(value("zuluTime")), TakenSource::original);
    const auto width = number_from(value("width"));
    const auto height = number_from(value("height"));
    constexpr std::int64_t kLargestSide = 100'000;
    if (width > 0 && width < kLargestSide && height > 0 && height < kLargestSide)
        take_size(written, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height));
}

/// Sony's first camera: a header of 124 bytes in front of a JPEG.
bool is_sony_pmp(ByteView file) {
    return u32_at(file, 8, Order::big) == 124U && has_at(file, 124, "\xff\xd8\xff\xdb");
}
void read_sony_pmp(ByteView file, Written& written) {
    const auto at = slice(file, 0x4c, 6);
    if (at.empty()) return;
    constexpr int kCentury = 1900;
    add_date(written, moment_of_numbers(kCentury + at[0], at[1], at[2], at[3], at[4], at[5]),
             TakenSource::original);
    written.camera = {.make = "Sony", .model = "DSC-F1", .lens = {}};
    take_size(written, u16_at(file, 0x16, Order::big), u16_at(file, 0x18, Order::big));
}

/// FLIR's public format of pictures of warmth.
void read_flir(ByteView file, Written& written) {
    take_size(written, u16_at(file, 0x2c, Order::little), u16_at(file, 0x2e, Order::little));
    const auto number = [&](int index) {
        constexpr std::uint64_t kDateAt = 0x248;
        return static_cast<int>(
            u32_at(file, kDateAt + 4ULL * static_cast<unsigned>(index), Order::little).value_or(0));
    };
    add_date(written,
             moment_of_numbers(number(0), number(1), number(2), number(3), number(4), number(5)),
             TakenSource::original);
    written.camera.model = text_in(file, 0x78, 32);
}

/// What Contax's N Digital writes: each field from its end to its beginning.
void read_kyocera(ByteView file, Written& written) {
    const auto reversed = [&](std::uint64_t at, std::uint64_t size) {
        const auto field = slice(file, at, size);
        const Bytes turned(field.rbegin(), field.rend());
        const auto first = std::ranges::find_if(turned, [](auto byte) { return byte != 0; });
        const auto skipped = static_cast<std::uint64_t>(first - turned.begin());
        return text_in(turned, skipped, turned.size() - skipped);
    };
    written.camera.model = reversed(0x0c, 12);
    written.camera.make = reversed(0x19, 7);
    add_date(written, moment_from_file(reversed(0x21, 20)), TakenSource::original);
}

/// DPX, as scanners of films write it, tells when in its header. Source: SMPTE 268M, 5.1.
void read_dpx(ByteView file, Written& written) {
    constexpr std::size_t kDayLetters = 10;
    auto date = std::string(as_text(slice(file, 136, 19)));
    if (date.size() > kDayLetters) date[kDayLetters] = ' ';
    add_date(written, moment_from_file(date), TakenSource::digitized);
}

/// A number in groups of seven bits. Source: bpg-spec.txt, 2.
std::optional<std::uint32_t> take_bpg_number(ByteView file, std::uint64_t& at) {
    std::uint64_t number = 0;
    for (int bytes = 0; bytes < 5; ++bytes) {
        const auto next = slice(file, at++, 1);
        if (next.empty()) return std::nullopt;
        number = number << 7U | (next[0] & 0x7fU);
        if ((next[0] & 0x80U) == 0) return static_cast<std::uint32_t>(number);
    }
    return std::nullopt;
}
void read_bpg(ByteView file, Written& written) {
    std::uint64_t at = 6;
    const auto width = take_bpg_number(file, at);
    const auto height = take_bpg_number(file, at);
    take_size(written, width, height);
    // EXIF stands behind the header, from the TIFF mark on.
    const auto head = as_text(file.first(std::min<std::size_t>(file.size(), 64)));
    auto begin = head.find("II*\0"sv);
    if (begin == std::string_view::npos) begin = head.find("MM\0*"sv);
    if (begin != std::string_view::npos)
        add_block(written, WrittenBlock::Kind::exif,
                  file.subspan(begin, std::min(kLargestBlock, file.size() - begin)));
}

/// ImageMagick's own: its head is text.
void read_miff(ByteView file, Written& written) {
    const auto text = as_text(file.first(std::min<std::size_t>(file.size(), 4096)));
    const auto head = text.substr(0, text.find('\x0c'));
    const auto width = number_from(between(head, "columns=", " ", 12));
    const auto height = number_from(between(head, "rows=", " ", 12));
    constexpr std::int64_t kLargestSide = 1'000'000;
    if (width > 0 && width < kLargestSide && height > 0 && height < kLargestSide)
        take_size(written, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height));
}

/// Meta Information Encapsulation, in which exiftool keeps words beside a picture: elements of a
/// name and a value, groups around them.
void read_mie(ByteView file, Written& written) {
    constexpr int kMostElements = 10'000;
    std::uint64_t at = 0;
    for (int count = 0; count < kMostElements; ++count) {
        const auto head = slice(file, at, 4);
        if (head.empty() || head[0] != '~') return;
        const auto name = as_text(slice(file, at + 4, head[2]));
        at += 4ULL + head[2];
        std::uint64_t size = head[3];
        if (size > 252) {
            const auto number = slice(file, at, size == 253 ? 2 : size == 254 ? 4 : 8);
            if (number.empty()) return;
            size = 0;
            for (const auto byte : number) size = size << 8U | byte;
            at += number.size();
        }
        if (size > file.size()) return;
        constexpr std::uint8_t kCompressed = 0x04;
        const auto value = [&] {
            return (head[1] & kCompressed) != 0 ? std::string() : text_in(file, at, size);
        };
        if (name == "OriginalDate")
            add_date(written, moment_from_file(value()), TakenSource::original);
        if (name == "CreateDate")
            add_date(written, moment_from_file(value()), TakenSource::digitized);
        if (name == "Make") written.camera.make = value();
        if (name == "Model") written.camera.model = value();
        at += size;
    }
}

void read_gimp(ByteView file, Written& written) {
    take_size(written, u32_at(file, 14, Order::big), u32_at(file, 18, Order::big));
}

constexpr WrittenKind kPictures[] = {
    {0, "FOVb"sv, read_sigma},
    {0x800, "PCD_IPI"sv, read_photo_cd},
    {0, "Paint Shop Pro Image File\n\x1a"sv, read_paint_shop},
    {0, "\x89LFP\r\n\x1a\n"sv, read_lytro},
    {0, "FPF Public Image Format\0"sv, read_flir},
    {0x19, "ARECOYK"sv, read_kyocera},
    {0, "SDPX"sv, read_dpx},
    {0, "XPDS"sv, read_dpx},
    {0, "BPG\xfb"sv, read_bpg},
    {0, "id=ImageMagick"sv, read_miff},
    {4, "0MIE"sv, read_mie},
    {0, "gimp xcf "sv, read_gimp},
};

}  // namespace

bool read_written_picture(ByteView file, Written& written) {
    if (read_as_one_of(kPictures, file, written)) return true;
    if (!is_sony_pmp(file)) return false;
    read_sony_pmp(file, written);
    return true;
}

}  // namespace keepsake::media
