#include "crypto/sha256_pair.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "crypto/sha256.h"
#include "crypto/sha256_interleaved.h"

namespace keepsake::crypto {

class Sha256Pair::Streams {
  public:
    Streams() = default;
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;
    virtual ~Streams() = default;
    virtual void update(ByteView first, ByteView second) = 0;
    virtual Sha256Digests finish() = 0;
};

namespace {

class OneAfterTheOther final : public Sha256Pair::Streams {
  public:
    void update(ByteView first, ByteView second) override {
        first_.update(first);
        second_.update(second);
    }
    Sha256Digests finish() override { return {first_.finish(), second_.finish()}; }

  private:
    Sha256 first_;
    Sha256 second_;
};

/// One stream's words, and the bytes that make no whole block yet.
class Stream {
  public:
    /// Takes what completes a block that was begun; gives what is left of `bytes`.
    ByteView complete(ByteView bytes) {
        total_bytes_ += bytes.size();
        if (waiting_bytes_ == 0) return bytes;
        const auto taken = std::min(bytes.size(), kSha256BlockBytes - waiting_bytes_);
        wait_for_more(bytes.first(taken));
        if (waiting_bytes_ == kSha256BlockBytes) {
            sha256_blocks(words, waiting_.data(), 1);
            waiting_bytes_ = 0;
        }
        return bytes.subspan(taken);
    }
    /// Takes all there is.
    void take(ByteView bytes) {
        const auto blocks = bytes.size() / kSha256BlockBytes;
        sha256_blocks(words, bytes.data(), blocks);
        wait_for_more(bytes.subspan(blocks * kSha256BlockBytes));
    }
    /// Padding and length: FIPS 180-4, 5.1.1.
    Sha256Digest finish() {
        constexpr std::size_t kLengthBytes = 8;
        const auto zeros =
            (2 * kSha256BlockBytes - kLengthBytes - 1 - waiting_bytes_) % kSha256BlockBytes;
        std::array<std::uint8_t, 2 * kSha256BlockBytes> padding{0x80};
        for (std::size_t i = 0; i < kLengthBytes; ++i)
            padding[1 + zeros + i] =
                static_cast<std::uint8_t>(total_bytes_ * 8 >> (8 * (kLengthBytes - 1 - i)));
        take(complete(ByteView(padding).first(1 + zeros + kLengthBytes)));
        Sha256Digest digest{};
        for (std::size_t i = 0; i < digest.size(); ++i)
            digest[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
        *this = {};
        return digest;
    }

    // The first 32 bits of the fractional parts of the square roots of the first eight primes
    // (5.3.3).
    Sha256Words words = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

  private:
    void wait_for_more(ByteView bytes) {
        std::ranges::copy(bytes, std::span(waiting_).subspan(waiting_bytes_).begin());
        waiting_bytes_ += bytes.size();
    }

    std::array<std::uint8_t, kSha256BlockBytes> waiting_{};
    std::size_t waiting_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

class Interleaved final : public Sha256Pair::Streams {
  public:
    void update(ByteView first, ByteView second) override {
        first = first_.complete(first);
        second = second_.complete(second);
        const auto both = std::min(first.size(), second.size()) / kSha256BlockBytes;
        sha256_blocks_of_two(first_.words, first.data(), second_.words, second.data(), both);
        first_.take(first.subspan(both * kSha256BlockBytes));
        second_.take(second.subspan(both * kSha256BlockBytes));
    }
    Sha256Digests finish() override { return {first_.finish(), second_.finish()}; }

  private:
    Stream first_;
    Stream second_;
};

}  // namespace

Sha256Pair::Method Sha256Pair::best_method() {
    static const bool has_instructions = has_sha_instructions();
    return has_instructions ? Method::interleaved : Method::one_after_the_other;
}

Sha256Pair::Sha256Pair(Method method) {
    if (method == Method::interleaved)
        streams_ = std::make_unique<Interleaved>();
    else
        streams_ = std::make_unique<OneAfterTheOther>();
}
Sha256Pair::Sha256Pair(Sha256Pair&&) noexcept = default;
Sha256Pair& Sha256Pair::operator=(Sha256Pair&&) noexcept = default;
Sha256Pair::~Sha256Pair() = default;

void Sha256Pair::update(ByteView first, ByteView second) { streams_->update(first, second); }

Sha256Digests Sha256Pair::finish() { return streams_->finish(); }

}  // namespace keepsake::crypto
