#include "media/look_alike.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace keepsake::media {
namespace {

constexpr std::size_t kSide = kLookSide;
constexpr std::size_t kLow = 8;
using Waves = std::array<std::array<float, kSide>, kLow>;

Waves make_waves() {
    Waves waves{};
    for (std::size_t u = 0; u < kLow; ++u)
        for (std::size_t x = 0; x < kSide; ++x)
            waves[u][x] = std::cos(std::numbers::pi_v<float> / kSide *
                                   (static_cast<float>(x) + 0.5F) * static_cast<float>(u));
    return waves;
}

}  // namespace

std::uint64_t look_of(const LookPixels& brightness) {
    static const Waves waves = make_waves();
    std::array<std::array<float, kSide>, kLow> rows{};
    for (std::size_t y = 0; y < kSide; ++y)
        for (std::size_t u = 0; u < kLow; ++u)
            for (std::size_t x = 0; x < kSide; ++x)
                rows[u][y] += brightness[y * kSide + x] * waves[u][x];
    std::array<float, kLow * kLow> low{};
    for (std::size_t v = 0; v < kLow; ++v)
        for (std::size_t u = 0; u < kLow; ++u)
            for (std::size_t y = 0; y < kSide; ++y) low[v * kLow + u] += rows[u][y] * waves[v][y];
    low[0] = 0;
    auto sorted = low;
    const auto middle = sorted.begin() + sorted.size() / 2;
    std::ranges::nth_element(sorted, middle);
    std::uint64_t bits = 0;
    for (const float value : low) bits = bits << 1U | (value > *middle ? 1U : 0U);
    return bits;
}

int difference(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

}  // namespace keepsake::media
