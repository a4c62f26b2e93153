#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "archive/authority.h"
#include "archive/copy.h"
#include "archive/journal_store.h"
#include "archive/key_store.h"
#include "archive/staging.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/journal_sync.h"
#include "library/local_state.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::library {

class ThumbnailPacks;

/// What a person opens an archive with.
struct Passphrase {
    crypto::Secret text;  ///< or recovery words, as typed
};
struct IdentityText {
    crypto::Secret text;  ///< of a file given by --identity
};
using WayIn = std::variant<Passphrase, IdentityText>;

/// A new archive's ways in.
struct NewArchive {
    std::optional<crypto::Secret> passphrase;
    std::optional<crypto::AgeRecipient> recipient;
    bool recovery_key = false;
};
/// Makes an archive in a missing or empty folder; gives the recovery words if they were asked for.
/// Requires: a passphrase or a recipient. Errors: exists; no_space; read_only. On failure what was
/// made is removed again.
Result<std::optional<crypto::Secret>> new_archive(const Environment& environment,
                                                  const std::string& path, const NewArchive& ways);

/// A longer text is kept as a file instead.
inline constexpr std::size_t kLargestWordsBytes = 16UL << 20U;

/// Changes that are known to exist and are not in this copy.
struct Gap {
    model::DeviceId device;
    std::uint64_t missing = 0;
};

/// An opened archive: one copy, its merged catalog, and this device's pen.
/// Invariant: the catalog holds what the journal's counting segments say; nothing is acknowledged
/// that is not in a synced segment. Thread safety: one thread at a time; use cases run their own
/// threads inside.
class Library {
  public:
    /// Unlocks, brings the catalog up to date, erases key files that were revoked.
    /// Errors: not_found; wrong_key ("That passphrase does not open this archive."); unsupported;
    /// corrupt; io.
    static Result<Library> open(const Environment& environment, const std::string& path,
                                const WayIn& way_in, Listener& listener);
    /// Opens for adding alone, without a way in, where this device was allowed to (allow_locked):
    /// it keeps, and reads nothing. What is kept this way is merged like anything else. Errors:
    /// not_found if this device was not allowed to; those of opening.
    static Result<Library> open_locked(const Environment& environment, const std::string& path);
    Library(Library&&) noexcept;
    Library& operator=(Library&&) noexcept;
    ~Library();

    const Environment& environment() const;
    const archive::Copy& copy() const;
    const archive::IdentityFile& identity() const;
    const archive::Authority& authority() const;
    catalog::Catalog& catalog();
    archive::Staging& staging();
    /// This computer's pictures of originals; null where it can hold none.
    catalog::PreviewCache* pictures();
    /// The packs of thumbnails of this copy that are open.
    ThumbnailPacks& thumbnail_packs();
    /// Where this device keeps what is its own about the archive; it need not be there.
    const std::string& local_folder() const;
    /// None until this computer has keys of its own (local state cannot be written).
    std::optional<model::DeviceId> device() const;
    /// The same, or why this computer cannot write. Errors: read_only.
    Result<model::DeviceId> join() const;
    /// The key file that opened, if one did (an identity file opens by itself).
    std::optional<model::FileHash> opened_by() const;
    /// Every key file that this way in opens.
    const std::vector<model::FileHash>& opened_files() const;
    /// The keys that new objects and segments are sealed for.
    const archive::EpochKeys& current_epoch() const;
    /// What new objects and segments are sealed for. Also when locked.
    crypto::AgeRecipient recipient() const;
    bool is_locked() const;
    /// Lets this device keep while locked, or no longer. Allowed: its signing key and the recipient
    /// then stand in its local state in the open; whoever gets the computer can add to the archive,
    /// and read nothing.
    Result<> allow_locked(bool allowed);

    /// What was found wrong with the journal while opening.
    const std::vector<JournalProblem>& journal_problems() const;
    Result<std::vector<Gap>> gaps();
    /// "Ana's laptop", or the first digits of its id.
    Result<std::string> device_name(const model::DeviceId& device);

    /// Errors unless this copy may be written: read_only with why (a newer format; a read-only disk
    /// is found by the first write); wrong_key where this way in was ended since it was opened.
    Result<> may_write() const;
    /// What a new epoch follows: the one that holds, or also those that were opened beside it.
    enum class Joining : std::uint8_t { none, side_epochs };
    /// The same for opening an epoch: who has gone by neither of two may join them.
    Result<> may_open_epoch(Joining joining) const;
    /// Stamps, signs and writes entries as one segment (or several past 1,000), enrolling this
    /// device first where need be, and takes them into the catalog. Durability: when it returns,
    /// they survive a crash.
    Result<> commit(std::vector<model::EntryBody> entries);
    /// After a commit that failed: finds out what of it stands, so that the next decision rests on
    /// what is so. Does nothing otherwise. Called by whatever decides what to commit.
    Result<> settle_doubts();
    /// Copies to the archive or its mirror what stands in the other alone; the first commit does it
    /// by itself.
    Result<> mend_mirror();
    /// The next clock: past everything this library has seen.
    Result<model::HybridTime> tick();
    /// Reads the journal again (another program may have added to it).
    Result<> refresh(Listener& listener);
    /// Forgets the catalog and builds it from the journal.
    Result<> rebuild(Listener& listener);

    /// Lets a device in under the current epoch's root. Errors: not_found if nothing here tells its
    /// key.
    Result<> enroll(const model::DeviceId& device);

    /// Opens a new epoch: `entries` are what follows it (ways, revocations), sealed for the new
    /// epoch; its ways stand in the opening itself, too. `revoked`: every key file that is ended,
    /// also before; no earlier opening is asked for them any more. The new key files must be
    /// written before. Errors: those of may_open_epoch; limit where that does not go into one line.
    Result<> open_epoch(archive::EpochKeys keys, const std::vector<model::FileHash>& revoked,
                        std::vector<model::EntryBody> entries, Joining joining);
    /// Of this device nothing that it writes from now on counts. Errors: not_found.
    Result<> retire(const model::DeviceId& device);

  private:
    friend Result<std::optional<crypto::Secret>> new_archive(const Environment&, const std::string&,
                                                             const NewArchive&);
    struct State;
    explicit Library(std::unique_ptr<State> state);
    /// `keys`: the key files that it was opened by; none of a new archive.
    static Result<Library> unlocked(const Environment& environment, archive::Copy copy,
                                    archive::Unlocked unlocked, Listener& listener,
                                    const archive::KeyFiles* keys);
    Result<> end_revoked_ways(const archive::KeyFiles& keys, Listener& listener);
    Result<> rejoin(Listener& listener);
    /// Words that are objects become findable.
    Result<> read_long_words();
    std::unique_ptr<State> state_;
};

}  // namespace keepsake::library
