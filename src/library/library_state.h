#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/authority.h"
#include "archive/copy.h"
#include "archive/key_store.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/journal_sync.h"
#include "library/library.h"
#include "library/local_state.h"
#include "library/thumbnail_packs.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::library {

/// A place that takes nothing now, and can be read all the same.
inline bool is_unwritable(const Error& error) {
    return error.code() == ErrorCode::read_only || error.code() == ErrorCode::no_space;
}

/// What an opened library consists of; seen by library*.cpp alone.
struct Library::State {
    Environment environment;
    archive::Copy copy;
    archive::Unlocked unlocked;
    archive::Authority authority;
    LocalState local;
    catalog::Catalog catalog;
    std::string catalog_path;  ///< empty where the catalog is in memory
    bool looked_for_pictures = false;
    std::optional<catalog::PreviewCache> pictures;  ///< once somebody asked for it
    ThumbnailPacks packs;
    archive::Staging staging;
    model::HybridClock clock;
    std::optional<DeviceKeys> device;  ///< none until this computer first writes
    std::vector<JournalProblem> problems;
    std::optional<crypto::AgeRecipient> locked_for;  ///< opened for adding alone
    /// This computer has keys of its own that this copy's do not open.
    bool keys_are_for_others = false;
    /// What the mirror and the main place lacked when the journal was listed last; none once it was
    /// copied, until a commit fails.
    std::optional<archive::MirrorGaps> mirror_gaps;
    bool mirror_mended = false;  ///< the mirror was compared since this library was opened
    /// The last segment that this library wrote, and of which device.
    std::optional<std::pair<model::DeviceId, model::Head>> last_written;
    /// A commit failed, and what it wrote may stand in the journal all the same.
    bool unsure = false;

    State(const Environment& given, archive::Copy opened, archive::Unlocked way, LocalState state,
          catalog::Catalog index)
        : environment(given),
          copy(std::move(opened)),
          unlocked(std::move(way)),
          authority(unlocked.identity, {}),
          local(std::move(state)),
          catalog(std::move(index)),
          staging(environment.files, copy.path, environment.random),
          clock(environment.clock) {}

    /// Feeds the authority from the catalog, takes in what is new, rebuilds where that is needed.
    Result<> bring_up_to_date(Listener& listener);
    Result<> sync_with_journal(Listener& listener);
    /// The authority, anew, from what the catalog holds and this device has gone by.
    Result<> learn_authority();
    /// One that has heard nothing yet.
    archive::Authority new_authority() const;
    /// `learnt`: whether the authority is right about what stands here.
    enum class Learnt : std::uint8_t { forget, keep };
    Result<> rebuild(Listener& listener, Learnt learnt);
    /// What this device has gone by is written down, sealed for the keys that hold now.
    Result<> pin();
    /// Writes down the newest segments that this copy shows, so that another copy, or this one
    /// another time, is missed what it lacks of them. Does nothing where that cannot be written.
    Result<> remember_heads();
    /// The clock goes on past everything that was seen.
    Result<> settle();
    /// Makes sure that this device may write: finds its keys or joins; gives the entries that must
    /// come first.
    Result<std::vector<model::EntryBody>> prepare_pen(KnownHeads& heads);
    /// The current root's word that a device with this key belongs here.
    model::EntryBody enrollment(const model::DeviceId& id, const std::string& key) const;
    /// One segment, and what follows from it. Requires: the device's lock is held.
    Result<> write_one(KnownHeads& heads, const std::vector<model::Entry>& entries,
                       const crypto::AgeRecipient& recipient);
    Result<> commit_for(const crypto::AgeRecipient& recipient,
                        std::vector<model::EntryBody> bodies);
    Result<> write_all(const crypto::AgeRecipient& recipient, std::vector<model::EntryBody> bodies);
    Result<> mend_mirror();
    /// Whether each way in of the newest epoch has a whole key file among these of this copy.
    bool has_newest_keys(const archive::KeyFiles& keys) const;
    const archive::EpochKeys& current_epoch() const;
    /// Errors: read_only where this computer's own keys are for newer ones than this copy has.
    Result<> may_sign() const;
};

}  // namespace keepsake::library
