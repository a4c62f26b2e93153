#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace keepsake::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 in pieces. FIPS 180-4. Thread safety: one thread at a time.
class Sha256 {
  public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();
    void update(ByteView bytes);
    /// The digest of all that came; the object then starts anew.
    Sha256Digest finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

Sha256Digest sha256(ByteView bytes);

}  // namespace keepsake::crypto
