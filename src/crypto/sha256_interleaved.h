#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace keepsake::crypto {

inline constexpr std::size_t kSha256BlockBytes = 64;
/// The eight words of FIPS 180-4's H.
using Sha256Words = std::array<std::uint32_t, 8>;

/// Whether the two below may be called here.
bool has_sha_instructions();

/// Takes `blocks` blocks at `bytes` into `words`. Source: FIPS 180-4, 6.2.2.
void sha256_blocks(Sha256Words& words, const std::uint8_t* bytes, std::size_t blocks);

/// The same for two streams, an instruction of each in turn.
void sha256_blocks_of_two(Sha256Words& first, const std::uint8_t* first_bytes, Sha256Words& second,
                          const std::uint8_t* second_bytes, std::size_t blocks);

}  // namespace keepsake::crypto
