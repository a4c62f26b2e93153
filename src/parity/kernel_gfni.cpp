// The kernels for processors with GFNI. Multiplying by a constant is linear over bits: a 16 by 16
// matrix, here four of 8 by 8, each applied to a vector of bytes by one instruction. The matrices
// of several inputs stay in registers while their data passes by.
#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "parity/galois.h"
#include "parity/kernel.h"
#include "parity/kernel_avx2.h"

#define KEEPSAKE_GFNI256 __attribute__((target("avx2,gfni")))
#define KEEPSAKE_GFNI256_INLINE __attribute__((target("avx2,gfni"), always_inline)) inline
#define KEEPSAKE_GFNI512 \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512dq,gfni")))
#define KEEPSAKE_GFNI512_INLINE                                                  \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512dq,gfni"), \
                   always_inline)) inline

namespace keepsake::parity {
namespace {

// From the low and the high byte of the input to the low and the high byte of the product.
enum Part : std::size_t { low_to_low, high_to_low, low_to_high, high_to_high, kParts };
using Matrices = std::array<std::uint64_t, kParts>;

// Byte j, bit i becomes byte i, bit j.
std::uint64_t transposed(std::uint64_t bits) {
    const auto swap = [&bits](unsigned distance, std::uint64_t mask) {
        const auto change = (bits ^ (bits >> distance)) & mask;
        bits ^= change ^ (change << distance);
    };
    swap(7, 0x00AA00AA00AA00AA);
    swap(14, 0x0000CCCC0000CCCC);
    swap(28, 0x00000000F0F0F0F0);
    return bits;
}

void prepare(Element factor, std::uint8_t* prepared) noexcept {
    Matrices columns{};
    std::uint32_t product = factor;
    for (unsigned bit = 0; bit < 16; ++bit) {
        const std::size_t from_high = bit / 8;
        const unsigned shift = bit % 8 * 8;
        columns[low_to_low + from_high] |= std::uint64_t{product & 0xFFU} << shift;
        columns[low_to_high + from_high] |= std::uint64_t{product >> 8U} << shift;
        product <<= 1U;
        if (product > kFieldOrder) product ^= kFieldPolynomial;
    }
    // The instruction wants rows, that of the highest bit first.
    for (auto& matrix : columns) matrix = __builtin_bswap64(transposed(matrix));
    std::memcpy(prepared, columns.data(), sizeof columns);
}

std::uint64_t matrix_at(const std::uint8_t* prepared, std::size_t number) {
    std::uint64_t matrix = 0;
    std::memcpy(&matrix, prepared + number * sizeof matrix, sizeof matrix);
    return matrix;
}

template <std::size_t kInputs>
KEEPSAKE_GFNI256_INLINE void add_256(std::uint8_t* out, const std::uint8_t* const* in,
                                     const std::uint8_t* prepared, std::size_t bytes) {
    constexpr std::size_t kVectorBytes = 32;
    __m256i matrices[kInputs * kParts];
    for (std::size_t i = 0; i < kInputs * kParts; ++i)
        matrices[i] = _mm256_set1_epi64x(static_cast<long long>(matrix_at(prepared, i)));
    for (std::size_t at = 0; at < bytes; at += 2 * kVectorBytes) {
        auto* const low_out = reinterpret_cast<__m256i*>(out + at);
        auto* const high_out = reinterpret_cast<__m256i*>(out + at + kVectorBytes);
        auto low = _mm256_loadu_si256(low_out);
        auto high = _mm256_loadu_si256(high_out);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < kInputs; ++i) {
            const auto* const from = reinterpret_cast<const __m256i*>(in[i] + at);
            const auto low_in = _mm256_loadu_si256(from);
            const auto high_in = _mm256_loadu_si256(from + 1);
            const auto* const of_input = matrices + i * kParts;
            low = _mm256_xor_si256(
                low,
                _mm256_xor_si256(_mm256_gf2p8affine_epi64_epi8(low_in, of_input[low_to_low], 0),
                                 _mm256_gf2p8affine_epi64_epi8(high_in, of_input[high_to_low], 0)));
            high = _mm256_xor_si256(
                high, _mm256_xor_si256(
                          _mm256_gf2p8affine_epi64_epi8(low_in, of_input[low_to_high], 0),
                          _mm256_gf2p8affine_epi64_epi8(high_in, of_input[high_to_high], 0)));
        }
        _mm256_storeu_si256(low_out, low);
        _mm256_storeu_si256(high_out, high);
    }
}

constexpr std::size_t kMostInputs256 = 3;

KEEPSAKE_GFNI256 void multiply_add_256(std::uint8_t* out, const std::uint8_t* const* in,
                                       const std::uint8_t* prepared, std::size_t count,
                                       std::size_t bytes) noexcept {
    if (count == 1) return add_256<1>(out, in, prepared, bytes);
    if (count == 2) return add_256<2>(out, in, prepared, bytes);
    add_256<3>(out, in, prepared, bytes);
}

// a ^ b ^ c
constexpr int kXor3 = 0x96;

template <std::size_t kInputs>
KEEPSAKE_GFNI512_INLINE void add_512(std::uint8_t* out, const std::uint8_t* const* in,
                                     const std::uint8_t* prepared, std::size_t bytes) {
    constexpr std::size_t kVectorBytes = 64;
    __m512i matrices[kInputs * kParts];
    for (std::size_t i = 0; i < kInputs * kParts; ++i)
        matrices[i] = _mm512_set1_epi64(static_cast<long long>(matrix_at(prepared, i)));
    for (std::size_t at = 0; at < bytes; at += 2 * kVectorBytes) {
        auto low = _mm512_loadu_si512(out + at);
        auto high = _mm512_loadu_si512(out + at + kVectorBytes);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kInputs; ++i) {
            const auto low_in = _mm512_loadu_si512(in[i] + at);
            const auto high_in = _mm512_loadu_si512(in[i] + at + kVectorBytes);
            const auto* const of_input = matrices + i * kParts;
            low = _mm512_ternarylogic_epi64(
                low, _mm512_gf2p8affine_epi64_epi8(low_in, of_input[low_to_low], 0),
                _mm512_gf2p8affine_epi64_epi8(high_in, of_input[high_to_low], 0), kXor3);
            high = _mm512_ternarylogic_epi64(
                high, _mm512_gf2p8affine_epi64_epi8(low_in, of_input[low_to_high], 0),
                _mm512_gf2p8affine_epi64_epi8(high_in, of_input[high_to_high], 0), kXor3);
        }
        _mm512_storeu_si512(out + at, low);
        _mm512_storeu_si512(out + at + kVectorBytes, high);
    }
}

constexpr std::size_t kMostInputs512 = 6;

KEEPSAKE_GFNI512 void multiply_add_512(std::uint8_t* out, const std::uint8_t* const* in,
                                       const std::uint8_t* prepared, std::size_t count,
                                       std::size_t bytes) noexcept {
    switch (count) {
        case 1:
            return add_512<1>(out, in, prepared, bytes);
        case 2:
            return add_512<2>(out, in, prepared, bytes);
        case 3:
            return add_512<3>(out, in, prepared, bytes);
        case 4:
            return add_512<4>(out, in, prepared, bytes);
        case 5:
            return add_512<5>(out, in, prepared, bytes);
        default:
            return add_512<kMostInputs512>(out, in, prepared, bytes);
    }
}

using Order = std::array<std::uint8_t, 64>;

// Of 128 bytes (two vectors) every second one.
template <std::size_t... kAt>
constexpr Order every_second(std::size_t first, std::index_sequence<kAt...> /*all*/) {
    return {static_cast<std::uint8_t>(2 * kAt + first)...};
}
// One of the first vector, one of the second, in turn.
template <std::size_t... kAt>
constexpr Order in_turn(std::size_t first, std::index_sequence<kAt...> /*all*/) {
    return {static_cast<std::uint8_t>(first + kAt / 2 + kAt % 2 * 64)...};
}

constexpr auto kAll = std::make_index_sequence<64>();
constexpr Order kLowBytes = every_second(0, kAll);
constexpr Order kHighBytes = every_second(1, kAll);
constexpr Order kFirstHalf = in_turn(0, kAll);
constexpr Order kSecondHalf = in_turn(32, kAll);

KEEPSAKE_GFNI512_INLINE void reorder_512(const std::uint8_t* in, std::uint8_t* out,
                                         std::size_t bytes, const Order& first_order,
                                         const Order& second_order) {
    const auto to_first = _mm512_loadu_si512(first_order.data());
    const auto to_second = _mm512_loadu_si512(second_order.data());
    for (std::size_t at = 0; at < bytes; at += kGranuleBytes) {
        const auto first = _mm512_loadu_si512(in + at);
        const auto second = _mm512_loadu_si512(in + at + kGranuleBytes / 2);
        _mm512_storeu_si512(out + at, _mm512_permutex2var_epi8(first, to_first, second));
        _mm512_storeu_si512(out + at + kGranuleBytes / 2,
                            _mm512_permutex2var_epi8(first, to_second, second));
    }
}

KEEPSAKE_GFNI512 void to_planes_512(const std::uint8_t* in, std::uint8_t* out,
                                    std::size_t bytes) noexcept {
    reorder_512(in, out, bytes, kLowBytes, kHighBytes);
}

KEEPSAKE_GFNI512 void from_planes_512(const std::uint8_t* in, std::uint8_t* out,
                                      std::size_t bytes) noexcept {
    reorder_512(in, out, bytes, kFirstHalf, kSecondHalf);
}

}  // namespace

constinit const Kernel kGfniAvx2Kernel{.name = "gfni-avx2",
                                       .prepared_bytes = sizeof(Matrices),
                                       .most_inputs = kMostInputs256,
                                       .prepare = prepare,
                                       .to_planes = avx2_to_planes,
                                       .from_planes = avx2_from_planes,
                                       .multiply_add = multiply_add_256};

constinit const Kernel kGfniAvx512Kernel{.name = "gfni-avx512",
                                         .prepared_bytes = sizeof(Matrices),
                                         .most_inputs = kMostInputs512,
                                         .prepare = prepare,
                                         .to_planes = to_planes_512,
                                         .from_planes = from_planes_512,
                                         .multiply_add = multiply_add_512};

}  // namespace keepsake::parity
#endif
