#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/time.h"
#include "media/taken.h"

// Which of several dates is believed. The rules, and why, stand in docs/dates.md.
namespace keepsake::media {
namespace {

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int16_t kFirstYear = 1826;  // the oldest photograph that there is
constexpr int kMostAheadMinutes = 14 * 60;
constexpr int kMostBehindMinutes = -12 * 60;
/// A position is often some seconds older than the picture; clocks are not set to the second.
constexpr std::int64_t kZoneSlackSeconds = 120;

struct Day {
    std::int16_t year;
    std::uint8_t month;
    std::uint8_t day;
};
/// What clocks show that were never set: the first day that they know.
constexpr Day kFirstDays[] = {{1601, 1, 1}, {1899, 12, 30}, {1900, 1, 1},   {1904, 1, 1},
                              {1970, 1, 1}, {1980, 1, 1},   {1980, 1, 6},   {2000, 1, 1},
                              {2001, 1, 1}, {2002, 12, 8},  {1999, 11, 30}, {1999, 12, 31}};
/// Days on which pictures were taken as well: only their first hour, where an unset clock begins.
constexpr bool is_party(const Day& day) { return day.year >= 1999 && day.year <= 2001; }

bool is_first_day(const Moment& moment) {
    if (moment.precision < Precision::day) return false;
    return std::ranges::any_of(kFirstDays, [&](const Day& day) {
        if (day.year != moment.year || day.month != moment.month || day.day != moment.day)
            return false;
        return !is_party(day) || moment.precision < Precision::minute || moment.hour < 12;
    });
}

/// Offsets of places on earth that are no whole or half hours.
bool is_offset_of_a_place(int minutes) {
    constexpr std::array<int, 3> kQuarters = {5 * 60 + 45, 8 * 60 + 45, 12 * 60 + 45};
    if (minutes < kMostBehindMinutes || minutes > kMostAheadMinutes) return false;
    return minutes % 30 == 0 || std::ranges::find(kQuarters, minutes) != kQuarters.end();
}

bool is_day_only(const Moment& moment) { return moment.precision < Precision::minute; }

/// A moment in UTC that says what zone the local time of `taken` was in.
void take_zone_from(Taken& taken, std::span<const Taken> candidates) {
    if (taken.at.zone != ZoneKind::unknown || is_day_only(taken.at)) return;
    for (const auto& other : candidates) {
        if (other.at.zone == ZoneKind::unknown || is_day_only(other.at)) continue;
        // File times move with every copy, names and edits say little of the first moment.
        if (other.source > TakenSource::container) continue;
        auto instant = other.at;
        if (instant.zone == ZoneKind::offset) instant = moment_of(instant_of(instant));
        const auto offset = offset_between(taken.at, instant);
        if (!offset) continue;
        taken.at.zone = ZoneKind::offset;
        taken.at.offset_minutes = static_cast<std::int16_t>(*offset);
        return;
    }
}

/// An instant alone says less than the local time of the same moment, which another source has.
void take_local_time_from(Taken& taken, std::span<const Taken> candidates) {
    if (taken.at.zone != ZoneKind::utc_only || is_day_only(taken.at)) return;
    for (const auto& other : candidates) {
        const bool is_local = other.at.zone == ZoneKind::unknown && !is_day_only(other.at) &&
                              other.source < TakenSource::changed;
        if (!is_local) continue;
        const auto offset = offset_between(other.at, taken.at);
        if (!offset) continue;
        taken.at = at_offset(taken.at, *offset);
        return;
    }
}

/// A day alone in front of one of the same day that knows the hour says less.
Taken finer_of(const Taken& chosen, std::span<const Taken> sorted) {
    for (const auto& other : sorted) {
        const bool same_day =
            other.at.year == chosen.at.year &&
            (chosen.at.precision < Precision::month || other.at.month == chosen.at.month) &&
            (chosen.at.precision < Precision::day || other.at.day == chosen.at.day);
        if (same_day && other.at.precision > chosen.at.precision &&
            other.source < TakenSource::changed)
            return other;
    }
    return chosen;
}

}  // namespace

bool is_bogus(const Moment& moment, Instant now) {
    if (!is_valid(moment) || moment.year < kFirstYear || is_first_day(moment)) return true;
    return instant_of(moment).seconds > now.seconds + kSecondsPerDay;
}

std::optional<int> offset_between(const Moment& local, const Moment& utc) {
    const auto at = instant_of(local).seconds;
    const auto difference = at - instant_of(utc).seconds;
    constexpr std::int64_t kQuarterSeconds = 15 * kSecondsPerMinute;
    const auto quarters =
        (difference + (difference < 0 ? -kQuarterSeconds / 2 : kQuarterSeconds / 2)) /
        kQuarterSeconds;
    if (std::abs(difference - quarters * kQuarterSeconds) > kZoneSlackSeconds) return std::nullopt;
    const auto minutes = quarters * 15;
    if (minutes > kMostAheadMinutes || minutes < kMostBehindMinutes) return std::nullopt;
    const auto offset = static_cast<int>(minutes);
    return is_offset_of_a_place(offset) ? std::optional(offset) : std::nullopt;
}

std::optional<Taken> choose_taken(std::span<const Taken> candidates, Instant now) {
    std::vector<Taken> sorted;
    for (const auto& candidate : candidates)
        if (is_valid(candidate.at)) sorted.push_back(candidate);
    if (sorted.empty()) return std::nullopt;
    std::ranges::stable_sort(sorted, {}, [&](const Taken& taken) {
        // What a person said is believed whatever it is.
        const bool doubtful = taken.source != TakenSource::by_hand && is_bogus(taken.at, now);
        return std::pair(doubtful, taken.source);
    });
    auto chosen = finer_of(sorted.front(), sorted);
    if (chosen.source != TakenSource::by_hand && is_bogus(chosen.at, now)) chosen.certain = false;
    take_zone_from(chosen, sorted);
    take_local_time_from(chosen, sorted);
    return chosen;
}

}  // namespace keepsake::media
