#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "media/taken.h"

// Dates as files write them. Source: docs/dates.md, "How dates are written".
namespace keepsake::media {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A whole number of up to `most` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    while (count < most && count < text.size() && is_digit(text[count]))
        value = value * 10 + (text[count++] - '0');
    if (count == 0) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool take_any(std::string_view& text, std::string_view set) {
    if (text.empty() || !set.contains(text.front())) return false;
    text.remove_prefix(1);
    return true;
}

void trim(std::string_view& text) {
    constexpr std::string_view kBlank(" \t\r\n\0", 5);
    const auto first = text.find_first_not_of(kBlank);
    text = first == std::string_view::npos ? std::string_view{} : text.substr(first);
    text = text.substr(0, text.find_last_not_of(kBlank) + 1);
}

void take_fraction(std::string_view& text, Moment& moment) {
    std::uint32_t value = 0;
    std::size_t digits = 0;
    while (!text.empty() && is_digit(text.front())) {
        if (digits < 9) {
            value = value * 10 + static_cast<std::uint32_t>(text.front() - '0');
            ++digits;
        }
        text.remove_prefix(1);
    }
    if (digits == 0) return;
    for (; digits < 9; ++digits) value *= 10;
    moment.nanosecond = value;
    if (value != 0) moment.precision = Precision::fraction;
}

bool take_date(std::string_view& text, Moment& moment) {
    const auto year = take_number(text, 4);
    if (!year || *year == 0) return false;
    moment.year = static_cast<std::int16_t>(*year);
    moment.precision = Precision::year;
    take_any(text, ":-/. ");
    const auto month = take_number(text, 2);
    if (!month || *month == 0) return true;
    moment.month = static_cast<std::uint8_t>(*month);
    moment.precision = Precision::month;
    take_any(text, ":-/. ");
    const auto day = take_number(text, 2);
    if (!day || *day == 0) return true;
    moment.day = static_cast<std::uint8_t>(*day);
    moment.precision = Precision::day;
    return true;
}

void take_time(std::string_view& text, Moment& moment) {
    auto rest = text;
    const auto hour = take_number(rest, 2);
    if (!hour) return;
    take_any(rest, ":.");
    const auto minute = take_number(rest, 2);
    if (!minute) return;
    moment.hour = static_cast<std::uint8_t>(*hour);
    moment.minute = static_cast<std::uint8_t>(*minute);
    moment.precision = Precision::minute;
    text = rest;
    take_any(rest, ":.");
    const auto second = take_number(rest, 2);
    if (!second) return;
    // Some cameras write 60; the day's end and not another minute is meant.
    moment.second = static_cast<std::uint8_t>(*second == 60 ? 59 : *second);
    moment.precision = Precision::second;
    if (take_any(rest, ".,")) take_fraction(rest, moment);
    text = rest;
}

}  // namespace

std::optional<int> offset_from_text(std::string_view text) {
    trim(text);
    if (text == "Z") return 0;
    const bool behind = text.starts_with('-');
    if (!take_any(text, "+-")) return std::nullopt;
    const auto hours = take_number(text, 2);
    if (!hours) return std::nullopt;
    take_any(text, ":");
    const auto minutes = text.empty() ? std::optional(0) : take_number(text, 2);
    if (!minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
    const int offset = *hours * 60 + *minutes;
    return behind ? -offset : offset;
}

std::optional<Moment> moment_from_file(std::string_view text) {
    trim(text);
    Moment moment;
    if (!take_date(text, moment)) return std::nullopt;
    if (moment.precision == Precision::day && take_any(text, " T:")) {
        take_time(text, moment);
        trim(text);
        if (moment.precision >= Precision::minute && !text.empty()) {
            if (text == "Z") {
                moment.zone = ZoneKind::utc_only;
            } else if (const auto offset = offset_from_text(text)) {
                moment.zone = ZoneKind::offset;
                moment.offset_minutes = static_cast<std::int16_t>(*offset);
            }
        }
    }
    return is_valid(moment) ? std::optional(moment) : std::nullopt;
}

}  // namespace keepsake::media
