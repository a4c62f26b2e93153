// CRC-32 by carry-less multiplication: four registers of 16 bytes are folded over the data, then
// into one, whose remainder the tables give.
// Source: V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", 2009.
#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "parity/crc32.h"

#define KEEPSAKE_PCLMUL __attribute__((target("pclmul,sse4.1")))
#define KEEPSAKE_PCLMUL_INLINE __attribute__((target("pclmul,sse4.1"), always_inline)) inline

namespace keepsake::parity {
namespace {

constexpr std::size_t kLaneBytes = 16;
constexpr std::size_t kLanes = 4;
constexpr std::size_t kFoldBytes = kLanes * kLaneBytes;

KEEPSAKE_PCLMUL_INLINE __m128i load(const std::uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// What `value` stands for, moved on by the distance that the constants are for, plus `next`.
KEEPSAKE_PCLMUL_INLINE __m128i folded(__m128i value, __m128i constants, __m128i next) {
    return _mm_xor_si128(next, _mm_xor_si128(_mm_clmulepi64_si128(value, constants, 0x00),
                                             _mm_clmulepi64_si128(value, constants, 0x11)));
}

KEEPSAKE_PCLMUL std::uint32_t advance(std::uint32_t state, const std::uint8_t* data,
                                      std::size_t bytes) noexcept {
    if (bytes < 2 * kFoldBytes) return kPortableCrc32.advance(state, data, bytes);
    // x^(512+32), x^(512-32) and x^(128+32), x^(128-32), reduced; reversed, and so moved by one
    const auto over_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const auto over_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    __m128i lanes[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = load(data + i * kLaneBytes);
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(static_cast<int>(state)));
    data += kFoldBytes;
    bytes -= kFoldBytes;
    for (; bytes >= kFoldBytes; bytes -= kFoldBytes, data += kFoldBytes)
        for (std::size_t i = 0; i < kLanes; ++i)
            lanes[i] = folded(lanes[i], over_64, load(data + i * kLaneBytes));
    auto all = lanes[0];
    for (std::size_t i = 1; i < kLanes; ++i) all = folded(all, over_16, lanes[i]);
    for (; bytes >= kLaneBytes; bytes -= kLaneBytes, data += kLaneBytes)
        all = folded(all, over_16, load(data));
    std::array<std::uint8_t, kLaneBytes> last{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(last.data()), all);
    state = kPortableCrc32.advance(0, last.data(), last.size());
    return kPortableCrc32.advance(state, data, bytes);
}

}  // namespace

constinit const Crc32Engine kPclmulCrc32{.name = "pclmul", .advance = advance};

}  // namespace keepsake::parity
#endif
