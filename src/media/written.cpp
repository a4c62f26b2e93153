#include "media/written.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/kind.h"
#include "media/taken.h"
#include "media/written_parts.h"

namespace keepsake::media {

bool read_as_one_of(std::span<const WrittenKind> kinds, ByteView file, Written& written) {
    for (const auto& kind : kinds)
        if (has_at(file, kind.at, kind.mark)) {
            kind.read(file, written);
            return true;
        }
    return false;
}

void add_date(Written& written, std::optional<Moment> moment, TakenSource source) {
    constexpr std::size_t kMostDates = 16;
    if (moment && written.dates.size() < kMostDates)
        written.dates.push_back({.at = *moment, .source = source});
}

void add_block(Written& written, WrittenBlock::Kind kind, ByteView bytes) {
    const auto most = kind == WrittenBlock::Kind::xmp ? kLargestXmpBlock : kLargestBlock;
    if (bytes.empty() || bytes.size() > most || written.blocks.size() >= kMostWrittenBlocks) return;
    written.blocks.push_back({.kind = kind, .bytes = Bytes(bytes.begin(), bytes.end())});
}

std::string text_in(ByteView file, std::uint64_t at, std::uint64_t size) {
    auto text = as_text(slice(file, at, size));
    text = text.substr(0, text.find('\0'));
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string_view head_of(ByteView file) {
    constexpr std::size_t kHead = 1UL << 20U;
    return as_text(file.first(std::min(file.size(), kHead)));
}

std::int64_t number_from(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after,
                         std::size_t most) {
    const auto at = text.find(before);
    if (at == std::string_view::npos) return {};
    const auto rest = text.substr(at + before.size(), most + after.size());
    const auto end = rest.find(after);
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

std::optional<Moment> moment_of_numbers(int year, int month, int day, int hour, int minute,
                                        int second) {
    const auto is_in = [](int number, int first, int last) {
        return number >= first && number <= last;
    };
    if (!is_in(year, 1, 9999) || !is_in(month, 1, 12) || !is_in(day, 1, 31) ||
        !is_in(hour, 0, 23) || !is_in(minute, 0, 59) || !is_in(second, 0, 59))
        return std::nullopt;
    const Moment moment{.year = static_cast<std::int16_t>(year),
                        .month = static_cast<std::uint8_t>(month),
                        .day = static_cast<std::uint8_t>(day),
                        .hour = static_cast<std::uint8_t>(hour),
                        .minute = static_cast<std::uint8_t>(minute),
                        .second = static_cast<std::uint8_t>(second)};
    return is_valid(moment) ? std::optional(moment) : std::nullopt;
}

std::optional<Moment> moment_of_seconds(std::int64_t since_1970, Clock clock) {
    constexpr std::int64_t kFirst = -2'208'988'800;  // 1900
    constexpr std::int64_t kLast = 253'402'300'799;  // the end of 9999
    // Zero is a clock, or a program, that did not know.
    if (since_1970 == 0 || since_1970 < kFirst || since_1970 > kLast) return std::nullopt;
    auto moment = moment_of({.seconds = since_1970});
    if (clock == Clock::wall) moment.zone = ZoneKind::unknown;
    return moment;
}

std::optional<Moment> moment_of_filetime(ByteView file, std::uint64_t at) {
    constexpr std::uint64_t kTicksASecond = 10'000'000;
    constexpr std::uint64_t kFrom1601To1970 = 11'644'473'600;  // seconds
    const auto ticks = u64_at(file, at, Order::little).value_or(0);
    if (ticks / kTicksASecond <= kFrom1601To1970) return std::nullopt;
    return moment_of_seconds(static_cast<std::int64_t>(ticks / kTicksASecond - kFrom1601To1970),
                             Clock::utc);
}

std::optional<int> decimal_of(std::uint8_t packed) {
    if ((packed & 0xfU) > 9 || packed >> 4U > 9) return std::nullopt;
    return (packed >> 4U) * 10 + (packed & 0xfU);
}

void read_written_resources(ByteView resources, Written& written) {
    constexpr int kMostResources = 512;
    std::uint64_t at = 0;
    for (int count = 0; count < kMostResources && has_at(resources, at, "8BIM"); ++count) {
        const auto id = u16_at(resources, at + 4, Order::big).value_or(0);
        const auto name = slice(resources, at + 6, 1);
        if (name.empty()) return;
        const auto begin = at + 6 + (name[0] + std::uint64_t{2}) / 2 * 2 + 4;
        const auto size = u32_at(resources, begin - 4, Order::big);
        if (!size) return;
        const auto value = slice(resources, begin, *size);
        if (id == 0x0404) add_block(written, WrittenBlock::Kind::iptc, value);
        if (id == 0x0422) add_block(written, WrittenBlock::Kind::exif, value);
        if (id == 0x0424) add_block(written, WrittenBlock::Kind::xmp, value);
        at = begin + *size + *size % 2;
    }
}

Written read_written(ByteView file, Format format) {
    Written written;
    switch (format) {
        case Format::jpeg:
            read_written_jpeg(file, written);
            break;
        case Format::heif:
        case Format::avif:
            read_written_boxes(file, written);
            read_written_heif(file, written);
            break;
        case Format::mp4:
        case Format::m4a:
        case Format::quicktime:
            read_written_boxes(file, written);
            break;
        case Format::mpeg_ts:
            read_written_transport(file, written);
            break;
        case Format::old_office:
            read_written_compound(file, written);
            break;
        case Format::office:
        case Format::open_document:
        case Format::zip:
            read_written_zip(file, written);
            break;
        default:
            if (!read_written_picture(file, written) && !read_written_film(file, written))
                read_written_document(file, written);
    }
    return written;
}

}  // namespace keepsake::media
