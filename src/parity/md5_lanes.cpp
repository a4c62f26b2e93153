// MD5 of 8 (AVX2) or 16 (AVX-512) messages at once: each step is one of the algorithm, done on a
// vector that has the same word of every message.
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "parity/md5.h"
#include "parity/md5_rounds.h"

#define KEEPSAKE_MD5_AVX2 __attribute__((target("avx2")))
#define KEEPSAKE_MD5_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline
#define KEEPSAKE_MD5_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define KEEPSAKE_MD5_AVX512_INLINE \
    __attribute__((target("avx512f,avx512bw,avx512vl"), always_inline)) inline

namespace keepsake::parity {
namespace {

constexpr std::size_t kWords = 4;
constexpr std::size_t kLanes8 = 8;
constexpr std::size_t kLanes16 = 16;
constexpr std::size_t kBlockWords = 16;

// ---- AVX2 ---------------------------------------------------------------------------------------

KEEPSAKE_MD5_AVX2_INLINE __m256i load_8(const std::uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

// Eight words of each of eight messages become a vector for each word.
KEEPSAKE_MD5_AVX2_INLINE void transpose_8(const std::uint8_t* const* data, std::size_t offset,
                                          __m256i* out) {
    __m256i pairs[kLanes8];
    __m256i fours[kLanes8];
    for (std::size_t i = 0; i < kLanes8; i += 2) {
        const auto first = load_8(data[i] + offset);
        const auto second = load_8(data[i + 1] + offset);
        pairs[i] = _mm256_unpacklo_epi32(first, second);
        pairs[i + 1] = _mm256_unpackhi_epi32(first, second);
    }
    for (std::size_t i = 0; i < kLanes8; i += 4) {
        fours[i] = _mm256_unpacklo_epi64(pairs[i], pairs[i + 2]);
        fours[i + 1] = _mm256_unpackhi_epi64(pairs[i], pairs[i + 2]);
        fours[i + 2] = _mm256_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = _mm256_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    for (std::size_t i = 0; i < kLanes8 / 2; ++i) {
        out[i] = _mm256_permute2x128_si256(fours[i], fours[i + 4], 0x20);
        out[i + 4] = _mm256_permute2x128_si256(fours[i], fours[i + 4], 0x31);
    }
}

template <std::size_t kStep>
KEEPSAKE_MD5_AVX2_INLINE __m256i mixed_8(__m256i b, __m256i c, __m256i d) {
    if constexpr (kStep < 16)
        return _mm256_xor_si256(d, _mm256_and_si256(b, _mm256_xor_si256(c, d)));
    if constexpr (kStep >= 16 && kStep < 32)
        return _mm256_or_si256(_mm256_and_si256(d, b), _mm256_andnot_si256(d, c));
    if constexpr (kStep >= 32 && kStep < 48) return _mm256_xor_si256(b, _mm256_xor_si256(c, d));
    const auto not_d = _mm256_xor_si256(d, _mm256_set1_epi32(-1));
    return _mm256_xor_si256(c, _mm256_or_si256(b, not_d));
}

template <std::size_t kStep>
KEEPSAKE_MD5_AVX2_INLINE void steps_8(__m256i* w, const __m256i* message) {
    if constexpr (kStep < kMd5Steps) {
        auto& a = w[(kMd5Steps - kStep) % kWords];
        const auto b = w[(kMd5Steps - kStep + 1) % kWords];
        const auto c = w[(kMd5Steps - kStep + 2) % kWords];
        const auto d = w[(kMd5Steps - kStep + 3) % kWords];
        const auto constant = _mm256_set1_epi32(static_cast<int>(kMd5Sines[kStep]));
        const auto known =
            _mm256_add_epi32(a, _mm256_add_epi32(constant, message[md5_word(kStep)]));
        const auto sum = _mm256_add_epi32(known, mixed_8<kStep>(b, c, d));
        constexpr int kRotation = md5_rotation(kStep);
        const auto turned = _mm256_or_si256(_mm256_slli_epi32(sum, kRotation),
                                            _mm256_srli_epi32(sum, 32 - kRotation));
        a = _mm256_add_epi32(b, turned);
        steps_8<kStep + 1>(w, message);
    }
}

KEEPSAKE_MD5_AVX2 void advance_8(Md5State* const* states, const std::uint8_t* const* data,
                                 std::size_t blocks) noexcept {
    alignas(32) std::uint32_t words[kWords][kLanes8];
    for (std::size_t lane = 0; lane < kLanes8; ++lane)
        for (std::size_t i = 0; i < kWords; ++i) words[i][lane] = states[lane]->words[i];
    __m256i state[kWords];
    for (std::size_t i = 0; i < kWords; ++i)
        state[i] = _mm256_load_si256(reinterpret_cast<const __m256i*>(words[i]));
    for (std::size_t block = 0; block < blocks; ++block) {
        __m256i message[kBlockWords];
        const auto offset = block * kMd5BlockBytes;
        transpose_8(data, offset, message);
        transpose_8(data, offset + kMd5BlockBytes / 2, message + kLanes8);
        __m256i w[kWords] = {state[0], state[1], state[2], state[3]};
        steps_8<0>(w, message);
        for (std::size_t i = 0; i < kWords; ++i) state[i] = _mm256_add_epi32(state[i], w[i]);
    }
    for (std::size_t i = 0; i < kWords; ++i)
        _mm256_store_si256(reinterpret_cast<__m256i*>(words[i]), state[i]);
    for (std::size_t lane = 0; lane < kLanes8; ++lane)
        for (std::size_t i = 0; i < kWords; ++i) states[lane]->words[i] = words[i][lane];
}

// ---- AVX-512 ------------------------------------------------------------------------------------

// Sixteen words of each of sixteen messages become a vector for each word.
KEEPSAKE_MD5_AVX512_INLINE void transpose_16(const std::uint8_t* const* data, std::size_t offset,
                                             __m512i* out) {
    __m512i pairs[kLanes16];
    __m512i fours[kLanes16];
    for (std::size_t i = 0; i < kLanes16; i += 2) {
        const auto first = _mm512_loadu_si512(data[i] + offset);
        const auto second = _mm512_loadu_si512(data[i + 1] + offset);
        pairs[i] = _mm512_unpacklo_epi32(first, second);
        pairs[i + 1] = _mm512_unpackhi_epi32(first, second);
    }
    // fours[4 * g + w]: word w of each quarter, of the messages 4 * g to 4 * g + 3
    for (std::size_t i = 0; i < kLanes16; i += 4) {
        fours[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        fours[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        fours[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    for (std::size_t w = 0; w < 4; ++w) {
        const auto low_01 = _mm512_shuffle_i32x4(fours[w], fours[w + 4], 0x44);
        const auto high_01 = _mm512_shuffle_i32x4(fours[w], fours[w + 4], 0xEE);
        const auto low_23 = _mm512_shuffle_i32x4(fours[w + 8], fours[w + 12], 0x44);
        const auto high_23 = _mm512_shuffle_i32x4(fours[w + 8], fours[w + 12], 0xEE);
        out[w] = _mm512_shuffle_i32x4(low_01, low_23, 0x88);
        out[w + 4] = _mm512_shuffle_i32x4(low_01, low_23, 0xDD);
        out[w + 8] = _mm512_shuffle_i32x4(high_01, high_23, 0x88);
        out[w + 12] = _mm512_shuffle_i32x4(high_01, high_23, 0xDD);
    }
}

template <std::size_t kStep>
KEEPSAKE_MD5_AVX512_INLINE __m512i mixed_16(__m512i b, __m512i c, __m512i d) {
    // The tables of the functions F, G, H, I of the RFC.
    if constexpr (kStep < 16) return _mm512_ternarylogic_epi32(b, c, d, 0xCA);
    if constexpr (kStep >= 16 && kStep < 32) return _mm512_ternarylogic_epi32(d, b, c, 0xCA);
    if constexpr (kStep >= 32 && kStep < 48) return _mm512_ternarylogic_epi32(b, c, d, 0x96);
    return _mm512_ternarylogic_epi32(b, c, d, 0x39);
}

template <std::size_t kStep>
KEEPSAKE_MD5_AVX512_INLINE void steps_16(__m512i* w, const __m512i* message) {
    if constexpr (kStep < kMd5Steps) {
        auto& a = w[(kMd5Steps - kStep) % kWords];
        const auto b = w[(kMd5Steps - kStep + 1) % kWords];
        const auto c = w[(kMd5Steps - kStep + 2) % kWords];
        const auto d = w[(kMd5Steps - kStep + 3) % kWords];
        const auto constant = _mm512_set1_epi32(static_cast<int>(kMd5Sines[kStep]));
        const auto known =
            _mm512_add_epi32(a, _mm512_add_epi32(constant, message[md5_word(kStep)]));
        const auto sum = _mm512_add_epi32(known, mixed_16<kStep>(b, c, d));
        a = _mm512_add_epi32(b, _mm512_rol_epi32(sum, md5_rotation(kStep)));
        steps_16<kStep + 1>(w, message);
    }
}

KEEPSAKE_MD5_AVX512 void advance_16(Md5State* const* states, const std::uint8_t* const* data,
                                    std::size_t blocks) noexcept {
    alignas(64) std::uint32_t words[kWords][kLanes16];
    for (std::size_t lane = 0; lane < kLanes16; ++lane)
        for (std::size_t i = 0; i < kWords; ++i) words[i][lane] = states[lane]->words[i];
    __m512i state[kWords];
    for (std::size_t i = 0; i < kWords; ++i) state[i] = _mm512_load_si512(words[i]);
    for (std::size_t block = 0; block < blocks; ++block) {
        __m512i message[kBlockWords];
        transpose_16(data, block * kMd5BlockBytes, message);
        __m512i w[kWords] = {state[0], state[1], state[2], state[3]};
        steps_16<0>(w, message);
        for (std::size_t i = 0; i < kWords; ++i) state[i] = _mm512_add_epi32(state[i], w[i]);
    }
    for (std::size_t i = 0; i < kWords; ++i) _mm512_store_si512(words[i], state[i]);
    for (std::size_t lane = 0; lane < kLanes16; ++lane)
        for (std::size_t i = 0; i < kWords; ++i) states[lane]->words[i] = words[i][lane];
}

}  // namespace

constinit const Md5Engine kAvx2Md5{.name = "avx2", .lanes = kLanes8, .advance = advance_8};
constinit const Md5Engine kAvx512Md5{.name = "avx512", .lanes = kLanes16, .advance = advance_16};

}  // namespace keepsake::parity
#endif
