#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "target.h"

namespace keepsake::fuzz {

/// Makes inputs out of examples: the same ones from the same seed, on every machine.
class Mutator {
  public:
    /// Requires: at least one example; they and the target's words outlive it.
    Mutator(const Target& target, const Seeds& examples, std::uint64_t seed)
        : target_(&target), examples_(&examples), state_(seed) {}
    Bytes next();

  private:
    std::uint64_t random();
    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random() % bound; }
    void change(Bytes& bytes);
    void insert(Bytes& bytes, ByteView piece);

    const Target* target_;
    const Seeds* examples_;
    std::uint64_t state_;
};

}  // namespace keepsake::fuzz
