#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/openssl_handle.h"

namespace keepsake::crypto {

/// An X25519 private key, ready for several agreements. RFC 7748.
class X25519Key {
  public:
    /// Requires: 32 bytes.
    explicit X25519Key(ByteView scalar);
    /// The same where the public half is known, which saves computing it.
    X25519Key(ByteView scalar, ByteView public_key);
    std::array<std::uint8_t, 32> public_key() const;
    /// The shared secret with `peer`. False if it would be all zeros (`peer` is a point of low
    /// order). Requires: both 32 bytes.
    bool agree(ByteView peer, MutableBytes shared) const;

  private:
    KeyHandle key_;
};

}  // namespace keepsake::crypto
