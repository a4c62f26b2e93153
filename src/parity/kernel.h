#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "parity/galois.h"

namespace keepsake::parity {

/// What kernels work on is a multiple of this long.
inline constexpr std::size_t kGranuleBytes = 128;

constexpr std::size_t whole_granules(std::size_t bytes) {
    return (bytes + kGranuleBytes - 1) / kGranuleBytes * kGranuleBytes;
}

/// One way to multiply long runs of field elements by constants and add them up. Elements are
/// little-endian pairs of bytes. A kernel may want the low and the high bytes of a granule apart
/// ("planes"); data is brought into that order once, stays in it through all additions, and is
/// brought back at the end. No pointer needs to be aligned; input and output must not overlap.
/// Thread safety: plain functions.
struct Kernel {
    std::string_view name;
    std::size_t prepared_bytes = 0;  ///< of one prepared factor
    std::size_t most_inputs = 0;     ///< that multiply_add takes at once

    void (*prepare)(Element factor, std::uint8_t* prepared) noexcept = nullptr;
    void (*to_planes)(const std::uint8_t* in, std::uint8_t* out,
                      std::size_t bytes) noexcept = nullptr;
    void (*from_planes)(const std::uint8_t* in, std::uint8_t* out,
                        std::size_t bytes) noexcept = nullptr;
    /// out += the sum of each of the inputs times its factor. `prepared` holds the factors one
    /// after another. Requires: 1 <= count <= most_inputs; bytes is a multiple of kGranuleBytes.
    void (*multiply_add)(std::uint8_t* out, const std::uint8_t* const* in,
                         const std::uint8_t* prepared, std::size_t count,
                         std::size_t bytes) noexcept = nullptr;
};

/// Every kernel that this processor can run, the plainest first, the fastest last.
std::vector<const Kernel*> kernels();
/// The fastest of them.
const Kernel& best_kernel();

extern const Kernel kPortableKernel;
#if defined(__x86_64__)
extern const Kernel kAvx2Kernel;
extern const Kernel kGfniAvx2Kernel;
extern const Kernel kGfniAvx512Kernel;
#endif

}  // namespace keepsake::parity
