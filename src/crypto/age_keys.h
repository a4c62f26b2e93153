#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

/// An X25519 age recipient. Source: age-encryption.org/v1, "The X25519 recipient type".
struct AgeRecipient {
    std::array<std::uint8_t, 32> bytes{};
    /// "age1..." (Bech32, lower case).
    std::string to_text() const;
    /// Errors: invalid (a point of low order too, as everybody could open what is sealed to it);
    /// unsupported for other recipient types ("age1pq1...", plugins, SSH keys).
    static Result<AgeRecipient> from_text(std::string_view text);
    friend auto operator<=>(const AgeRecipient&, const AgeRecipient&) = default;
};

/// An X25519 age identity.
class AgeIdentity {
  public:
    static AgeIdentity generate(RandomSource& random);
    /// "AGE-SECRET-KEY-1..." Errors: invalid; unsupported ("AGE-SECRET-KEY-PQ-1...", plugins).
    static Result<AgeIdentity> from_text(std::string_view text);
    Secret to_text() const;
    const AgeRecipient& recipient() const { return recipient_; }
    const Secret& scalar() const { return scalar_; }
    AgeIdentity clone() const;

  private:
    AgeIdentity(Secret scalar, AgeRecipient recipient)
        : scalar_(std::move(scalar)), recipient_(recipient) {}
    Secret scalar_;
    AgeRecipient recipient_;
};

/// The identities of an age identity file: one a line, '#' comments and empty lines passed over.
/// Errors: invalid or unsupported with the line's number; invalid if there is none; limit past
/// 1 MiB or 10,000 lines. The message never holds the line's text.
Result<std::vector<AgeIdentity>> parse_identity_file(std::string_view text);

}  // namespace keepsake::crypto
