#pragma once

#include <string_view>

#include "base/result.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

/// 128 fresh bits as 12 English BIP-39 words (the last holds a 4-bit checksum) joined by '-', lower
/// case: the scrypt passphrase of one key file. Source: BIP-39.
Secret new_recovery_words(RandomSource& random);

/// What a person typed, as the words are written: any case, separated by spaces or '-', each word
/// by its first four letters or whole. Errors: invalid, naming the word's number (never the word)
/// or the checksum.
Result<Secret> canonical_recovery_words(std::string_view typed);

/// Twelve words or more by their look: worth offering to canonical_recovery_words.
bool looks_like_recovery_words(std::string_view typed);

}  // namespace keepsake::crypto
