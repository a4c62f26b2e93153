#include "crypto/sha256_interleaved.h"

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <cstdlib>
#endif

namespace keepsake::crypto {

#if defined(__x86_64__)
namespace {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (4.2.2).
alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define KEEPSAKE_SHA_TARGET __attribute__((target("sha,sse4.1"), always_inline))

// The working variables in the order that the instructions want them: a, b, e, f and c, d, g, h.
struct Working {
    __m128i abef;
    __m128i cdgh;
};

KEEPSAKE_SHA_TARGET inline __m128i load(const void* from) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

KEEPSAKE_SHA_TARGET inline Working working_of(const Sha256Words& words) {
    const __m128i badc = _mm_shuffle_epi32(load(words.data()), 0xB1);
    const __m128i hgfe = _mm_shuffle_epi32(load(words.data() + 4), 0x1B);
    return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
}

KEEPSAKE_SHA_TARGET inline void store(const Working& working, Sha256Words& words) {
    const __m128i abef = _mm_shuffle_epi32(working.abef, 0x1B);
    const __m128i cdgh = _mm_shuffle_epi32(working.cdgh, 0xB1);
    auto* const out = reinterpret_cast<__m128i*>(words.data());
    _mm_storeu_si128(out, _mm_blend_epi16(abef, cdgh, 0xF0));
    _mm_storeu_si128(out + 1, _mm_alignr_epi8(cdgh, abef, 8));
}

// Four words of the message schedule: the block's own, big-endian, for the first sixteen, then made
// of the sixteen before. `schedule`: those, four words each, in turn.
KEEPSAKE_SHA_TARGET inline __m128i next_words(__m128i (&schedule)[4], std::size_t group,
                                              const std::uint8_t* block) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f'08090a0bULL, 0x04050607'00010203ULL);
    __m128i& words = schedule[group % 4];
    if (group < 4) {
        words = _mm_shuffle_epi8(load(block + 16 * group), big_endian);
        return words;
    }
    const __m128i last = schedule[(group + 3) % 4];
    const __m128i seven_before = _mm_alignr_epi8(last, schedule[(group + 2) % 4], 4);
    const __m128i begun = _mm_sha256msg1_epu32(words, schedule[(group + 1) % 4]);
    words = _mm_sha256msg2_epu32(_mm_add_epi32(begun, seven_before), last);
    return words;
}

template <std::size_t kStreams>
KEEPSAKE_SHA_TARGET inline void take_block(Working (&working)[kStreams],
                                           const std::uint8_t* const (&blocks)[kStreams]) {
    __m128i schedule[kStreams][4];
    Working now[kStreams];
    for (std::size_t i = 0; i < kStreams; ++i) now[i] = working[i];
#pragma GCC unroll 16
    for (std::size_t group = 0; group < 16; ++group) {
        const __m128i constants = load(kRoundConstants.data() + 4 * group);
#pragma GCC unroll 2
        for (std::size_t i = 0; i < kStreams; ++i) {
            const __m128i words =
                _mm_add_epi32(next_words(schedule[i], group, blocks[i]), constants);
            now[i].cdgh = _mm_sha256rnds2_epu32(now[i].cdgh, now[i].abef, words);
            now[i].abef =
                _mm_sha256rnds2_epu32(now[i].abef, now[i].cdgh, _mm_shuffle_epi32(words, 0x0E));
        }
    }
    for (std::size_t i = 0; i < kStreams; ++i) {
        working[i].abef = _mm_add_epi32(working[i].abef, now[i].abef);
        working[i].cdgh = _mm_add_epi32(working[i].cdgh, now[i].cdgh);
    }
}

#undef KEEPSAKE_SHA_TARGET

// libcrypto's ciphers leave the upper halves of the wide registers in use. Each SHA instruction
// then has to keep them, waits for its register's last value, and a second stream gains nothing
// (measured on Zen 4: 1.64 in place of 3.46 GB/s).
__attribute__((target("avx"))) void forget_upper_halves() { _mm256_zeroupper(); }

void make_registers_independent() {
    static const bool has_wide_registers = __builtin_cpu_supports("avx") != 0;
    if (has_wide_registers) forget_upper_halves();
}

}  // namespace

bool has_sha_instructions() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sha") != 0 && __builtin_cpu_supports("sse4.1") != 0;
}

__attribute__((target("sha,sse4.1"))) void sha256_blocks(Sha256Words& words,
                                                         const std::uint8_t* bytes,
                                                         std::size_t blocks) {
    make_registers_independent();
    Working working[1] = {working_of(words)};
    for (; blocks > 0; --blocks, bytes += kSha256BlockBytes) take_block<1>(working, {bytes});
    store(working[0], words);
}

__attribute__((target("sha,sse4.1"))) void sha256_blocks_of_two(Sha256Words& first,
                                                                const std::uint8_t* first_bytes,
                                                                Sha256Words& second,
                                                                const std::uint8_t* second_bytes,
                                                                std::size_t blocks) {
    make_registers_independent();
    Working working[2] = {working_of(first), working_of(second)};
    for (; blocks > 0; --blocks) {
        take_block<2>(working, {first_bytes, second_bytes});
        first_bytes += kSha256BlockBytes;
        second_bytes += kSha256BlockBytes;
    }
    store(working[0], first);
    store(working[1], second);
}

#else

bool has_sha_instructions() { return false; }
void sha256_blocks(Sha256Words&, const std::uint8_t*, std::size_t) { std::abort(); }
void sha256_blocks_of_two(Sha256Words&, const std::uint8_t*, Sha256Words&, const std::uint8_t*,
                          std::size_t) {
    std::abort();
}

#endif

}  // namespace keepsake::crypto
