#include "media/taken.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace keepsake::media {
namespace {

constexpr int kMostOffsetMinutes = 18 * 60;
constexpr int kSecondsPerMinute = 60;
constexpr std::string_view kSourceNames[] = {"hand",      "sidecar", "original",
                                             "digitized", "gps",     "container",
                                             "file-name", "changed", "file-time"};

/// Takes fixed forms from the front of a text.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}
    bool at_end() const { return text_.empty(); }
    bool take(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    /// Exactly `digits` of them.
    std::optional<int> number(std::size_t digits) {
        if (text_.size() < digits) return std::nullopt;
        int value = 0;
        for (const char c : text_.substr(0, digits)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(digits);
        return value;
    }
    std::optional<std::uint32_t> nanoseconds() {
        std::uint32_t value = 0;
        std::size_t digits = 0;
        while (digits < 9) {
            const auto digit = number(1);
            if (!digit) break;
            value = value * 10 + static_cast<std::uint32_t>(*digit);
            ++digits;
        }
        if (digits == 0) return std::nullopt;
        for (; digits < 9; ++digits) value *= 10;
        return value;
    }

  private:
    std::string_view text_;
};

bool take_zone(Scanner& scanner, Moment& moment) {
    if (scanner.at_end()) return true;
    if (scanner.take('Z')) {
        moment.zone = ZoneKind::utc_only;
        return true;
    }
    const bool behind = scanner.take('-');
    if (!behind && !scanner.take('+')) return false;
    const auto hours = scanner.number(2);
    if (!hours || !scanner.take(':')) return false;
    const auto minutes = scanner.number(2);
    if (!minutes || *minutes > 59) return false;
    const int offset = *hours * 60 + *minutes;
    if (behind && offset == 0) return false;
    moment.zone = ZoneKind::offset;
    moment.offset_minutes = static_cast<std::int16_t>(behind ? -offset : offset);
    return true;
}

bool take_time(Scanner& scanner, Moment& moment) {
    const auto hour = scanner.number(2);
    if (!hour || !scanner.take(':')) return false;
    const auto minute = scanner.number(2);
    if (!minute) return false;
    moment.hour = static_cast<std::uint8_t>(*hour);
    moment.minute = static_cast<std::uint8_t>(*minute);
    moment.precision = Precision::minute;
    if (!scanner.take(':')) return take_zone(scanner, moment);
    const auto second = scanner.number(2);
    if (!second) return false;
    moment.second = static_cast<std::uint8_t>(*second);
    moment.precision = Precision::second;
    if (!scanner.take('.')) return take_zone(scanner, moment);
    const auto nanoseconds = scanner.nanoseconds();
    if (!nanoseconds) return false;
    moment.nanosecond = *nanoseconds;
    moment.precision = Precision::fraction;
    return take_zone(scanner, moment);
}

std::optional<Moment> take_moment(Scanner scanner) {
    Moment moment;
    const auto year = scanner.number(4);
    if (!year) return std::nullopt;
    moment.year = static_cast<std::int16_t>(*year);
    moment.precision = Precision::year;
    if (scanner.at_end()) return moment;
    if (!scanner.take('-')) return std::nullopt;
    const auto month = scanner.number(2);
    if (!month) return std::nullopt;
    moment.month = static_cast<std::uint8_t>(*month);
    moment.precision = Precision::month;
    if (scanner.at_end()) return moment;
    if (!scanner.take('-')) return std::nullopt;
    const auto day = scanner.number(2);
    if (!day) return std::nullopt;
    moment.day = static_cast<std::uint8_t>(*day);
    moment.precision = Precision::day;
    if (scanner.at_end()) return moment;
    if (!scanner.take('T') || !take_time(scanner, moment) || !scanner.at_end()) return std::nullopt;
    return moment;
}

}  // namespace

std::string to_text(const Moment& moment) {
    std::string text = fmt::format("{:04}", moment.year);
    const auto out = std::back_inserter(text);
    if (moment.precision >= Precision::month) fmt::format_to(out, "-{:02}", moment.month);
    if (moment.precision >= Precision::day) fmt::format_to(out, "-{:02}", moment.day);
    if (moment.precision < Precision::minute) return text;
    fmt::format_to(out, "T{:02}:{:02}", moment.hour, moment.minute);
    if (moment.precision >= Precision::second) fmt::format_to(out, ":{:02}", moment.second);
    if (moment.precision == Precision::fraction) {
        auto fraction = fmt::format(".{:09}", moment.nanosecond);
        fraction.erase(std::max<std::size_t>(fraction.find_last_not_of('0'), 1) + 1);
        text += fraction;
    }
    if (moment.zone == ZoneKind::utc_only) text += 'Z';
    if (moment.zone == ZoneKind::offset) {
        const int offset =
            moment.offset_minutes < 0 ? -moment.offset_minutes : moment.offset_minutes;
        fmt::format_to(std::back_inserter(text), "{}{:02}:{:02}",
                       moment.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
    }
    return text;
}

std::optional<Moment> moment_from_text(std::string_view text) {
    const auto moment = take_moment(Scanner(text));
    return moment && is_valid(*moment) ? moment : std::nullopt;
}

bool is_valid(const Moment& moment) {
    using namespace std::chrono;
    const auto date = year_month_day(year(moment.year), month(moment.month), day(moment.day));
    const bool has_offset = moment.zone == ZoneKind::offset;
    return moment.year >= 1 && moment.year <= 9999 && date.ok() && moment.hour < 24 &&
           moment.minute < 60 && moment.second < 60 && moment.nanosecond < 1'000'000'000 &&
           (has_offset || moment.offset_minutes == 0) &&
           moment.offset_minutes <= kMostOffsetMinutes &&
           moment.offset_minutes >= -kMostOffsetMinutes;
}

Instant instant_of(const Moment& moment) {
    using namespace std::chrono;
    const auto days =
        sys_days(year_month_day(year(moment.year), month(moment.month), day(moment.day)));
    const std::int64_t minutes = moment.hour * 60 + moment.minute - moment.offset_minutes;
    return {.seconds = days.time_since_epoch().count() * kSecondsPerDay +
                       minutes * kSecondsPerMinute + moment.second,
            .nanoseconds = moment.nanosecond};
}

Moment moment_of(Instant instant) {
    // The text knows how to clamp and how to count days.
    const auto whole = instant.nanoseconds == 0;
    const auto text = to_rfc3339(instant, whole ? Fraction::none : Fraction::nano);
    return moment_from_text(text).value_or(Moment{.year = 1, .zone = ZoneKind::utc_only});
}

Moment at_offset(const Moment& moment, int offset_minutes) {
    auto instant = instant_of(moment);
    instant.seconds += std::int64_t{offset_minutes} * kSecondsPerMinute;
    auto shown = moment_of(instant);
    shown.precision = moment.precision;
    shown.zone = ZoneKind::offset;
    shown.offset_minutes = static_cast<std::int16_t>(offset_minutes);
    return shown;
}

std::string_view name_of(TakenSource source) {
    return kSourceNames[static_cast<std::size_t>(source)];
}

std::optional<TakenSource> taken_source_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(kSourceNames, name);
    if (found == std::end(kSourceNames)) return std::nullopt;
    return static_cast<TakenSource>(found - std::begin(kSourceNames));
}

Taken taken_from_file_time(Instant modified) {
    return {.at = moment_of(modified), .source = TakenSource::file_time, .certain = false};
}

}  // namespace keepsake::media
