#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "media/taken.h"

// Dates in names of files. Source: docs/dates.md, "File names".
namespace keepsake::media {
namespace {

constexpr std::int16_t kFirstNameYear = 1990;  // names with dates are as old as digital cameras
constexpr std::int16_t kLastNameYear = 2199;
constexpr std::size_t kLargestName = 255;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A place in a name, from which dates and times are tried.
struct Cursor {
    std::string_view text;
    std::size_t at = 0;

    std::optional<int> digits(std::size_t count) {
        if (text.size() - at < count) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!is_digit(text[at + i])) return std::nullopt;
            value = value * 10 + (text[at + i] - '0');
        }
        at += count;
        return value;
    }
    bool one_of(std::string_view set) {
        if (at >= text.size() || !set.contains(text[at])) return false;
        ++at;
        return true;
    }
    bool word(std::string_view word) {
        if (!text.substr(at).starts_with(word)) return false;
        at += word.size();
        return true;
    }
    bool digit_follows() const { return at < text.size() && is_digit(text[at]); }
    std::size_t digits_from_here() const {
        std::size_t count = 0;
        while (at + count < text.size() && is_digit(text[at + count])) ++count;
        return count;
    }
};

/// "20200912" or "2020-09-12", also with '_' or '.'.
std::optional<Moment> take_day(Cursor& cursor) {
    Cursor next = cursor;
    const auto year = next.digits(4);
    if (!year || *year < kFirstNameYear || *year > kLastNameYear) return std::nullopt;
    const auto separator_at = next.at;
    const bool separated = next.one_of("-_.");
    const auto month = next.digits(2);
    if (!month) return std::nullopt;
    if (separated && (next.at >= next.text.size() || next.text[next.at] != next.text[separator_at]))
        return std::nullopt;
    if (separated) ++next.at;
    const auto day = next.digits(2);
    if (!day) return std::nullopt;
    const Moment moment{.year = static_cast<std::int16_t>(*year),
                        .month = static_cast<std::uint8_t>(*month),
                        .day = static_cast<std::uint8_t>(*day),
                        .precision = Precision::day};
    if (!is_valid(moment)) return std::nullopt;
    cursor = next;
    return moment;
}

void skip_between(Cursor& cursor) {
    if (cursor.word(" at ") || cursor.word(" um ") || cursor.word(" à ") || cursor.word("-at-"))
        return;
    if (cursor.one_of("T_-")) return;
    while (cursor.one_of(" ")) {
    }
}

int hour_of_twelve(Cursor& cursor, int hour) {
    Cursor next = cursor;
    // macOS puts a narrow no-break space between.
    if (!next.word("\xe2\x80\xaf")) next.one_of(" ");
    const bool afternoon = next.word("PM") || next.word("pm");
    if (!afternoon && !next.word("AM") && !next.word("am")) return hour;
    if (hour < 1 || hour > 12) return hour;
    cursor = next;
    return hour % 12 + (afternoon ? 12 : 0);
}

void take_fraction(Cursor& cursor, Moment& moment) {
    // Three digits right behind, as phones write: 20210304_101112123.
    if (cursor.digits_from_here() != 3) return;
    moment.nanosecond = static_cast<std::uint32_t>(*cursor.digits(3)) * 1'000'000U;
    moment.precision = Precision::fraction;
}

/// "170300", "17.03.00", "17-03-00", "5.03.00 PM", "17.03", perhaps with thousandths.
bool take_time(Cursor& cursor, Moment& moment) {
    Cursor next = cursor;
    skip_between(next);
    if (next.at == cursor.at) return false;
    auto hour = next.digits(2);
    if (!hour && next.digits_from_here() == 1) hour = next.digits(1);
    if (!hour) return false;
    const auto separator_at = next.at;
    const bool separated = next.one_of(".-_:h");
    const auto minute = next.digits(2);
    if (!minute) return false;
    std::optional<int> second;
    if (separated) {
        Cursor more = next;
        if (more.at < more.text.size() && more.text[more.at] == more.text[separator_at]) {
            ++more.at;
            second = more.digits(2);
            if (second) next = more;
        }
    } else {
        second = next.digits(2);
        if (!second) return false;
    }
    const int of_day = hour_of_twelve(next, *hour);
    Moment full = moment;
    full.hour = static_cast<std::uint8_t>(of_day);
    full.minute = static_cast<std::uint8_t>(*minute);
    full.second = static_cast<std::uint8_t>(second.value_or(0));
    full.precision = second ? Precision::second : Precision::minute;
    if (!is_valid(full)) return false;
    if (!separated) take_fraction(next, full);
    if (next.digit_follows()) return false;
    moment = full;
    cursor = next;
    return true;
}

bool is_word_before(std::string_view text, std::size_t at, std::string_view word) {
    return at >= word.size() && text.substr(at - word.size(), word.size()) == word;
}

/// Whatever stands before a date is no digit, so that it is not the end of a longer number.
std::optional<Moment> find_moment(std::string_view name) {
    for (std::size_t at = 0; at + 8 <= name.size(); ++at) {
        if (at > 0 && is_digit(name[at - 1])) continue;
        Cursor cursor{.text = name, .at = at};
        auto moment = take_day(cursor);
        if (!moment) continue;
        // Fourteen digits in a row: day and time without anything between.
        if (cursor.digits_from_here() == 6) {
            Moment full = *moment;
            full.hour = static_cast<std::uint8_t>(*cursor.digits(2));
            full.minute = static_cast<std::uint8_t>(*cursor.digits(2));
            full.second = static_cast<std::uint8_t>(*cursor.digits(2));
            full.precision = Precision::second;
            if (is_valid(full)) return full;
            continue;
        }
        if (cursor.digit_follows()) continue;
        take_time(cursor, *moment);
        // Pixel phones name their pictures by UTC.
        if (is_word_before(name, at, "PXL_") && moment->precision >= Precision::second)
            moment->zone = ZoneKind::utc_only;
        return moment;
    }
    return std::nullopt;
}

/// Nothing but thousandths of seconds since 1970, as messengers name what they save; with a word of
/// theirs before it, perhaps.
std::optional<Moment> find_unix_time(std::string_view stem) {
    for (const std::string_view word : {"FB_IMG_", "mmexport", "IMG_", "VID_", "received_", "img"})
        if (stem.starts_with(word)) stem.remove_prefix(word.size());
    if (stem.size() != 13 || !std::ranges::all_of(stem, is_digit)) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : stem) value = value * 10 + (c - '0');
    const auto moment =
        moment_of({.seconds = value / 1000,
                   .nanoseconds = static_cast<std::uint32_t>(value % 1000) * 1'000'000U});
    if (moment.year < 2000 || moment.year > 2100) return std::nullopt;
    return moment;
}

}  // namespace

std::optional<Taken> taken_from_name(std::string_view file_name) {
    if (file_name.size() > kLargestName) return std::nullopt;
    const auto stem = file_name.substr(0, file_name.rfind('.'));
    auto moment = find_moment(file_name);
    if (!moment) moment = find_unix_time(stem);
    if (!moment) return std::nullopt;
    return Taken{.at = *moment, .source = TakenSource::file_name};
}

}  // namespace keepsake::media
