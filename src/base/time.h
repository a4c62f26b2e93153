#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keepsake {

/// An instant: nanoseconds since 1970-01-01T00:00:00Z split so that years 0001 to 9999 fit.
struct Instant {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;  ///< below 1'000'000'000
    friend auto operator<=>(const Instant&, const Instant&) = default;
};

inline constexpr std::int64_t kSecondsPerDay = 86'400;

/// How many digits stand behind the seconds.
enum class Fraction { none, milli, nano };

/// RFC 3339 in UTC, "2026-11-23T06:14:37Z"; instants outside years 0001-9999 are clamped to them.
std::string to_rfc3339(Instant instant, Fraction fraction);
/// RFC 3339 with `Z` only, 0 to 9 fraction digits; nothing else.
std::optional<Instant> from_rfc3339(std::string_view text);

/// Where "now" comes from; handed in so that tests and simulators rule over it.
/// Thread safety: now() may be called from any thread.
class WallClock {
  public:
    virtual ~WallClock() = default;
    virtual Instant now() const = 0;
};

/// The system's clock.
class SystemWallClock final : public WallClock {
  public:
    Instant now() const override;
};

}  // namespace keepsake
