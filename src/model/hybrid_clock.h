#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace keepsake::model {

/// A hybrid logical time: wall milliseconds and a counter. Its text sorts as it does:
/// "2026-11-23T06:14:37.123Z-0000" (29 characters, counter in 4 hex digits).
struct HybridTime {
    std::int64_t milliseconds = 0;  ///< since 1970, years 0001 to 9999
    std::uint16_t counter = 0;
    std::string to_text() const;
    /// Strict: exactly what to_text writes.
    static std::optional<HybridTime> from_text(std::string_view text);
    friend auto operator<=>(const HybridTime&, const HybridTime&) = default;
};

/// Gives times that are past every time it has given or been shown, and near the wall clock while
/// that runs true. Source: Kulkarni et al., "Logical Physical Clocks", 2014. Thread safety: one
/// thread at a time.
class HybridClock {
  public:
    explicit HybridClock(const WallClock& wall) : wall_(&wall) {}
    /// Errors: limit at the end of year 9999.
    Result<HybridTime> next();
    void observe(HybridTime seen);
    HybridTime latest() const { return latest_; }

  private:
    const WallClock* wall_;
    HybridTime latest_{-62'135'596'800'000, 0};
};

}  // namespace keepsake::model
