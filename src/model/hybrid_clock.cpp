#include "model/hybrid_clock.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"

namespace keepsake::model {
namespace {
constexpr std::size_t kTextSize = 29;
constexpr std::size_t kTimeSize = 24;
constexpr std::int64_t kLatestMilliseconds = 253'402'300'799'999;
constexpr std::int64_t kEarliestMilliseconds = -62'135'596'800'000;
}  // namespace

std::string HybridTime::to_text() const {
    const std::int64_t seconds =
        milliseconds >= 0 ? milliseconds / 1000 : -((-milliseconds + 999) / 1000);
    const auto rest = static_cast<std::uint32_t>(milliseconds - seconds * 1000);
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "-%04x", static_cast<unsigned>(counter));
    return to_rfc3339({seconds, rest * 1'000'000}, Fraction::milli) + digits.data();
}

std::optional<HybridTime> HybridTime::from_text(std::string_view text) {
    if (text.size() != kTextSize || text[kTimeSize] != '-' || text[kTimeSize - 1] != 'Z')
        return std::nullopt;
    const auto instant = from_rfc3339(text.substr(0, kTimeSize));
    if (!instant) return std::nullopt;
    unsigned counter = 0;
    for (const char c : text.substr(kTimeSize + 1)) {
        if (c >= '0' && c <= '9')
            counter = counter * 16 + static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            counter = counter * 16 + static_cast<unsigned>(c - 'a' + 10);
        else
            return std::nullopt;
    }
    return HybridTime{instant->seconds * 1000 + instant->nanoseconds / 1'000'000,
                      static_cast<std::uint16_t>(counter)};
}

Result<HybridTime> HybridClock::next() {
    const Instant now = wall_->now();
    const std::int64_t wall =
        std::clamp<std::int64_t>(now.seconds > kLatestMilliseconds / 1000 ? kLatestMilliseconds
                                 : now.seconds < kEarliestMilliseconds / 1000
                                     ? kEarliestMilliseconds
                                     : now.seconds * 1000 + now.nanoseconds / 1'000'000,
                                 kEarliestMilliseconds, kLatestMilliseconds);
    if (wall > latest_.milliseconds) {
        latest_ = {wall, 0};
    } else if (latest_.counter < UINT16_MAX) {
        ++latest_.counter;
    } else if (latest_.milliseconds < kLatestMilliseconds) {
        latest_ = {latest_.milliseconds + 1, 0};
    } else {
        return Error(ErrorCode::limit,
                     "the clock has reached the end of year 9999; set this computer's date");
    }
    return latest_;
}

void HybridClock::observe(HybridTime seen) { latest_ = std::max(latest_, seen); }

}  // namespace keepsake::model
