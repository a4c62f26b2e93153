#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/random.h"

/// Helpers that several of the age tests share.
namespace keepsake::crypto::testing {

/// Bytes that tell their own place, so that a swapped or shifted piece shows.
inline Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    std::uint32_t state = 0x9e3779b9U;
    for (std::uint8_t& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return bytes;
}

/// The same bytes for one seed, so that a failure repeats.
class SeededRandom final : public RandomSource {
  public:
    explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
    void fill(MutableBytes out) override {
        for (std::uint8_t& byte : out) {
            state_ = state_ * 6364136223846793005U + 1442695040888963407U;
            byte = static_cast<std::uint8_t>(state_ >> 56);
        }
    }

  private:
    std::uint64_t state_;
};

/// Requires: `bytes` outlives it.
inline ReadAt read_at_from(const Bytes& bytes) {
    return [&bytes](std::uint64_t offset_bytes, MutableBytes out) -> Result<std::size_t> {
        if (offset_bytes >= bytes.size()) return 0;
        const auto offset = static_cast<std::size_t>(offset_bytes);
        const std::size_t now = std::min(out.size(), bytes.size() - offset);
        std::ranges::copy(ByteView(bytes).subspan(offset, now), out.begin());
        return now;
    };
}

/// A stream that gives at most `most` bytes at a time.
inline ReadSome read_some_from(ByteView bytes, std::size_t most = SIZE_MAX) {
    return [bytes, most](MutableBytes out) mutable -> Result<std::size_t> {
        const std::size_t now = std::min({out.size(), bytes.size(), most});
        std::ranges::copy(bytes.first(now), out.begin());
        bytes = bytes.subspan(now);
        return now;
    };
}

/// Requires: `bytes` outlives it.
inline WriteAll write_to(Bytes& bytes) {
    return [&bytes](ByteView more) -> Result<> {
        bytes.insert(bytes.end(), more.begin(), more.end());
        return {};
    };
}

using Unwrap = std::function<Result<Secret>(const AgeHeader&)>;

/// Requires: `identity` outlives it.
inline Unwrap unwrap_by(const AgeIdentity& identity) {
    return [&identity](const AgeHeader& header) {
        return unwrap_with_identities(header, {&identity, 1});
    };
}

inline Bytes seal_to(ByteView plaintext, const AgeIdentity& identity, RandomSource& random) {
    return age_seal(plaintext, {&identity.recipient(), 1}, random);
}

}  // namespace keepsake::crypto::testing
