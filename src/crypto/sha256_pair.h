#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "crypto/sha256.h"

namespace keepsake::crypto {

struct Sha256Digests {
    Sha256Digest first{};
    Sha256Digest second{};
};

/// SHA-256 of two streams side by side. Each of a processor's SHA instructions waits for the one
/// before it; those of a second stream run in that time, so that two cost about what one does.
/// FIPS 180-4. Thread safety: one thread at a time.
class Sha256Pair {
  public:
    enum class Method : std::uint8_t { one_after_the_other, interleaved };
    /// The fastest that this processor has: interleaved needs x86-64 with SHA extensions.
    static Method best_method();

    explicit Sha256Pair(Method method = best_method());
    Sha256Pair(Sha256Pair&&) noexcept;
    Sha256Pair& operator=(Sha256Pair&&) noexcept;
    ~Sha256Pair();
    /// Of any lengths; the more alike the two are, the faster.
    void update(ByteView first, ByteView second);
    /// The digests of all that came; the object then starts anew.
    Sha256Digests finish();

    class Streams;  ///< how it is done

  private:
    std::unique_ptr<Streams> streams_;
};

}  // namespace keepsake::crypto
