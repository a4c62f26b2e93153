#pragma once

#include "base/bytes.h"

namespace keepsake::crypto {

/// Where randomness comes from; handed in so that simulators are deterministic from a seed.
/// Thread safety: fill() may be called from any thread.
class RandomSource {
  public:
    virtual ~RandomSource() = default;
    /// Fills all of it. A system without randomness ends the process: nothing safe can follow.
    virtual void fill(MutableBytes out) = 0;
};

/// The system's (getrandom through OpenSSL's generator).
class SystemRandom final : public RandomSource {
  public:
    void fill(MutableBytes out) override;
};

}  // namespace keepsake::crypto
