#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/taken.h"
#include "media/written.h"
#include "media/written_parts.h"

// Documents, and what else lies between photographs.
namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    return std::nullopt;
}

/// Photoshop writes its resources into PostScript as comments of hexadecimal digits.
void read_postscript(ByteView file, Written& written) {
    const auto text = as_text(file);
    constexpr auto kBegin = "%BeginPhotoshop:"sv;
    const auto begin = text.find(kBegin);
    const auto end =
        text.find("%EndPhotoshop", begin == std::string_view::npos ? text.size() : begin);
    if (end != std::string_view::npos && end - begin < 4 * kLargestBlock) {
        const auto first_line = text.find_first_of("\r\n", begin);
        Bytes resources;
        std::optional<unsigned> high;
        for (const char c : text.substr(first_line, end - first_line)) {
            const auto digit = hex_digit(c);
            if (!digit) continue;
            if (high) resources.push_back(static_cast<std::uint8_t>(*high << 4U | *digit));
            high = high ? std::nullopt : digit;
        }
        read_written_resources(resources, written);
    }
    const auto size = between(text, "%ImageData: ", "\"", 100);
    const auto width = number_from(size);
    const auto second = size.find(' ');
    const auto height = second == std::string_view::npos ? 0 : number_from(size.substr(second + 1));
    constexpr std::int64_t kLargestSide = 1'000'000;
    if (width <= 0 || width > kLargestSide || height <= 0 || height > kLargestSide) return;
    written.width = static_cast<std::uint32_t>(width);
    written.height = static_cast<std::uint32_t>(height);
}

/// A PDF of Photoshop's holds its resources as they are.
void read_pdf(ByteView file, Written& written) {
    const auto text = as_text(file);
    if (!text.contains("/ImageResources")) return;
    const auto at = text.find("8BIM");
    if (at != std::string_view::npos) read_written_resources(file.subspan(at), written);
}

/// Word's and LibreOffice's web pages.
void read_html(ByteView file, Written& written) {
    const auto text = head_of(file);
    auto created = between(text, "<o:Created>", "</o:Created>", 40);
    if (created.empty()) created = between(text, "<meta name=\"created\" content=\"", "\"", 40);
    add_date(written, moment_from_file(created), TakenSource::container);
}

void read_calendar(ByteView file, Written& written) {
    const auto text = head_of(file);
    add_date(written, moment_from_file(between(text, "\nCREATED:", "\n", 40)),
             TakenSource::container);
}

void read_torrent(ByteView file, Written& written) {
    const auto seconds = between(head_of(file), "13:creation datei", "e", 20);
    add_date(written, moment_of_seconds(number_from(seconds), Clock::utc), TakenSource::container);
}

/// A shortcut of Windows tells when what it points to was made.
void read_shortcut(ByteView file, Written& written) {
    add_date(written, moment_of_filetime(file, 28), TakenSource::container);
}

/// A library of `ar`: its first member is its list, made with it.
void read_library(ByteView file, Written& written) {
    add_date(written, moment_of_seconds(number_from(text_in(file, 24, 12)), Clock::utc),
             TakenSource::container);
}

/// Books of Palm and Mobipocket.
void read_palm(ByteView file, Written& written) {
    constexpr std::int64_t kFrom1904To1970 = 2'082'844'800;
    const auto seconds = std::int64_t{u32_at(file, 36, Order::big).value_or(0)};
    // Palm counted from 1904, those who took its format over from 1970.
    add_date(written,
             moment_of_seconds(seconds > kFrom1904To1970 ? seconds - kFrom1904To1970 : seconds,
                               Clock::utc),
             TakenSource::container);
}

/// What `exiftool -X` writes beside a picture: one element for each of its tags.
void read_exiftool_xml(ByteView file, Written& written) {
    const auto text = head_of(file);
    if (!text.contains("http://ns.exiftool.")) return;
    const auto value = [&](const std::string& name) {
        for (const auto* const before : {"<IFD0:", "<ExifIFD:"}) {
            const auto element = between(text, before + name, "</", 300);
            const auto begin = element.find('>');
            if (begin != std::string_view::npos && !element.contains('&'))
                return text_in(as_bytes(element), begin + 1, element.size() - begin - 1);
        }
        return std::string();
    };
    written.camera.make = value("Make");
    written.camera.model = value("Model");
    add_date(written, moment_from_file(value("DateTimeOriginal")), TakenSource::original);
    add_date(written, moment_from_file(value("CreateDate")), TakenSource::digitized);
}

constexpr WrittenKind kDocuments[] = {
    {0, "%PDF-"sv, read_pdf},
    {0, "%!PS"sv, read_postscript},
    {0, "\xc5\xd0\xd3\xc6"sv, read_postscript},
    {0, "BEGIN:VCALENDAR"sv, read_calendar},
    {0, "d8:announce"sv, read_torrent},
    {0, "L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"sv, read_shortcut},
    {0, "!<arch>\n"sv, read_library},
    {60, "BOOKMOBI"sv, read_palm},
    {60, "TEXtREAd"sv, read_palm},
};

}  // namespace

std::optional<Taken> date_of_broken_xmp(std::string_view packet) {
    struct Property {
        std::string_view name;
        TakenSource source;
    };
    constexpr Property kProperties[] = {{"exif:DateTimeOriginal", TakenSource::original},
                                        {"photoshop:DateCreated", TakenSource::original},
                                        {"xmp:CreateDate", TakenSource::digitized},
                                        {"xap:CreateDate", TakenSource::digitized}};
    for (const auto& [name, source] : kProperties) {
        auto text = between(packet, std::string(name) + ">", "<", 40);
        if (text.empty()) text = between(packet, std::string(name) + "=\"", "\"", 40);
        if (const auto moment = moment_from_file(text))
            return Taken{.at = *moment, .source = source};
    }
    return std::nullopt;
}

bool read_written_document(ByteView file, Written& written) {
    if (read_as_one_of(kDocuments, file, written)) return true;
    // Text in front of which anything may stand.
    const auto head = as_text(file.first(std::min<std::size_t>(file.size(), 4096)));
    if (head.contains("<rdf:RDF"))
        read_exiftool_xml(file, written);
    else if (head.contains("<html") || head.contains("<HTML"))
        read_html(file, written);
    else
        return false;
    return true;
}

}  // namespace keepsake::media
