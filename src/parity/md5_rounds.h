#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace keepsake::parity {

inline constexpr std::size_t kMd5Steps = 64;

/// RFC 1321, section 3.4: the added constants, which word of the block each step takes, and by how
/// much it rotates.
inline constexpr std::array<std::uint32_t, kMd5Steps> kMd5Sines{
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr std::size_t md5_word(std::size_t step) {
    constexpr std::array<std::size_t, 4> kFactors{1, 5, 3, 7};
    constexpr std::array<std::size_t, 4> kOffsets{0, 1, 5, 0};
    return (kFactors[step / 16] * step + kOffsets[step / 16]) % 16;
}

constexpr int md5_rotation(std::size_t step) {
    constexpr std::array<std::array<int, 4>, 4> kRotations{
        {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
    return kRotations[step / 16][step % 4];
}

}  // namespace keepsake::parity
