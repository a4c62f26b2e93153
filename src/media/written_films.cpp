#include <algorithm>
#include <array>
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

// What camcorders and recorders write where libav does not look.
namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

// ---- DV: when it was recorded stands in packs of five bytes in every picture

constexpr std::uint8_t kDatePack = 0x62;
constexpr std::uint8_t kTimePack = 0x63;
constexpr int kFirstYearOfDv = 75;  // 1975 to 2074

/// Source: IEC 61834-4, REC DATE and REC TIME.
std::optional<Moment> moment_of_packs(ByteView date, ByteView time) {
    if (date.size() < 5 || time.size() < 5) return std::nullopt;
    const auto day = decimal_of(date[2] & 0x3fU);
    const auto month = decimal_of(date[3] & 0x1fU);
    const auto year = decimal_of(date[4]);
    const auto second = decimal_of(time[2] & 0x7fU);
    const auto minute = decimal_of(time[3] & 0x7fU);
    const auto hour = decimal_of(time[4] & 0x3fU);
    if (!day || !month || !year || !second || !minute || !hour) return std::nullopt;
    return moment_of_numbers(*year + (*year < kFirstYearOfDv ? 2000 : 1900), *month, *day, *hour,
                             *minute, *second);
}

void read_dv(ByteView file, Written& written) {
    constexpr std::size_t kBlockBytes = 80;
    constexpr std::size_t kFrameBytes = 144'000;
    constexpr unsigned kAuxiliary = 2;  // section of the pictures' own packs
    ByteView date;
    for (std::size_t at = 0; at + kBlockBytes <= std::min(file.size(), kFrameBytes);
         at += kBlockBytes) {
        if (file[at] >> 5U != kAuxiliary) continue;
        for (auto pack = at + 3; pack + 5 <= at + kBlockBytes - 2; pack += 5) {
            if (file[pack] == kDatePack) date = slice(file, pack, 5);
            if (file[pack] != kTimePack) continue;
            const auto moment = moment_of_packs(date, slice(file, pack, 5));
            if (moment) return add_date(written, moment, TakenSource::original);
        }
    }
}

// ---- other camcorders

/// The sidecar of JVC's, Panasonic's and Canon's MOD films.
void read_moi(ByteView file, Written& written) {
    const auto date = slice(file, 6, 6);
    const auto milliseconds = u16_at(file, 12, Order::big);
    if (date.empty() || !milliseconds) return;
    add_date(written,
             moment_of_numbers(date[0] << 8U | date[1], date[2], date[3], date[4], date[5],
                               *milliseconds / 1000),
             TakenSource::original);
}

/// MXF: the package's own date, in the sets of its header. Source: SMPTE 377M, B.6.
void read_mxf(ByteView file, Written& written) {
    constexpr auto kPackageDate = "\x44\x05\0\x08"sv;
    const auto head = head_of(file);
    for (auto at = head.find(kPackageDate); at != std::string_view::npos;
         at = head.find(kPackageDate, at + 1)) {
        const auto date = slice(file, at + kPackageDate.size(), 8);
        if (date.empty()) return;
        const auto moment =
            moment_of_numbers(date[0] << 8U | date[1], date[2], date[3], date[4], date[5], date[6]);
        if (moment) return add_date(written, moment, TakenSource::container);
    }
}

/// Matroska's DateUTC, also where the rest of the film is missing. Source: RFC 9559, 5.1.2.
void read_matroska(ByteView file, Written& written) {
    constexpr auto kInfo = "\x15\x49\xa9\x66"sv;
    constexpr auto kDate = "\x44\x61\x88"sv;
    constexpr std::size_t kLongestInfo = 4096;
    constexpr std::int64_t kFrom1970To2001 = 978'307'200;
    constexpr std::int64_t kTicksASecond = 1'000'000'000;
    const auto head = head_of(file);
    int tries = 0;
    for (auto at = head.find(kInfo); at != std::string_view::npos && tries < 16;
         at = head.find(kInfo, at + 1), ++tries) {
        const auto found = head.substr(at, kLongestInfo).find(kDate);
        if (found == std::string_view::npos) continue;
        const auto ticks = u64_at(file, at + found + kDate.size(), Order::big);
        if (!ticks) return;
        const auto moment = moment_of_seconds(
            static_cast<std::int64_t>(*ticks) / kTicksASecond + kFrom1970To2001, Clock::utc);
        if (moment) return add_date(written, moment, TakenSource::container);
    }
}

/// Windows Media: when the file was made. Source: Advanced Systems Format (ASF) Specification,
/// revision 01.20.03, 3.2 (File Properties Object).
void read_asf(ByteView file, Written& written) {
    constexpr auto kFileProperties =
        "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"sv;
    constexpr std::uint64_t kDateAt = 48;
    const auto at = head_of(file).find(kFileProperties);
    if (at != std::string_view::npos)
        add_date(written, moment_of_filetime(file, at + kDateAt), TakenSource::container);
}

/// RealMedia: a property of the whole file, written by its program as "5/12/2004 9:54:03".
void read_real(ByteView file, Written& written) {
    constexpr auto kName = "Creation Date"sv;
    constexpr std::size_t kType = 4;
    const auto head = head_of(file);
    const auto at = head.find(kName);
    if (at == std::string_view::npos) return;
    const auto value = at + kName.size() + kType;
    const auto text = text_in(file, value + 2, u16_at(file, value, Order::big).value_or(0));
    std::array<int, 6> numbers{};
    std::size_t count = 0;
    bool in_number = false;
    for (const char c : text) {
        const bool is_digit = c >= '0' && c <= '9';
        if (is_digit && !in_number && ++count > numbers.size()) return;
        if (is_digit && numbers[count - 1] < 10'000)
            numbers[count - 1] = numbers[count - 1] * 10 + (c - '0');
        in_number = is_digit;
    }
    if (count == numbers.size())
        add_date(written,
                 moment_of_numbers(numbers[2], numbers[1], numbers[0], numbers[3], numbers[4],
                                   numbers[5]),
                 TakenSource::container);
}

/// Red's films: records of a length, a number and a value.
void read_red(ByteView file, Written& written) {
    constexpr auto kFirstRecord = "\0\x0f\x10\0"sv;
    constexpr int kMostRecords = 500;
    const auto head = head_of(file).substr(0, 4096);
    std::uint64_t at = head.find(kFirstRecord);
    std::string day;
    std::string time;
    for (int count = 0; count < kMostRecords && at < head.size(); ++count) {
        const auto size = u16_at(file, at, Order::big).value_or(0);
        const auto number = u16_at(file, at + 2, Order::big).value_or(0);
        if (size < 4) break;
        const auto value = [&] { return text_in(file, at + 4, size - 4U); };
        if (number == 0x1023) day = value();
        if (number == 0x1024) time = value();
        if (number == 0x1071) written.camera.model = value();
        at += size;
    }
    add_date(written, moment_from_file(time.empty() ? day : day + "T" + time),
             TakenSource::original);
}

/// Dictating machines: Olympus, Grundig, Philips. "051116135242" is when it began.
void read_dictation(ByteView file, Written& written) {
    written.camera.model = text_in(file, 12, 16);
    const auto digits = text_in(file, 38, 12);
    if (digits.size() == 12)
        add_date(written, moment_from_file("20" + digits.substr(0, 6) + "T" + digits.substr(6)),
                 TakenSource::original);
}

/// Cameras' recordings: a list of their own beside the sound. Source: Exif 2.3, 5.
void read_wave(ByteView file, Written& written) {
    constexpr int kMostChunks = 200;
    std::uint64_t at = 12;
    std::string day;
    std::string time;
    for (int count = 0; count < kMostChunks && at < file.size(); ++count) {
        const auto name = as_text(slice(file, at, 4));
        const auto size = u32_at(file, at + 4, Order::little);
        if (!size || name.empty()) break;
        // Of a list the name is passed, and what is in it read as if it stood beside it.
        if (name == "LIST") {
            at += 12;
            continue;
        }
        const auto value = [&] { return text_in(file, at + 8, *size); };
        if (name == "ICRD") day = value();
        if (name == "etim") time = value();
        if (name == "ecor") written.camera.make = value();
        if (name == "emdl") written.camera.model = value();
        at += 8ULL + *size + *size % 2;
    }
    if (!time.empty()) add_date(written, moment_from_file(day + "T" + time), TakenSource::original);
}

// ---- AVCHD: notes between the pictures of a transport stream

/// The maker's number. Source: exiftool's documentation, H264 tags.
std::string maker_of(std::uint16_t number) {
    switch (number) {
        case 0x0103:
            return "Panasonic";
        case 0x0108:
            return "Sony";
        case 0x1011:
            return "Canon";
        case 0x1104:
            return "JVC";
        default:
            return {};
    }
}

void take_date_of_notes(ByteView first, ByteView second, Written& written) {
    if (first.size() < 4 || second.size() < 4) return;
    const auto century = decimal_of(first[1]);
    const auto year = decimal_of(first[2]);
    const auto month = decimal_of(first[3]);
    const auto day = decimal_of(second[0]);
    const auto hour = decimal_of(second[1]);
    const auto minute = decimal_of(second[2]);
    const auto at_second = decimal_of(second[3]);
    if (!century || !year || !month || !day || !hour || !minute || !at_second) return;
    auto moment =
        moment_of_numbers(*century * 100 + *year, *month, *day, *hour, *minute, *at_second);
    // Half hours, a sign, and whether the zone is known at all.
    const auto half_hours = first[0] & 0x1fU;
    if (moment && half_hours <= 28 && (first[0] & 0x80U) == 0) {
        const auto minutes = static_cast<int>(half_hours) * 30;
        moment->zone = ZoneKind::offset;
        moment->offset_minutes =
            static_cast<std::int16_t>((first[0] & 0x20U) != 0 ? -minutes : minutes);
    }
    add_date(written, moment, TakenSource::original);
}

/// Three bytes that look like a picture's beginning are kept apart by one more in H.264.
Bytes without_guards(ByteView bytes) {
    Bytes plain;
    int zeros = 0;
    for (const auto byte : bytes) {
        const bool is_guard = zeros >= 2 && byte == 3;
        zeros = byte == 0 ? zeros + 1 : 0;
        if (!is_guard) plain.push_back(byte);
    }
    return plain;
}

void read_notes(ByteView guarded, Written& written) {
    constexpr std::size_t kLongestNotes = 2048;
    const auto notes = without_guards(guarded.first(std::min(guarded.size(), kLongestNotes)));
    const auto count = slice(notes, 0, 1);
    if (count.empty()) return;
    ByteView first;
    ByteView second;
    for (std::uint64_t i = 0; i < count[0]; ++i) {
        const auto note = slice(notes, 1 + 5 * i, 5);
        if (note.empty()) break;
        const auto value = note.subspan(1);
        if (note[0] == 0x18) first = value;
        if (note[0] == 0x19) second = value;
        if (note[0] == 0xe0)
            written.camera.make = maker_of(u16_at(value, 0, Order::big).value_or(0));
    }
    take_date_of_notes(first, second, written);
}

/// The payload of one stream, its packets put together.
Bytes payload_of(ByteView file, std::size_t step, std::uint16_t stream) {
    Bytes payload;
    for (auto at = step - 188; at + 188 <= file.size(); at += step) {
        if (file[at] != 0x47) break;
        if ((u16_at(file, at + 1, Order::big).value_or(0) & 0x1fffU) != stream) continue;
        const auto control = file[at + 3] >> 4U & 3U;
        const std::size_t skipped = control == 3 ? 5U + file[at + 4] : 4U;
        if (control == 2 || skipped >= 188) continue;
        const auto part = file.subspan(at + skipped, 188 - skipped);
        payload.insert(payload.end(), part.begin(), part.end());
    }
    return payload;
}

bool read_dv_or_wave(ByteView file, Written& written) {
    if (has_at(file, 0, "\x1f\x07\0"sv)) {
        read_dv(file, written);
    } else if ((has_at(file, 0, "RIFF") || has_at(file, 0, "RIFX")) && has_at(file, 8, "WAVE")) {
        read_wave(file, written);
    } else {
        return false;
    }
    return true;
}

}  // namespace

void read_written_transport(ByteView file, Written& written) {
    constexpr auto kNotes = "\x17\xee\x8c\x60\xf8\x4d\x11\xd9\x8c\xd6\x08\0\x20\x0c\x9a\x66MDPM"sv;
    constexpr std::size_t kHead = 512UL << 10U;
    constexpr std::uint16_t kFirstPictures = 0x1011;  // where AVCHD and Blu-ray have them
    file = file.first(std::min(file.size(), kHead));
    const std::size_t step = has_at(file, 4, "\x47") && !has_at(file, 188, "\x47") ? 192 : 188;
    const auto payload = payload_of(file, step, kFirstPictures);
    const auto at = as_text(payload).find(kNotes);
    if (at != std::string_view::npos)
        read_notes(ByteView(payload).subspan(at + kNotes.size()), written);
}

bool read_written_film(ByteView file, Written& written) {
    constexpr WrittenKind kFilms[] = {
        {0, "\x1a\x45\xdf\xa3"sv, read_matroska},
        {0, "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02"sv, read_mxf},
        {0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv, read_asf},
        {0, ".RMF"sv, read_real},
        {4, "RED"sv, read_red},
        {0,
         "\x02"
         "dss"sv,
         read_dictation},
    };
    if (read_as_one_of(kFilms, file, written)) return true;
    if (has_at(file, 0, "V6") && u32_at(file, 2, Order::big) == file.size()) {
        read_moi(file, written);
        return true;
    }
    return read_dv_or_wave(file, written);
}

}  // namespace keepsake::media
