#pragma once

#include <array>
#include <cstdint>
#include <span>

/// How a picture looks, in 64 bits: pictures that look alike differ in few of them, whatever their
/// size, their compression and small changes of light.
namespace keepsake::media {

inline constexpr unsigned kLookSide = 32;
using LookPixels = std::array<float, static_cast<std::size_t>(kLookSide) * kLookSide>;

/// From the picture's brightness on a square of kLookSide, row by row. The bits are the signs of
/// its 63 lowest frequencies against their median (a discrete cosine transform), the mean apart.
std::uint64_t look_of(const LookPixels& brightness);

/// In how many bits two of them differ: up to 4 is nearly always the same picture, above 12 hardly
/// ever.
int difference(std::uint64_t a, std::uint64_t b);

}  // namespace keepsake::media
