#include "base/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace keepsake {
namespace {

constexpr Instant kEarliest{-62'135'596'800, 0};          // 0001-01-01T00:00:00Z
constexpr Instant kLatest{253'402'300'799, 999'999'999};  // 9999-12-31T23:59:59.999999999Z

std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

std::optional<std::uint32_t> fraction_of(std::string_view digits) {
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const char c = i < digits.size() ? digits[i] : '0';
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return value;
}

}  // namespace

std::string to_rfc3339(Instant instant, Fraction fraction) {
    instant = std::clamp(instant, kEarliest, kLatest);
    const std::chrono::sys_seconds seconds{std::chrono::seconds{instant.seconds}};
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{seconds - day};
    std::array<char, 48> text{};
    int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()));
    auto* end = text.data() + size;
    const auto room = text.size() - static_cast<std::size_t>(size);
    if (fraction == Fraction::milli)
        size += std::snprintf(end, room, ".%03u", instant.nanoseconds / 1'000'000);
    if (fraction == Fraction::nano) size += std::snprintf(end, room, ".%09u", instant.nanoseconds);
    return std::string(text.data(), static_cast<std::size_t>(size)) + "Z";
}

std::optional<Instant> from_rfc3339(std::string_view text) {
    if (text.size() < 20 || text.back() != 'Z') return std::nullopt;
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const auto year = number(text, 0, 4);
    const auto month = number(text, 5, 2);
    const auto day = number(text, 8, 2);
    const auto hour = number(text, 11, 2);
    const auto minute = number(text, 14, 2);
    const auto second = number(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (*year < 1 || !date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    Instant instant;
    const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
    instant.seconds =
        static_cast<std::int64_t>(days) * kSecondsPerDay + *hour * 3600L + *minute * 60L + *second;
    if (text.size() > 20) {
        if (text[19] != '.') return std::nullopt;
        const auto fraction = fraction_of(text.substr(20, text.size() - 21));
        if (!fraction) return std::nullopt;
        instant.nanoseconds = *fraction;
    }
    return instant;
}

Instant SystemWallClock::now() const {
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    return {now.tv_sec, static_cast<std::uint32_t>(now.tv_nsec)};
}

}  // namespace keepsake
