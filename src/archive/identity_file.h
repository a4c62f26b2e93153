#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signing.h"
#include "model/ids.h"

/// The identity file: what opens an archive. Source: docs/formats/ways-in.md.
namespace keepsake::archive {

inline constexpr std::size_t kLargestIdentityFileBytes = 1UL << 20U;
inline constexpr std::size_t kMostEpochs = 1000;
inline constexpr std::size_t kMostMergedEpochs = 4000;  ///< of all key files that open

/// One epoch's keys.
struct EpochKeys {
    std::uint32_t number = 1;
    crypto::SigningKey root;
    crypto::AgeIdentity identity;
    EpochKeys clone() const;
};

/// The identity of one passphrase or recovery key, to which later epochs' key files are encrypted.
struct WayKeys {
    model::WayId way;
    crypto::AgeIdentity identity;
    WayKeys clone() const;
};

/// The identity file as a value.
/// Invariant: at least one epoch; newest first; no root stands twice with one identity. It may with
/// several: whoever knows an earlier root can write a key file that tells of another identity, and
/// must not hide the one that opens.
struct IdentityFile {
    model::ArchiveId archive;
    std::vector<EpochKeys> epochs;
    std::vector<WayKeys> ways;

    /// An archive's beginning: epoch 1 with fresh keys; the archive's id follows from its root.
    static IdentityFile first(crypto::RandomSource& random);
    /// Errors: corrupt, with the line's number and never its text; limit.
    static Result<IdentityFile> parse(std::string_view text);
    crypto::Secret to_text() const;
    IdentityFile clone() const;

    const EpochKeys& newest() const { return epochs.front(); }
    /// The one from whose root the archive's id follows; the only one that needs nobody's word.
    const EpochKeys& first_epoch() const;
    /// Takes in another key file's epochs and ways. Errors: corrupt if it is another archive's;
    /// limit.
    Result<> merge(IdentityFile other);
    /// What is handed on in a new key file: the epochs of these roots, as many as fit, those first
    /// that come first; no ways.
    IdentityFile with_epochs_of(std::span<const std::string> roots) const;
    /// Every identity in it, for age.
    std::vector<crypto::AgeIdentity> identities() const;
    const EpochKeys* epoch_of_root(const crypto::VerifyingKey& root) const;
};

model::ArchiveId archive_id_of(const crypto::VerifyingKey& first_root);
/// The first 16 bytes of the SHA-256 of its key.
model::DeviceId device_id_of(const crypto::VerifyingKey& key);

}  // namespace keepsake::archive
