#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/openssl_handle.h"

namespace keepsake::crypto {

inline constexpr std::size_t kAeadTagBytes = 16;
using AeadNonce = std::array<std::uint8_t, 12>;

/// ChaCha20-Poly1305 under one key, the key schedule made once. RFC 8439.
/// Thread safety: one thread at a time.
class ChaCha20Poly1305 {
  public:
    /// Requires: 32 bytes.
    explicit ChaCha20Poly1305(ByteView key);
    /// Requires: out is plaintext.size() + kAeadTagBytes; it may begin where plaintext does.
    void seal(const AeadNonce& nonce, ByteView plaintext, MutableBytes out);
    /// False if the tag is wrong; out is then wiped.
    /// Requires: sealed has a tag, and out is that much shorter; it may begin where sealed does.
    bool open(const AeadNonce& nonce, ByteView sealed, MutableBytes out);

  private:
    CipherContext context_;
};

}  // namespace keepsake::crypto
