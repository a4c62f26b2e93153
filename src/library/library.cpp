#include "library/library.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "archive/authority.h"
#include "archive/copy.h"
#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/preview_cache.h"
#include "crypto/age_keys.h"
#include "crypto/recovery_words.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/journal_sync.h"
#include "library/library_state.h"
#include "library/local_state.h"
#include "library/object_lookup.h"
#include "library/thumbnail_packs.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

Result<archive::Unlocked> unlock(const archive::KeyFiles& keys, const WayIn& way_in,
                                 Listener& listener) {
    if (const auto* identity = std::get_if<IdentityText>(&way_in))
        return archive::unlock_with_identity_text(keys, identity->text.text());
    const auto& typed = std::get<Passphrase>(way_in).text;
    const auto trying = [&] { listener.unlocking(); };
    // Twelve words are tried as a recovery key first, which costs a fraction of a passphrase.
    if (crypto::looks_like_recovery_words(typed.text())) {
        if (const auto words = crypto::canonical_recovery_words(typed.text())) {
            auto unlocked = archive::unlock_with_passphrase(keys, *words, trying);
            if (unlocked || unlocked.error().code() != ErrorCode::wrong_key) return unlocked;
        }
    }
    return archive::unlock_with_passphrase(keys, typed, trying);
}

Result<catalog::Catalog> open_catalog(const std::string& path, const crypto::Secret& key) {
    auto opened = catalog::Catalog::open(path, key.view());
    if (opened || opened.error().code() != ErrorCode::corrupt) return opened;
    // Damaged, of another version, or of a device that was: it is derived, so it is made anew.
    TRY(catalog::Catalog::remove(path));
    return catalog::Catalog::open(path, key.view());
}

Error way_ended() {
    return {ErrorCode::wrong_key, "This way in was ended. It does not open this archive any more."};
}

// Where local state cannot be written, the catalog lives in memory and nothing is lost but time.
Result<catalog::Catalog> catalog_for(const Environment& environment, LocalState& local,
                                     const std::optional<DeviceKeys>& device,
                                     const std::string& path) {
    if (environment.catalog_in_memory || !device || !local.make_folder())
        return catalog::Catalog::in_memory();
    auto opened = open_catalog(path, device->catalog_key);
    if (!opened && is_unwritable(opened.error())) return catalog::Catalog::in_memory();
    return opened;
}

// The device's keys, made where there are none: a reader has a catalog, too. Joining comes with the
// first word that this device writes.
Result<std::optional<DeviceKeys>> device_keys(const Environment& environment, LocalState& local,
                                              const archive::IdentityFile& identity,
                                              bool way_in_holds) {
    TRY_LET(auto device, local.load_keys(identity));
    if (device) return device;
    // Damaged ones are replaced only once this way in has proved to be one that still holds.
    if (local.has_keys() && !way_in_holds) return std::optional<DeviceKeys>{};
    // Those for other keys never: a copy that was away while the keys were changed would make this
    // computer forget who it is and which keys it has gone by, and write for the old ones.
    if (local.has_keys_for_others(identity)) return std::optional<DeviceKeys>{};
    const auto lock = local.lock();
    if (!lock) return std::optional<DeviceKeys>{};
    TRY_LET(device, local.load_keys(identity));  // another program may have been first
    if (device) return device;
    device = new_device_keys(environment.random);
    if (!local.save_keys(*device, identity.first_epoch().identity.recipient(), environment.random))
        return std::optional<DeviceKeys>{};
    return device;
}

}  // namespace

Library::Library(std::unique_ptr<State> state) : state_(std::move(state)) {}
Library::Library(Library&&) noexcept = default;
Library& Library::operator=(Library&&) noexcept = default;
Library::~Library() = default;

Result<Library> Library::open(const Environment& environment, const std::string& path,
                              const WayIn& way_in, Listener& listener) {
    TRY_LET(auto copy, archive::open_copy(environment.files, path));
    TRY_LET(const auto keys, archive::read_key_files(environment.files, path));
    TRY_LET(auto unlocked, unlock(keys, way_in, listener));
    if (unlocked.identity.archive != copy.manifest.archive) {
        auto mirrored = archive::open_mirrored_copy(environment.files, path);
        if (!mirrored || mirrored->manifest.archive != unlocked.identity.archive)
            return Error(ErrorCode::corrupt,
                         "keepsake.json names another archive than the keys do");
        copy = std::move(*mirrored);
    }
    TRY_LET(auto library,
            Library::unlocked(environment, std::move(copy), std::move(unlocked), listener, &keys));
    for (const auto& damaged : keys.damaged)
        library.state_->problems.push_back({damaged, "damaged, or no key file", true});
    if (library.state_->copy.manifest_from_mirror)
        library.state_->problems.push_back(
            {"keepsake.json", "damaged or missing; read from the mirror", true});
    else if (library.state_->copy.mirror_differs)
        library.state_->problems.push_back(
            {"keepsake.json", "it and its copy in mirror/ are not the same", true});
    return library;
}

Result<Library> Library::open_locked(const Environment& environment, const std::string& path) {
    TRY_LET(auto copy, archive::open_copy(environment.files, path));
    LocalState local(environment.files, environment.state_folder, copy.manifest.archive);
    TRY_LET(auto keys, local.load_locked_keys());
    if (!keys)
        return Error(ErrorCode::not_found, "This computer was not allowed to keep while locked.");
    TRY_LET(auto catalog, catalog::Catalog::in_memory());
    archive::Unlocked nothing;
    nothing.identity.archive = copy.manifest.archive;
    auto state = std::make_unique<State>(environment, std::move(copy), std::move(nothing),
                                         std::move(local), std::move(catalog));
    state->locked_for = keys->recipient;
    state->device = DeviceKeys{std::move(keys->signing), {}, {}};
    return Library(std::move(state));
}

Result<> Library::allow_locked(bool allowed) {
    if (!allowed) return state_->local.remove_locked_keys();
    TRY(may_write());
    // The device must be known to the others before it writes without being able to say who it is.
    if (!state_->device || !state_->authority.may_write(state_->device->id()))
        TRY(commit({model::Tick{}}));
    return state_->local.save_locked_keys({state_->device->signing.clone(), recipient()});
}

bool Library::is_locked() const { return state_->locked_for.has_value(); }

crypto::AgeRecipient Library::recipient() const {
    return state_->locked_for ? *state_->locked_for : state_->current_epoch().identity.recipient();
}

Result<Library> Library::unlocked(const Environment& environment, archive::Copy copy,
                                  archive::Unlocked unlocked, Listener& listener,
                                  const archive::KeyFiles* keys) {
    const bool is_new = keys == nullptr;
    LocalState local(environment.files, environment.state_folder, copy.manifest.archive);
    TRY_LET(auto device, device_keys(environment, local, unlocked.identity, is_new));
    TRY_LET(const auto real_path, environment.files.real_path(copy.path));
    const auto catalog_path = local.catalog_path(real_path);
    if (is_new) TRY(catalog::Catalog::remove(catalog_path));
    TRY_LET(auto catalog, catalog_for(environment, local, device, catalog_path));
    auto state = std::make_unique<State>(environment, std::move(copy), std::move(unlocked),
                                         std::move(local), std::move(catalog));
    state->catalog_path = catalog_path;
    state->device = std::move(device);
    Library library(std::move(state));
    if (is_new) return library;
    auto current = library.state_->bring_up_to_date(listener);
    if (!current && library.state_->catalog.is_damaged()) {
        // Gone with the first assignment: only then is there room for the new one.
        TRY_LET(library.state_->catalog, catalog::Catalog::in_memory());
        TRY_LET(library.state_->catalog,
                catalog_for(environment, library.state_->local, library.state_->device,
                            library.state_->catalog_path));
        current = library.state_->bring_up_to_date(listener);
    }
    TRY(std::move(current));
    TRY(library.end_revoked_ways(*keys, listener));
    if (!library.state_->device) {
        TRY_LET(library.state_->device, device_keys(environment, library.state_->local,
                                                    library.state_->unlocked.identity, true));
    }
    library.state_->keys_are_for_others =
        !library.state_->device &&
        library.state_->local.has_keys_for_others(library.state_->unlocked.identity);
    TRY(library.state_->pin());
    TRY(library.state_->remember_heads());
    TRY(library.rejoin(listener));
    TRY(library.read_long_words());
    return library;
}

// A device that was away while the keepers changed is let in again by the first opening there, so
// that what it kept meanwhile counts; a copy that cannot be written leaves that for the next time.
Result<> Library::rejoin(Listener& listener) {
    const auto& authority = state_->authority;
    if (!state_->device || !may_write()) return {};
    const auto device = state_->device->id();
    if (!authority.is_enrolled(device) || authority.may_write(device) ||
        authority.is_retired(device))
        return {};
    if (!commit({model::Tick{}})) return {};
    return state_->bring_up_to_date(listener);
}

Result<> Library::read_long_words() {
    TRY_LET(const auto missing, state_->catalog.missing_long_texts());
    if (missing.empty()) return {};
    std::vector<std::pair<model::ContentId, std::string>> texts;
    for (const auto& content : missing) {
        // Words whose object is not here, or is damaged, are named by check; the rest is found.
        auto text = read_text_content(*this, content, kLargestWordsBytes);
        if (text) texts.emplace_back(content, std::move(*text));
    }
    return state_->catalog.in_transaction([&]() -> Result<> {
        for (const auto& [content, text] : texts) TRY(state_->catalog.set_long_text(content, text));
        return {};
    });
}

// Where only a part of a change of keys was copied, what opened before may be all that is here.
bool Library::State::has_newest_keys(const archive::KeyFiles& keys) const {
    std::set<model::FileHash> whole;
    for (const auto& key : keys.whole) whole.insert(key.file);
    const auto told = authority.ways_told();
    return !told.empty() && std::ranges::all_of(told, [&](const archive::ToldWay& one) {
        return std::ranges::any_of(
            one.way.files, [&](const model::FileHash& file) { return whole.contains(file); });
    });
}

Result<> Library::end_revoked_ways(const archive::KeyFiles& keys, Listener& listener) {
    auto& state = *state_;
    const auto revoked = state.authority.revoked_files();
    const bool whole = state.has_newest_keys(keys);
    if (whole && state.copy.access == model::Access::read_write) {
        for (const auto& file : revoked) {
            // A disk that cannot be written keeps its old key file; it still opens nothing here.
            const auto erased =
                archive::erase_key_file(state.environment.files, state.copy.path, file);
            if (!erased && erased.error().code() == ErrorCode::corrupt) return erased.error();
            if (erased && *erased)
                listener.note(archive::key_path(file) +
                              ": its way in was ended; it came back, and was erased again");
        }
    }
    const auto opened = opened_by();
    if (!state.authority.is_ended() && !(opened && revoked.contains(*opened))) return {};
    if (whole) return way_ended();
    return Error(
        ErrorCode::wrong_key,
        "This way in was ended, and key files that took its place are not here. Copy the "
        "folders keys and mirror from the copy that this one was brought up to date from.");
}

archive::Authority Library::State::new_authority() const {
    return {unlocked.identity, device ? device->roots : std::vector<std::string>{}};
}

Result<> Library::State::learn_authority() {
    authority = new_authority();
    TRY_LET(const auto entries, catalog.authority_entries());
    for (const auto& known : entries) authority.add(known.writer, known.segment, known.entry);
    TRY_LET(const auto heads, catalog.heads());
    for (const auto& [writer, head] : heads) {
        if (authority.counts_whole(writer)) continue;
        TRY_LET(const auto segments, catalog.segments_of(writer));
        for (const auto& segment : segments)
            authority.observe(writer, {segment.seq, segment.text}, segment.previous);
    }
    return {};
}

Result<> Library::State::pin() {
    if (!device || authority.is_undecided() || authority.is_ended() ||
        device->roots == authority.chain())
        return {};
    device->roots = authority.chain();
    auto saved = local.save_keys(*device, current_epoch().identity.recipient(), environment.random);
    // A state folder that cannot be written pins nothing; the next time that it can, it is pinned.
    return saved || is_unwritable(saved.error()) ? Result<>() : std::move(saved);
}

Result<> Library::State::remember_heads() {
    if (!device) return {};
    TRY_LET(auto here, catalog.heads());
    here.erase(device->id());  // its own it writes down when it writes
    const auto add_to = [&here](KnownHeads& known) {
        bool is_new = false;
        for (const auto& [other, head] : here) {
            const auto [at, added] = known.others.emplace(other, head);
            if (!added && at->second.seq >= head.seq) continue;
            at->second = head;
            is_new = true;
        }
        return is_new;
    };
    auto known = local.load_heads();
    if (!add_to(known)) return {};
    // Another program that writes just now has seen more than this one, or it is for the next time.
    const auto lock = local.lock_now();
    if (!lock) return {};
    known = local.load_heads();
    if (add_to(known)) static_cast<void>(local.save_heads(known));
    return {};
}

Result<> Library::State::bring_up_to_date(Listener& listener) {
    auto done = sync_with_journal(listener);
    if (done || catalog_path.empty() || !is_unwritable(done.error())) return done;
    // A full disk is no reason not to read: the catalog is made in memory.
    TRY_LET(catalog, catalog::Catalog::in_memory());
    catalog_path.clear();
    return sync_with_journal(listener);
}

Result<> Library::State::sync_with_journal(Listener& listener) {
    TRY(learn_authority());
    TRY_LET(auto result,
            sync_catalog(environment, copy.path, unlocked.identity, authority, catalog, listener));
    problems = std::move(result.problems);
    mirror_gaps = std::move(result.gaps);
    if (!result.must_rebuild) return settle();
    return rebuild(listener, result.files_are_gone ? Learnt::forget : Learnt::keep);
}

Result<> Library::State::settle() {
    TRY_LET(const auto latest, catalog.latest_clock());
    clock.observe(latest);
    return {};
}

Result<> Library::State::rebuild(Listener& listener, Learnt learnt) {
    // A device whose enrollment is gone would else write on, and nobody else knew it.
    if (learnt == Learnt::forget) authority = new_authority();
    // What does not count may be taken in before that is known; what was learnt then holds.
    for (int attempt = 0; attempt < 2; ++attempt) {
        TRY(catalog.clear());
        TRY_LET(auto result, sync_catalog(environment, copy.path, unlocked.identity, authority,
                                          catalog, listener));
        problems = std::move(result.problems);
        if (!result.must_rebuild) return settle();
    }
    return Error(ErrorCode::corrupt, "the journal changes while it is read; try again");
}

const archive::EpochKeys& Library::State::current_epoch() const {
    const auto& root = authority.chain().back();
    for (const auto& keys : unlocked.identity.epochs)
        if (keys.root.verifying_key().to_openssh() == root) return keys;
    return unlocked.identity.first_epoch();
}

const Environment& Library::environment() const { return state_->environment; }
const archive::Copy& Library::copy() const { return state_->copy; }
const archive::IdentityFile& Library::identity() const { return state_->unlocked.identity; }
const archive::Authority& Library::authority() const { return state_->authority; }
catalog::Catalog& Library::catalog() { return state_->catalog; }
catalog::PreviewCache* Library::pictures() {
    auto& state = *state_;
    if (!state.looked_for_pictures && !state.catalog_path.empty() && state.device) {
        const auto path = os::join_path(state.local.folder(), "pictures.db");
        // Made here, so that nobody else may read even what is sealed.
        if (const auto made = state.environment.files.create(path, true); made)
            static_cast<void>((*made)->close());
        auto opened = catalog::PreviewCache::open(path, state.device->catalog_key.view());
        if (opened) state.pictures.emplace(*std::move(opened));
    }
    state.looked_for_pictures = true;
    return state.pictures ? &*state.pictures : nullptr;
}

ThumbnailPacks& Library::thumbnail_packs() { return state_->packs; }
const std::string& Library::local_folder() const { return state_->local.folder(); }
archive::Staging& Library::staging() { return state_->staging; }
const archive::EpochKeys& Library::current_epoch() const { return state_->current_epoch(); }
const std::vector<JournalProblem>& Library::journal_problems() const { return state_->problems; }
Result<model::HybridTime> Library::tick() { return state_->clock.next(); }
Result<> Library::refresh(Listener& listener) {
    TRY(state_->bring_up_to_date(listener));
    TRY(state_->remember_heads());
    state_->unsure = false;
    return read_long_words();
}

Result<> Library::rebuild(Listener& listener) {
    TRY(state_->rebuild(listener, State::Learnt::forget));
    return read_long_words();
}

std::optional<model::DeviceId> Library::device() const {
    if (!state_->device) return std::nullopt;
    return state_->device->id();
}

Result<model::DeviceId> Library::join() const {
    if (state_->device) return state_->device->id();
    TRY(state_->may_sign());
    return Error(ErrorCode::read_only,
                 "Keepsake cannot write its own settings in " + state_->local.folder() +
                     "; without them this computer cannot add to an archive.");
}

std::optional<model::FileHash> Library::opened_by() const {
    if (state_->unlocked.opened.empty()) return std::nullopt;
    return state_->unlocked.opened.front();
}

const std::vector<model::FileHash>& Library::opened_files() const {
    return state_->unlocked.opened;
}

Result<> Library::State::may_sign() const {
    if (!keys_are_for_others) return {};
    return Error(ErrorCode::read_only,
                 "This copy was away while the keys were changed, and does not have the newest "
                 "ones. Bring it up to date from another copy (cp -rn), and open it again. If "
                 "there is no other copy, remove " +
                     local.folder() + "; this computer then joins anew.");
}

Result<> Library::may_write() const { return may_open_epoch(Joining::none); }

Result<> Library::may_open_epoch(Joining joining) const {
    TRY(state_->may_sign());
    // Another program may have ended it meanwhile.
    if (!is_locked() && state_->authority.is_ended()) return way_ended();
    if (joining == Joining::none && state_->authority.is_undecided())
        return Error(ErrorCode::read_only,
                     "The keys of this archive were changed twice, each time without knowing of "
                     "the other. If both "
                     "were done by keepers, `keepsake key rotate --join` makes one of them.");
    if (state_->copy.access == model::Access::read_write) return {};
    return Error(ErrorCode::read_only,
                 "This archive was made by a newer Keepsake. It can be read here; to add to it, "
                 "update Keepsake.");
}

Result<std::vector<Gap>> Library::gaps() {
    auto heads = state_->local.load_heads();
    if (heads.own) heads.others.emplace(heads.own_device, *heads.own);
    TRY_LET(const auto missing, state_->catalog.missing_segments(heads.others));
    std::vector<Gap> gaps;
    gaps.reserve(missing.size());
    for (const auto& [device, count] : missing) gaps.push_back({device, count});
    return gaps;
}

Result<std::string> Library::device_name(const model::DeviceId& device) {
    TRY_LET(const auto devices, state_->catalog.devices());
    for (const auto& record : devices)
        if (record.device == device && !record.name.empty()) return record.name;
    return device.hex().substr(0, 8);
}

}  // namespace keepsake::library
