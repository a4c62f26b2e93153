#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

/// Bech32 without BIP-173's bound of 90 characters, as age uses it.
struct Bech32 {
    std::string_view prefix;  ///< the human-readable part, a view into the text, in its case
    Secret data;              ///< whole bytes; the padding bits were zero
};

inline constexpr std::size_t kBech32LargestText = 8192;

/// Strict by BIP-173: one case throughout, charset, checksum, at most 4 padding bits and those
/// zero.
std::optional<Bech32> bech32_decode(std::string_view text);

/// In the case of `prefix`. A Secret, as identities are written with it too.
Secret bech32_encode(std::string_view prefix, ByteView data);

}  // namespace keepsake::crypto
