#include "decode/metadata.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <exiv2/exiv2.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "decode/metadata_xmp.h"
#include "decode/picture.h"
#include "media/embedded_film.h"
#include "media/facts.h"
#include "media/taken.h"
#include "media/written.h"

namespace keepsake::decode {
namespace {

using media::Moment;
using media::Precision;
using media::Taken;
using media::TakenSource;
using media::ZoneKind;

std::string trimmed(std::string text) {
    if (const auto end = text.find('\0'); end != std::string::npos) text.resize(end);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

const Exiv2::Exifdatum* find(const Exiv2::ExifData& exif, const char* key) {
    const auto found = exif.findKey(Exiv2::ExifKey(key));
    return found == exif.end() || found->count() == 0 ? nullptr : &*found;
}

std::string text_of(const Exiv2::ExifData& exif, const char* key) {
    const auto* const value = find(exif, key);
    return value == nullptr ? std::string() : trimmed(value->toString());
}

void take_text(std::string& to, std::string text) {
    if (to.empty()) to = std::move(text);
}

/// What cameras write where a person's caption would be.
bool is_of_a_camera(std::string_view caption) {
    constexpr std::string_view kPhrases[] = {"OLYMPUS DIGITAL CAMERA",
                                             "SONY DSC",
                                             "DIGITAL CAMERA",
                                             "KONICA MINOLTA DIGITAL CAMERA",
                                             "MINOLTA DIGITAL CAMERA",
                                             "SAMSUNG DIGITAL CAMERA",
                                             "Exif_JPEG_PICTURE",
                                             "default",
                                             "Digital StillCamera",
                                             "SAMSUNG",
                                             "Jpeg",
                                             "image description",
                                             "DCIM\\",
                                             "dav",
                                             "sdr",
                                             "oznor",
                                             "ptr",
                                             "mde",
                                             "hdr",
                                             "rhdr",
                                             "Minolta DSC",
                                             "KODAK Digital Still Camera"};
    return std::ranges::any_of(kPhrases, [&](auto phrase) { return caption == phrase; }) ||
           caption.starts_with("DCIM\\");
}

// ---- dates

struct DateKeys {
    const char* date;
    const char* fraction;
    const char* offset;
    TakenSource source;
};
constexpr DateKeys kDates[] = {
    {"Exif.Photo.DateTimeOriginal", "Exif.Photo.SubSecTimeOriginal",
     "Exif.Photo.OffsetTimeOriginal", TakenSource::original},
    {"Exif.Photo.DateTimeDigitized", "Exif.Photo.SubSecTimeDigitized",
     "Exif.Photo.OffsetTimeDigitized", TakenSource::digitized},
    {"Exif.Image.DateTimeOriginal", "Exif.Photo.SubSecTimeOriginal",
     "Exif.Photo.OffsetTimeOriginal", TakenSource::original},
    {"Exif.Image.DateTime", "Exif.Photo.SubSecTime", "Exif.Photo.OffsetTime", TakenSource::changed},
};

void add_fraction(Moment& moment, std::string_view digits) {
    if (moment.precision != Precision::second || digits.empty() || digits.size() > 9) return;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const char c = i < digits.size() ? digits[i] : '0';
        if (c < '0' || c > '9') return;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value == 0) return;
    moment.nanosecond = value;
    moment.precision = Precision::fraction;
}

void read_exif_date(const Exiv2::ExifData& exif, const DateKeys& keys, Findings& findings) {
    auto moment = media::moment_from_file(text_of(exif, keys.date));
    if (!moment) return;
    add_fraction(*moment, text_of(exif, keys.fraction));
    if (moment->zone == ZoneKind::unknown && moment->precision >= Precision::minute)
        if (const auto offset = media::offset_from_text(text_of(exif, keys.offset))) {
            moment->zone = ZoneKind::offset;
            moment->offset_minutes = static_cast<std::int16_t>(*offset);
        }
    findings.dates.push_back({.at = *moment, .source = keys.source});
}

std::optional<double> number_of(const Exiv2::Exifdatum& value, long index) {
    const bool is_rational =
        value.typeId() == Exiv2::unsignedRational || value.typeId() == Exiv2::signedRational;
    if (!is_rational || index >= value.count()) return std::nullopt;
    const auto rational = value.toRational(index);
    if (rational.second == 0) return std::nullopt;
    // Unsigned ones beyond 2^31 come out negative.
    return static_cast<double>(rational.first) / static_cast<double>(rational.second);
}

void read_gps_date(const Exiv2::ExifData& exif, Findings& findings) {
    auto moment = media::moment_from_file(text_of(exif, "Exif.GPSInfo.GPSDateStamp"));
    const auto* const time = find(exif, "Exif.GPSInfo.GPSTimeStamp");
    if (!moment || moment->precision != Precision::day || time == nullptr || time->count() < 3)
        return;
    const auto hour = number_of(*time, 0);
    const auto minute = number_of(*time, 1);
    const auto second = number_of(*time, 2);
    if (!hour || !minute || !second || *hour < 0 || *hour >= 24 || *minute < 0 || *minute >= 60 ||
        *second < 0 || *second >= 60)
        return;
    moment->hour = static_cast<std::uint8_t>(*hour);
    moment->minute = static_cast<std::uint8_t>(*minute);
    moment->second = static_cast<std::uint8_t>(*second);
    moment->precision = Precision::second;
    moment->zone = ZoneKind::utc_only;
    findings.dates.push_back({.at = *moment, .source = TakenSource::gps});
}

// ---- place

/// "52,00000,50,00000,34,01180": what a telephone wrote whose language has a comma in numbers. Also
/// "52.5,50,34".
std::optional<double> degrees_of_text(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ',' || c == ' ')
            parts.emplace_back();
        else if ((c >= '0' && c <= '9') || c == '.')
            parts.back() += c;
        else
            return std::nullopt;
    }
    constexpr std::size_t kTogether = 3;
    if (parts.size() != kTogether && parts.size() != 2 * kTogether) return std::nullopt;
    const bool with_commas = parts.size() == 2 * kTogether;
    double degrees = 0;
    double unit = 1;
    for (std::size_t i = 0; i < kTogether; ++i, unit *= 60) {
        const auto number = with_commas ? parts[2 * i] + "." + parts[2 * i + 1] : parts[i];
        double value = 0;
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
        degrees += value / unit;
    }
    return degrees;
}

std::optional<double> degrees_of(const Exiv2::ExifData& exif, const char* key, const char* ref_key,
                                 char negative, double most) {
    const auto* const value = find(exif, key);
    if (value == nullptr) return std::nullopt;
    const bool is_text = value->typeId() == Exiv2::asciiString;
    const auto text = is_text ? degrees_of_text(text_of(exif, key)) : std::nullopt;
    const auto degrees = is_text ? text : number_of(*value, 0);
    if (!degrees) return std::nullopt;
    const double sum = is_text ? *text
                               : *degrees + number_of(*value, 1).value_or(0) / 60 +
                                     number_of(*value, 2).value_or(0) / 3600;
    if (!std::isfinite(sum) || sum < 0 || sum > most) return std::nullopt;
    const auto ref = text_of(exif, ref_key);
    return !ref.empty() && (ref[0] & ~0x20) == negative ? -sum : sum;
}

void read_place(const Exiv2::ExifData& exif, Findings& findings) {
    const auto latitude =
        degrees_of(exif, "Exif.GPSInfo.GPSLatitude", "Exif.GPSInfo.GPSLatitudeRef", 'S', 90);
    const auto longitude =
        degrees_of(exif, "Exif.GPSInfo.GPSLongitude", "Exif.GPSInfo.GPSLongitudeRef", 'W', 180);
    // Exactly nowhere in the Gulf of Guinea: a receiver that had no position.
    if (!latitude || !longitude || (*latitude == 0 && *longitude == 0)) return;
    media::Position place{.latitude = *latitude, .longitude = *longitude, .altitude_m = {}};
    if (const auto* const altitude = find(exif, "Exif.GPSInfo.GPSAltitude"))
        if (const auto metres = number_of(*altitude, 0)) {
            const auto* const below = find(exif, "Exif.GPSInfo.GPSAltitudeRef");
            const bool is_below = below != nullptr && below->toLong() == 1;
            place.altitude_m = is_below ? -*metres : *metres;
        }
    findings.facts.place = place;
}

// ---- camera, words

void read_camera(const Exiv2::ExifData& exif, Findings& findings) {
    auto& camera = findings.facts.camera;
    take_text(camera.make, text_of(exif, "Exif.Image.Make"));
    take_text(camera.model, text_of(exif, "Exif.Image.Model"));
    if (camera.model.empty()) camera.model = text_of(exif, "Exif.Image.UniqueCameraModel");
    // Some programs write them into the wrong directory.
    if (camera.make.empty()) camera.make = text_of(exif, "Exif.Photo.0x010f");
    if (camera.model.empty()) camera.model = text_of(exif, "Exif.Photo.0x0110");
    take_text(camera.lens, text_of(exif, "Exif.Photo.LensModel"));
    if (camera.lens.empty()) {
        const auto lens = Exiv2::lensName(exif);
        if (lens != exif.end()) camera.lens = trimmed(lens->print(&exif));
        // Exiv2 prints the number where it knows no name.
        if (!camera.lens.empty() &&
            (camera.lens[0] == '(' || std::ranges::all_of(camera.lens, [](char c) {
                 return (c >= '0' && c <= '9') || c == ' ' || c == '/';
             })))
            camera.lens.clear();
    }
    take_text(findings.facts.software, text_of(exif, "Exif.Image.Software"));
}

/// Windows writes UTF-16 as a list of bytes.
std::string wide_text_of(const Exiv2::ExifData& exif, const char* key) {
    const auto* const value = find(exif, key);
    if (value == nullptr || value->size() > 8192) return {};
    std::vector<Exiv2::byte> bytes(static_cast<std::size_t>(value->size()));
    value->copy(bytes.data(), Exiv2::littleEndian);
    std::string text(bytes.begin(), bytes.end());
    if (!Exiv2::convertStringCharset(text, "UCS-2LE", "UTF-8")) return {};
    return trimmed(text);
}

void read_words(const Exiv2::ExifData& exif, Findings& findings) {
    auto caption = text_of(exif, "Exif.Image.ImageDescription");
    if (!is_of_a_camera(caption)) take_text(findings.facts.caption, std::move(caption));
    take_text(findings.facts.title, wide_text_of(exif, "Exif.Image.XPTitle"));
    take_text(findings.facts.caption, wide_text_of(exif, "Exif.Image.XPComment"));
    take_text(findings.facts.author, text_of(exif, "Exif.Image.Artist"));
    if (const auto* const rating = find(exif, "Exif.Image.Rating");
        rating && !findings.facts.rating)
        if (const auto stars = rating->toLong(); stars >= 1 && stars <= 5)
            findings.facts.rating = static_cast<int>(stars);
}

void read_maker_note(const Exiv2::ExifData& exif, Findings& findings) {
    const auto* const note = find(exif, "Exif.Photo.MakerNote");
    if (note == nullptr || note->size() > (1 << 20)) return;
    Bytes bytes(static_cast<std::size_t>(note->size()));
    note->copy(bytes.data(), Exiv2::bigEndian);
    if (auto id = media::live_id_of_maker_note(bytes)) findings.facts.live_id = *std::move(id);
    if (const auto moment = media::moment_of_reconyx_note(bytes))
        findings.dates.push_back({.at = *moment, .source = TakenSource::original});
}

/// One part that cannot be read costs no other part.
template <class Part>
void guarded(Part&& part) {
    try {
        part();
    } catch (const std::exception&) {
        return;
    }
}

void take_exif(const Exiv2::ExifData& exif, Findings& findings) {
    if (exif.empty()) return;
    guarded([&] {
        const auto* const orientation = find(exif, "Exif.Image.Orientation");
        if (orientation == nullptr) return;
        const auto number = static_cast<int>(orientation->toLong());
        findings.orientation = orientation_from(number);
        if (number >= 1 && number <= 8) findings.facts.orientation = number;
    });
    for (const auto& keys : kDates) guarded([&] { read_exif_date(exif, keys, findings); });
    guarded([&] { read_gps_date(exif, findings); });
    guarded([&] { read_place(exif, findings); });
    guarded([&] { read_camera(exif, findings); });
    guarded([&] { read_words(exif, findings); });
    guarded([&] { read_maker_note(exif, findings); });
}

void take_iptc(const Exiv2::IptcData& iptc, Findings& findings) {
    std::string date;
    std::string time;
    std::string city;
    std::string country;
    const bool has_keywords = !findings.facts.keywords.empty();
    for (const auto& datum : iptc) {
        const auto key = datum.key();
        auto text = trimmed(datum.toString());
        if (key == "Iptc.Application2.DateCreated") date = text;
        if (key == "Iptc.Application2.TimeCreated") time = text;
        if (key == "Iptc.Application2.City") city = text;
        if (key == "Iptc.Application2.CountryName") country = text;
        if (key == "Iptc.Application2.Caption") take_text(findings.facts.caption, text);
        if (key == "Iptc.Application2.ObjectName") take_text(findings.facts.title, text);
        if (key == "Iptc.Application2.Byline") take_text(findings.facts.author, text);
        if (key == "Iptc.Application2.Keywords" && !has_keywords &&
            findings.facts.keywords.size() < media::kMostFactWords)
            findings.facts.keywords.push_back(std::move(text));
    }
    // "+00:00" is what writers put who know no zone.
    if (time.ends_with("+00:00") || time.ends_with("-00:00")) time.resize(time.size() - 6);
    if (const auto moment = media::moment_from_file(date + (time.empty() ? "" : "T" + time)))
        findings.dates.push_back({.at = *moment, .source = TakenSource::digitized});
    if (!city.empty() && !country.empty()) city += ", ";
    take_text(findings.facts.place_name, city + country);
}

}  // namespace

void prepare_metadata() {
    Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    Exiv2::XmpParser::initialize();
    Exiv2::enableBMFF(true);  // for CR3
    // Its own prefixes must be known before a file uses them.
    Exiv2::XmpProperties::registerNs("http://ns.adobe.com/xap/1.0/sType/Area#", "stArea");
}

void read_metadata(ByteView file, Findings& findings) {
    try {
        const auto image = Exiv2::ImageFactory::open(file.data(), static_cast<long>(file.size()));
        if (image.get() == nullptr) return;
        image->readMetadata();
        take_exif(image->exifData(), findings);
        take_xmp(image->xmpData(), findings);
        take_iptc(image->iptcData(), findings);
        if (findings.facts.width == 0 && image->pixelWidth() > 0 && image->pixelHeight() > 0) {
            findings.facts.width = static_cast<std::uint32_t>(image->pixelWidth());
            findings.facts.height = static_cast<std::uint32_t>(image->pixelHeight());
        }
    } catch (const std::exception&) {
        // What was read until then stands.
        return;
    }
}

void read_exif(ByteView exif, Findings& findings) {
    try {
        Exiv2::ExifData data;
        Exiv2::ExifParser::decode(data, exif.data(), static_cast<std::uint32_t>(exif.size()));
        take_exif(data, findings);
    } catch (const std::exception&) {
        return;
    }
}

void read_iptc(ByteView iptc, Findings& findings) {
    try {
        Exiv2::IptcData data;
        if (Exiv2::IptcParser::decode(data, iptc.data(), static_cast<std::uint32_t>(iptc.size())) ==
            0)
            take_iptc(data, findings);
    } catch (const std::exception&) {
        return;
    }
}

void read_xmp(ByteView xmp, Findings& findings) {
    try {
        Exiv2::XmpData data;
        if (Exiv2::XmpParser::decode(data, std::string(as_text(xmp))) == 0)
            take_xmp(data, findings);
    } catch (const std::exception&) {
        return;
    }
}

}  // namespace keepsake::decode
