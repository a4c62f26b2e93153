#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace keepsake::parity {

/// PAR2 names and proves by MD5. Against damage that is enough; against a person it is not, so
/// nothing that was repaired counts before SHA-256 proved it.
using Md5Digest = std::array<std::uint8_t, 16>;

inline constexpr std::size_t kMd5BlockBytes = 64;

/// The four words that MD5 carries from block to block. RFC 1321.
struct Md5State {
    std::array<std::uint32_t, 4> words{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
};

/// A run of whole blocks that a state is to be carried over.
struct Md5Run {
    Md5State* state = nullptr;
    const std::uint8_t* data = nullptr;
    std::size_t blocks = 0;
};

/// One way to carry states over blocks, `lanes` states at a time.
struct Md5Engine {
    std::string_view name;
    std::size_t lanes = 0;
    /// Carries each of `lanes` states over `blocks` blocks of its data.
    void (*advance)(Md5State* const* states, const std::uint8_t* const* data,
                    std::size_t blocks) noexcept = nullptr;
};

/// Every engine that this processor can run, the plainest first, the fastest last.
std::vector<const Md5Engine*> md5_engines();
const Md5Engine& best_md5_engine();

extern const Md5Engine kPortableMd5;
#if defined(__x86_64__)
extern const Md5Engine kAvx2Md5;
extern const Md5Engine kAvx512Md5;
#endif

/// Carries all states over their runs, as many at a time as the engine has lanes. The order of the
/// runs does not matter; no state may stand in two. May reorder `runs`.
void md5_advance(const Md5Engine& engine, std::span<Md5Run> runs);

/// The digest after the last bytes. `tail`: what follows the whole blocks, of any length.
/// `total_bytes`: of the whole message, the tail included.
Md5Digest md5_finish(Md5State state, ByteView tail, std::uint64_t total_bytes);

/// MD5 in pieces of any length, one message at a time.
class Md5 {
  public:
    void update(ByteView bytes);
    /// The digest of all that came; the object then starts anew.
    Md5Digest finish();

  private:
    Md5State state_;
    std::array<std::uint8_t, kMd5BlockBytes> rest_{};
    std::size_t rest_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

Md5Digest md5(ByteView bytes);

}  // namespace keepsake::parity
