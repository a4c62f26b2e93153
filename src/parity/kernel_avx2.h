#pragma once

#include <cstddef>
#include <cstdint>

namespace keepsake::parity {

/// The order of bytes of both kernels that work on 32 bytes at a time. Requires: AVX2.
void avx2_to_planes(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) noexcept;
void avx2_from_planes(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) noexcept;

}  // namespace keepsake::parity
