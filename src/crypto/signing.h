#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

/// An Ed25519 public key (RFC 8032).
struct VerifyingKey {
    std::array<std::uint8_t, 32> bytes{};
    /// "ssh-ed25519 AAAAC3Nza..." as OpenSSH writes it, without a comment.
    std::string to_openssh() const;
    /// Strict: exactly what to_openssh writes. Errors: invalid.
    static Result<VerifyingKey> from_openssh(std::string_view text);
    friend auto operator<=>(const VerifyingKey&, const VerifyingKey&) = default;
};

/// An Ed25519 private key: its 32-byte seed.
class SigningKey {
  public:
    static SigningKey generate(RandomSource& random);
    /// Errors: invalid unless 32 bytes.
    static Result<SigningKey> from_seed(ByteView seed);
    const VerifyingKey& verifying_key() const { return public_; }
    const Secret& seed() const { return seed_; }
    SigningKey clone() const;
    /// Raw Ed25519 over the message.
    std::array<std::uint8_t, 64> sign(ByteView message) const;

  private:
    SigningKey(Secret seed, VerifyingKey key) : seed_(std::move(seed)), public_(key) {}
    Secret seed_;
    VerifyingKey public_;
};

bool verify(const VerifyingKey& key, ByteView message, ByteView signature);

/// An armored SSHSIG ("-----BEGIN SSH SIGNATURE-----", lines of 70, LF, final LF) with SHA-512,
/// which `ssh-keygen -Y verify -n NAMESPACE` accepts. Source: OpenSSH PROTOCOL.sshsig.
std::string sshsig_sign(const SigningKey& key, std::string_view name_space, ByteView message);

/// The key that an armored SSHSIG says made it; nothing is proved by it yet. Errors: corrupt.
Result<VerifyingKey> sshsig_key(std::string_view armored);

/// Checks an armored SSHSIG against the one key that must have made it.
/// Errors: corrupt, with what does not fit (armor, magic, version, namespace, hash, key,
/// signature).
Result<> sshsig_verify(const VerifyingKey& key, std::string_view name_space, ByteView message,
                       std::string_view armored);

}  // namespace keepsake::crypto
