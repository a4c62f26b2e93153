// The kernel for processors with AVX2: sixteen-entry tables, one for each half byte of an element
// and each byte of the product, looked up 32 at a time.
#if defined(__x86_64__)
#include "parity/kernel_avx2.h"

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "parity/galois.h"
#include "parity/kernel.h"

#define KEEPSAKE_AVX2 __attribute__((target("avx2")))
#define KEEPSAKE_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

namespace keepsake::parity {
namespace {

constexpr std::size_t kVectorBytes = 32;
constexpr std::size_t kNibbles = 4;
constexpr std::size_t kEntries = 16;
using Table = std::array<std::uint8_t, kEntries>;

struct Tables {
    std::array<Table, kNibbles> low;   // low byte of the product, by nibble of the input
    std::array<Table, kNibbles> high;  // its high byte
};

void prepare(Element factor, std::uint8_t* prepared) noexcept {
    Tables tables{};
    for (std::size_t nibble = 0; nibble < kNibbles; ++nibble) {
        for (std::size_t value = 0; value < kEntries; ++value) {
            const auto product = multiply(factor, static_cast<Element>(value << (4 * nibble)));
            tables.low[nibble][value] = static_cast<std::uint8_t>(product);
            tables.high[nibble][value] = static_cast<std::uint8_t>(product >> 8U);
        }
    }
    std::memcpy(prepared, &tables, sizeof tables);
}

KEEPSAKE_AVX2_INLINE __m256i load(const std::uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
KEEPSAKE_AVX2_INLINE void store(std::uint8_t* to, __m256i value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}
KEEPSAKE_AVX2_INLINE __m256i load_table(const std::uint8_t* from) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

KEEPSAKE_AVX2 void multiply_add(std::uint8_t* out, const std::uint8_t* const* in,
                                const std::uint8_t* prepared, std::size_t /*count*/,
                                std::size_t bytes) noexcept {
    __m256i low_tables[kNibbles];
    __m256i high_tables[kNibbles];
    for (std::size_t nibble = 0; nibble < kNibbles; ++nibble) {
        low_tables[nibble] = load_table(prepared + nibble * kEntries);
        high_tables[nibble] = load_table(prepared + (kNibbles + nibble) * kEntries);
    }
    const auto mask = _mm256_set1_epi8(0x0F);
    const auto* const input = *in;
    for (std::size_t at = 0; at < bytes; at += 2 * kVectorBytes) {
        const auto low_in = load(input + at);
        const auto high_in = load(input + at + kVectorBytes);
        const __m256i nibbles[kNibbles] = {
            _mm256_and_si256(low_in, mask), _mm256_and_si256(_mm256_srli_epi16(low_in, 4), mask),
            _mm256_and_si256(high_in, mask), _mm256_and_si256(_mm256_srli_epi16(high_in, 4), mask)};
        auto low = load(out + at);
        auto high = load(out + at + kVectorBytes);
        for (std::size_t nibble = 0; nibble < kNibbles; ++nibble) {
            low = _mm256_xor_si256(low, _mm256_shuffle_epi8(low_tables[nibble], nibbles[nibble]));
            high =
                _mm256_xor_si256(high, _mm256_shuffle_epi8(high_tables[nibble], nibbles[nibble]));
        }
        store(out + at, low);
        store(out + at + kVectorBytes, high);
    }
}

}  // namespace

// Also what the kernel with GFNI at this width uses: the order of bytes is the same.
KEEPSAKE_AVX2 void avx2_to_planes(const std::uint8_t* in, std::uint8_t* out,
                                  std::size_t bytes) noexcept {
    const auto low_bytes = _mm256_set1_epi16(0x00FF);
    for (std::size_t at = 0; at < bytes; at += 2 * kVectorBytes) {
        const auto first = load(in + at);
        const auto second = load(in + at + kVectorBytes);
        store(out + at, _mm256_packus_epi16(_mm256_and_si256(first, low_bytes),
                                            _mm256_and_si256(second, low_bytes)));
        store(out + at + kVectorBytes,
              _mm256_packus_epi16(_mm256_srli_epi16(first, 8), _mm256_srli_epi16(second, 8)));
    }
}

// The order within a vector is that of packing, so unpacking the halves undoes it.
KEEPSAKE_AVX2 void avx2_from_planes(const std::uint8_t* in, std::uint8_t* out,
                                    std::size_t bytes) noexcept {
    for (std::size_t at = 0; at < bytes; at += 2 * kVectorBytes) {
        const auto low = load(in + at);
        const auto high = load(in + at + kVectorBytes);
        store(out + at, _mm256_unpacklo_epi8(low, high));
        store(out + at + kVectorBytes, _mm256_unpackhi_epi8(low, high));
    }
}

constinit const Kernel kAvx2Kernel{.name = "avx2",
                                   .prepared_bytes = sizeof(Tables),
                                   .most_inputs = 1,
                                   .prepare = prepare,
                                   .to_planes = avx2_to_planes,
                                   .from_planes = avx2_from_planes,
                                   .multiply_add = multiply_add};

}  // namespace keepsake::parity
#endif
