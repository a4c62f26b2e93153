#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace keepsake::parity {

/// CRC-32 as in ISO 3309 and zlib, by the fastest way that the processor has.
std::uint32_t crc32(ByteView bytes);

/// One way to carry the register (not complemented) over bytes.
struct Crc32Engine {
    std::string_view name;
    std::uint32_t (*advance)(std::uint32_t state, const std::uint8_t* data,
                             std::size_t bytes) noexcept = nullptr;
};

/// Every engine that this processor can run, the plainest first, the fastest last.
std::vector<const Crc32Engine*> crc32_engines();
const Crc32Engine& best_crc32_engine();

extern const Crc32Engine kPortableCrc32;
#if defined(__x86_64__)
extern const Crc32Engine kPclmulCrc32;
#endif

/// `state` carried over `zeros` bytes of zero, in a time that hardly depends on how many.
std::uint32_t crc32_over_zeros(std::uint32_t state, std::uint64_t zeros);

/// The CRC-32 of a window that slides over bytes one at a time.
class RollingCrc32 {
  public:
    explicit RollingCrc32(std::uint64_t window_bytes);
    /// The register of the window that ends where `state`'s did, one byte further.
    std::uint32_t slide(std::uint32_t state, std::uint8_t leaving, std::uint8_t entering) const;

  private:
    std::array<std::uint32_t, 256> leaving_{};
};

inline constexpr std::uint32_t kCrc32Start = 0xFFFFFFFF;
constexpr std::uint32_t crc32_of(std::uint32_t state) { return ~state; }

}  // namespace keepsake::parity
