#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archive/identity_file.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signing.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/segment.h"
#include "os/file_system.h"

/// What this device keeps of its own about one archive, outside of it, sealed at rest, in
/// `<state>/<archive id>/`:
///
/// - `device.age`: signing key, catalog key and the roots of the epochs gone by, an age file for
///   the archive's identity;
/// - `heads.json`: the newest segment known of each device, ids and hashes only; and, as a second
///   line, the SHA-256 of the first;
/// - `catalog-<copy>.db`: the catalog of one copy, sealed with the catalog key;
/// - `pictures.db`: previews and thumbnails of originals, sealed with the catalog key;
/// - `films/`: copies of films and recordings that play, an age file each, whose own key stands in
///   `pictures.db` alone;
/// - `locked.keys`: only where a device may keep while locked: its signing key and the recipient,
/// in
///   the open;
/// - `lock`: held while this device writes a segment.
///
/// All of it can be deleted: the next time, this computer joins as a new device.
namespace keepsake::library {

/// This device's secrets.
struct DeviceKeys {
    crypto::SigningKey signing;
    crypto::Secret catalog_key;      ///< 32 bytes
    std::vector<std::string> roots;  ///< of the epochs that this device has gone by, oldest first
    model::DeviceId id() const;
};

/// The newest segments this device knows of, whichever copy it saw them in.
struct KnownHeads {
    model::DeviceId own_device;  ///< whose series `own` belongs to
    std::optional<model::Head> own;
    model::HybridTime clock;
    std::map<model::DeviceId, model::Head> others;
};

/// What a device holds in the open that was allowed to keep while locked: enough to add, nothing to
/// read with.
struct LockedKeys {
    crypto::SigningKey signing;
    crypto::AgeRecipient recipient;
};

class LocalState {
  public:
    LocalState(os::FileSystem& files, const std::string& folder, const model::ArchiveId& archive);

    /// The device's keys; none if there are none that the identity opens.
    Result<std::optional<DeviceKeys>> load_keys(const archive::IdentityFile& identity);
    /// Whether keys stand there, opened or not.
    bool has_keys() const;
    /// Whether keys stand there that are sealed for other keys than these: this copy knows nothing
    /// of the newest epoch that this device has gone by, or this way in ended before it.
    bool has_keys_for_others(const archive::IdentityFile& identity) const;
    /// Durability: written and synced when it returns.
    Result<> save_keys(const DeviceKeys& keys, const crypto::AgeRecipient& recipient,
                       crypto::RandomSource& random);
    /// None unless this device was allowed to keep while locked.
    Result<std::optional<LockedKeys>> load_locked_keys();
    Result<> save_locked_keys(const LockedKeys& keys);
    Result<> remove_locked_keys();
    /// Unreadable or missing heads are empty: they only ever add to what is known.
    KnownHeads load_heads();
    Result<> save_heads(const KnownHeads& heads);
    /// Where the catalog of the copy at `real_path` stands.
    std::string catalog_path(const std::string& real_path) const;
    /// Waits up to 30 s for another program of this device. Where locks are not to be had, goes on
    /// without.
    Result<std::unique_ptr<os::FileLock>> lock();
    /// The same without waiting. Errors: exists if another program holds it.
    Result<std::unique_ptr<os::FileLock>> lock_now();
    Result<> make_folder();
    const std::string& folder() const { return folder_; }

  private:
    os::FileSystem* files_;
    std::string folder_;
};

DeviceKeys new_device_keys(crypto::RandomSource& random);

}  // namespace keepsake::library
