#include "decode/metadata_xmp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <exiv2/exiv2.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "decode/metadata.h"
#include "decode/picture.h"
#include "media/facts.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

using media::TakenSource;

constexpr std::size_t kMostRegions = 200;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// A key that Exiv2 does not know throws; it is none that the file can have.
const Exiv2::Xmpdatum* find(const Exiv2::XmpData& xmp, const std::string& key) {
    try {
        const auto found = xmp.findKey(Exiv2::XmpKey(key));
        return found == xmp.end() ? nullptr : &*found;
    } catch (const Exiv2::AnyError&) {
        return nullptr;
    }
}

std::string text_of(const Exiv2::XmpData& xmp, const std::string& key) {
    const auto* const value = find(xmp, key);
    if (value == nullptr || value->count() == 0) return {};
    // Of several languages the default, else the first.
    auto text = value->typeId() == Exiv2::langAlt ? value->toString(0) : value->toString();
    if (text.starts_with("lang=")) {
        const auto end = text.find(' ');
        text = end == std::string::npos ? std::string() : text.substr(end + 1);
    }
    return trimmed(text);
}

std::optional<double> number_from(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

void add_date(const Exiv2::XmpData& xmp, const char* key, TakenSource source, Findings& findings) {
    if (const auto moment = media::moment_from_file(text_of(xmp, key)))
        findings.dates.push_back({.at = *moment, .source = source});
}

/// "53,22.97N" or "53,22,58.25N".
std::optional<double> degrees_from(std::string_view text, double most) {
    if (text.size() < 2) return std::nullopt;
    const char side = text.back();
    text.remove_suffix(1);
    double degrees = 0;
    double unit = 1;
    for (int parts = 0; parts < 3 && !text.empty(); ++parts, unit *= 60) {
        const auto comma = std::min(text.find(','), text.size());
        const auto part = number_from(text.substr(0, comma));
        if (!part || *part < 0) return std::nullopt;
        degrees += *part / unit;
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    if (degrees > most) return std::nullopt;
    if (side == 'N' || side == 'E') return degrees;
    if (side == 'S' || side == 'W') return -degrees;
    return std::nullopt;
}

void take_place(const Exiv2::XmpData& xmp, Findings& findings) {
    const auto latitude = degrees_from(text_of(xmp, "Xmp.exif.GPSLatitude"), 90);
    const auto longitude = degrees_from(text_of(xmp, "Xmp.exif.GPSLongitude"), 180);
    if (latitude && longitude && !findings.facts.place && (*latitude != 0 || *longitude != 0))
        findings.facts.place =
            media::Position{.latitude = *latitude, .longitude = *longitude, .altitude_m = {}};
    auto city = text_of(xmp, "Xmp.photoshop.City");
    const auto country = text_of(xmp, "Xmp.photoshop.Country");
    if (!city.empty() && !country.empty()) city += ", ";
    if (const auto name = city + country; !name.empty()) findings.facts.place_name = name;
}

/// Regions are told of the pixels as they lie in the file.
media::Person::Face turned(media::Person::Face face, Orientation orientation) {
    const auto number = static_cast<int>(orientation);
    if (number >= 5) {
        std::swap(face.x, face.y);
        std::swap(face.width, face.height);
    }
    if (number == 2 || number == 3 || number == 6 || number == 7) face.x = 1 - face.x;
    if (number == 3 || number == 4 || number == 7 || number == 8) face.y = 1 - face.y;
    return face;
}

void add_person(std::string name, std::optional<media::Person::Face> face, Findings& findings) {
    if (name.empty() && !face) return;
    auto& people = findings.facts.people;
    if (!name.empty())
        for (auto& person : people)
            if (person.name == name) {
                if (!person.face) person.face = face;
                return;
            }
    if (people.size() < media::kMostFactWords)
        people.push_back({.name = std::move(name), .face = face});
}

void take_regions(const Exiv2::XmpData& xmp, Findings& findings) {
    for (std::size_t i = 1; i <= kMostRegions; ++i) {
        const auto region =
            "Xmp.mwg-rs.Regions/mwg-rs:RegionList[" + std::to_string(i) + "]/mwg-rs:";
        const auto x = number_from(text_of(xmp, region + "Area/stArea:x"));
        const auto name = text_of(xmp, region + "Name");
        if (!x && name.empty()) break;
        if (const auto type = text_of(xmp, region + "Type"); !type.empty() && type != "Face")
            continue;
        const auto y = number_from(text_of(xmp, region + "Area/stArea:y"));
        const auto width = number_from(text_of(xmp, region + "Area/stArea:w"));
        const auto height = number_from(text_of(xmp, region + "Area/stArea:h"));
        std::optional<media::Person::Face> face;
        if (x && y && width && height)
            face = turned({.x = *x, .y = *y, .width = *width, .height = *height},
                          findings.orientation);
        add_person(name, face, findings);
    }
}

/// Microsoft's way: "x, y, width, height" of the corner.
void take_microsoft_regions(const Exiv2::XmpData& xmp, Findings& findings) {
    for (std::size_t i = 1; i <= kMostRegions; ++i) {
        const auto region = "Xmp.MP.RegionInfo/MPRI:Regions[" + std::to_string(i) + "]/MPReg:";
        auto name = text_of(xmp, region + "PersonDisplayName");
        std::string_view rest;
        const auto rectangle = text_of(xmp, region + "Rectangle");
        if (name.empty() && rectangle.empty()) break;
        rest = rectangle;
        std::array<std::optional<double>, 4> sides;
        for (auto& side : sides) {
            const auto comma = std::min(rest.find(','), rest.size());
            side = number_from(trimmed(std::string(rest.substr(0, comma))));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
        std::optional<media::Person::Face> face;
        if (sides[0] && sides[1] && sides[2] && sides[3])
            face = turned({.x = *sides[0] + *sides[2] / 2,
                           .y = *sides[1] + *sides[3] / 2,
                           .width = *sides[2],
                           .height = *sides[3]},
                          findings.orientation);
        add_person(std::move(name), face, findings);
    }
}

void take_lists(const Exiv2::XmpData& xmp, Findings& findings) {
    if (const auto* const subject = find(xmp, "Xmp.dc.subject"); subject && subject->count() > 0) {
        findings.facts.keywords.clear();
        for (long i = 0;
             i < subject->count() && findings.facts.keywords.size() < media::kMostFactWords; ++i)
            findings.facts.keywords.push_back(trimmed(subject->toString(i)));
    }
    if (const auto* const people = find(xmp, "Xmp.iptcExt.PersonInImage"))
        for (long i = 0; i < people->count(); ++i)
            add_person(trimmed(people->toString(i)), std::nullopt, findings);
}

void put_over(std::string& to, std::string text) {
    if (!text.empty()) to = std::move(text);
}
void put_under(std::string& to, std::string text) {
    if (to.empty()) to = std::move(text);
}

}  // namespace

void take_xmp(const Exiv2::XmpData& xmp, Findings& findings) {
    if (xmp.empty()) return;
    auto& facts = findings.facts;
    add_date(xmp, "Xmp.exif.DateTimeOriginal", TakenSource::original, findings);
    add_date(xmp, "Xmp.photoshop.DateCreated", TakenSource::original, findings);
    add_date(xmp, "Xmp.exif.DateTimeDigitized", TakenSource::digitized, findings);
    add_date(xmp, "Xmp.xmp.CreateDate", TakenSource::digitized, findings);
    add_date(xmp, "Xmp.xmp.ModifyDate", TakenSource::changed, findings);
    add_date(xmp, "Xmp.pdf.CreationDate", TakenSource::digitized, findings);
    if (const auto number = number_from(text_of(xmp, "Xmp.tiff.Orientation"));
        number && *number >= 1 && *number <= 8)
        findings.xmp_orientation = static_cast<int>(*number);
    take_place(xmp, findings);
    put_under(facts.camera.make, text_of(xmp, "Xmp.tiff.Make"));
    put_under(facts.camera.model, text_of(xmp, "Xmp.tiff.Model"));
    put_under(facts.camera.lens, text_of(xmp, "Xmp.aux.Lens"));
    put_under(facts.software, text_of(xmp, "Xmp.xmp.CreatorTool"));
    put_over(facts.title, text_of(xmp, "Xmp.dc.title"));
    put_over(facts.caption, text_of(xmp, "Xmp.dc.description"));
    put_under(facts.author, text_of(xmp, "Xmp.dc.creator"));
    if (const auto stars = number_from(text_of(xmp, "Xmp.xmp.Rating"));
        stars && *stars >= -1 && *stars <= 5)
        facts.rating = static_cast<int>(*stars);
    take_lists(xmp, findings);
    take_regions(xmp, findings);
    take_microsoft_regions(xmp, findings);
}

}  // namespace keepsake::decode
