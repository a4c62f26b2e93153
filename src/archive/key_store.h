#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/identity_file.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "model/ids.h"
#include "os/file_system.h"

/// The key files of an archive, and opening it by one of them. Source: docs/formats/ways-in.md.
namespace keepsake::archive {

inline constexpr std::size_t kMostKeyFiles = 1000;
inline constexpr std::size_t kLargestKeysBytes = 64UL << 20U;  ///< of one folder's whole key files
inline constexpr int kRecoveryLogN =
    16;  ///< 128 random bits need no stretching; and it tells them apart

/// One whole key file.
struct KeyFile {
    model::FileHash file;
    Bytes sealed;
    crypto::AgeHeader header;
};

/// What stands in keys/ and mirror/keys/.
struct KeyFiles {
    std::vector<KeyFile>
        whole;  ///< whole in one place at least; passphrases first, then recovery, then recipients
    std::vector<std::string>
        damaged;  ///< relative paths of files that are not what their names say
};

/// What a way in opened.
struct Unlocked {
    IdentityFile identity;
    std::vector<model::FileHash>
        opened;  ///< the key files that opened, in that order; may be empty for an identity file
};

/// Errors: not_found if neither folder is there; limit.
Result<KeyFiles> read_key_files(os::FileSystem& files, const std::string& archive_path);

/// Opens by a passphrase or by recovery words, then by what that opened, until nothing new opens.
/// `trying` is called before each stretching (about a second).
/// Errors: wrong_key.
Result<Unlocked> unlock_with_passphrase(const KeyFiles& keys, const crypto::Secret& passphrase,
                                        const std::function<void()>& trying);
/// The same by age identities. Errors: wrong_key.
Result<Unlocked> unlock_with_identities(const KeyFiles& keys,
                                        std::span<const crypto::AgeIdentity> identities);
/// From an identity file's own text: either the archive's (it opens by itself) or plain age
/// identities.
Result<Unlocked> unlock_with_identity_text(const KeyFiles& keys, std::string_view text);

/// Seals an identity file for a passphrase, recovery words or a recipient.
Bytes seal_for_passphrase(const IdentityFile& identity, const crypto::Secret& passphrase, int log_n,
                          crypto::RandomSource& random);
Bytes seal_for_recipient(const IdentityFile& identity, const crypto::AgeRecipient& recipient,
                         crypto::RandomSource& random);

/// Writes a key file to keys/ and mirror/keys/. Durability: both survive a crash on success.
Result<model::FileHash> add_key_file(Staging& staging, ByteView sealed);
/// Erases it from both; gives whether it was there.
Result<bool> erase_key_file(os::FileSystem& files, const std::string& archive_path,
                            const model::FileHash& file);

}  // namespace keepsake::archive
