#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/journal_store.h"
#include "archive/mirror.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/signing.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/library_state.h"
#include "library/local_state.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kEntriesPerSegment = 1000;
// Each hundredth segment says again who its writer is, so that a lost first one does not orphan the
// rest.
constexpr std::uint64_t kEnrollEvery = 100;

class SilentListener final : public Listener {
  public:
    void progress(const Progress&) override {}
    void problem(const std::string&, const std::string&) override {}
    void note(const std::string&) override {}
    void unlocking() override {}
};

std::optional<model::Head> newer(const std::optional<model::Head>& a,
                                 const std::optional<model::Head>& b) {
    if (!a) return b;
    if (!b) return a;
    return a->seq >= b->seq ? a : b;
}

// Who has gone by neither of two epochs takes what either side accepted: by the last that both have
// in common, whoever was removed since would count.
Result<std::map<model::DeviceId, model::Head>> devices_to_accept(
    const archive::Authority& authority, catalog::Catalog& catalog) {
    if (!authority.is_undecided()) return catalog.heads();
    std::map<model::DeviceId, model::Head> devices;
    for (const auto& root : authority.side_ends())
        if (const auto* side = authority.opening_of(root))
            for (const auto& [device, head] : side->devices)
                devices[device] = std::max(devices[device], head);
    return devices;
}

// What opens an epoch, once for each of those that it follows. A line that nobody would read is not
// written.
Result<std::vector<model::Epoch>> signed_openings(const model::ArchiveId& archive,
                                                  const std::vector<archive::EpochKeys>& before,
                                                  const archive::EpochKeys& keys,
                                                  model::Epoch epoch) {
    std::vector<model::Epoch> openings;
    for (const auto& old : before) {
        epoch.number = old.number + 1;
        archive::sign_epoch(archive, old.root, keys.root, epoch);
        if (model::to_line({epoch.opened, epoch}).size() > model::kLargestLineBytes)
            return Error(ErrorCode::limit,
                         "There are too many ways in, ended key files or devices to tell of them "
                         "in one line of the journal.");
        openings.push_back(epoch);
    }
    return openings;
}

}  // namespace

model::EntryBody Library::State::enrollment(const model::DeviceId& id,
                                            const std::string& key) const {
    const auto& root = current_epoch().root;
    model::Enroll enroll;
    enroll.device = id;
    enroll.key = key;
    enroll.root = root.verifying_key().to_openssh();
    const auto& archive = copy.manifest.archive;
    enroll.signature = crypto::sshsig_sign(root, "keepsake-enroll-v1@" + archive.hex(),
                                           as_bytes(model::enroll_text(archive, enroll)));
    return enroll;
}

Result<std::vector<model::EntryBody>> Library::State::prepare_pen(KnownHeads& heads) {
    std::vector<model::EntryBody> first;
    TRY(may_sign());
    if (locked_for) {
        if (heads.own && heads.own_device == device->id()) return first;
        return Error(ErrorCode::not_found,
                     "This computer cannot go on keeping while locked; open the archive once.");
    }
    if (!device || heads.own_device != device->id()) heads.own.reset();
    TRY_LET(const auto catalog_heads, catalog.heads());
    const auto here = device ? catalog_heads.find(device->id()) : catalog_heads.end();
    if (here != catalog_heads.end()) {
        // The same number with another text: this device's series went two ways (a clone, a
        // restored disk).
        const bool forked =
            heads.own && heads.own->seq == here->second.seq && heads.own->text != here->second.text;
        heads.own = newer(heads.own, here->second);
        if (forked) heads.own.reset();
        TRY_LET(const auto forks, catalog.forked_devices());
        if (forked || std::ranges::find(forks, device->id()) != forks.end()) device.reset();
    }
    // Also past what counts: the word that opens an epoch stands at the end of the one before, and
    // its number is taken although nobody noted it.
    if (device) {
        heads.own = newer(heads.own, authority.latest_of(device->id()));
        if (last_written && last_written->first == device->id())
            heads.own = newer(heads.own, last_written->second);
    }
    if (device && authority.is_retired(device->id())) {
        if (heads.own && !authority.counts(device->id(), *heads.own))
            first.push_back(model::Adopt{device->id(), *heads.own});
        device.reset();
    }
    if (!device) {
        device = new_device_keys(environment.random);
        device->roots = authority.is_undecided() ? std::vector<std::string>{} : authority.chain();
        heads.own.reset();
        TRY(local.save_keys(*device, current_epoch().identity.recipient(), environment.random));
        TRY_LET(const auto may_keep_locked, local.load_locked_keys());
        if (may_keep_locked)
            TRY(local.save_locked_keys(
                {device->signing.clone(), current_epoch().identity.recipient()}));
    }
    heads.own_device = device->id();
    const auto next = heads.own ? heads.own->seq + 1 : 1;
    if (!authority.may_write(device->id()) || next % kEnrollEvery == 1)
        first.insert(first.begin(),
                     enrollment(device->id(), device->signing.verifying_key().to_openssh()));
    return first;
}

Result<> Library::State::write_one(KnownHeads& heads, const std::vector<model::Entry>& entries,
                                   const crypto::AgeRecipient& recipient) {
    model::SegmentHeader header;
    header.archive = copy.manifest.archive;
    header.device = device->id();
    header.seq = heads.own ? heads.own->seq + 1 : 1;
    if (heads.own) header.previous = heads.own->text;
    TRY_LET(header.seen, catalog.heads());
    if (locked_for)
        header.seen = heads.others;  // nothing can be read now: what was seen when it could
    header.seen.erase(header.device);
    header.clock = entries.back().clock;
    header.time = environment.clock.now();
    header.time.nanoseconds = 0;
    TRY_LET(const auto segment, archive::write_segment(staging, header, entries, device->signing,
                                                       recipient, environment.random));
    heads.own = model::Head{header.seq, segment.text};
    last_written = {header.device, *heads.own};
    heads.clock = header.clock;
    for (const auto& [other, head] : header.seen) {
        auto& known = heads.others[other];
        if (head.seq >= known.seq) known = head;
    }
    authority.observe(header.device, *heads.own, header.previous);
    for (const auto& entry : entries) authority.add(header.device, *heads.own, entry);
    // The segment stands. Where this computer has no room to take note of it, that is done later.
    auto noted = catalog.in_transaction([&]() -> Result<> {
        const catalog::SegmentRecord record{header.device,   header.seq,   segment.text,
                                            header.previous, header.clock, header.time,
                                            header.seen};
        TRY(catalog.add_segment(record, entries));
        return catalog.add_file({segment.name.file, header.device, header.seq, header.seq});
    });
    if (!noted && !is_unwritable(noted.error())) return noted;
    if (!noted) unsure = true;
    auto saved = local.save_heads(heads);
    return saved || is_unwritable(saved.error()) ? Result<>() : std::move(saved);
}

Result<> Library::State::mend_mirror() {
    if (mirror_mended) return {};
    if (!mirror_gaps) {
        TRY_LET(const auto listing, archive::list_journal(environment.files, copy.path));
        mirror_gaps = archive::mirror_gaps(listing);
    }
    TRY_LET(const auto plain, catalog.plain_files());
    TRY(archive::mend_mirror(staging, authority.revoked_files(), plain, *mirror_gaps));
    mirror_gaps.reset();
    mirror_mended = true;
    return {};
}

Result<> Library::State::commit_for(const crypto::AgeRecipient& recipient,
                                    std::vector<model::EntryBody> bodies) {
    // Locked, nothing tells which key files were revoked: the mirror is left as it is.
    if (!locked_for) TRY(mend_mirror());
    auto written = write_all(recipient, std::move(bodies));
    if (!written) {
        unsure = true;
        mirror_mended = false;
    }
    return written;
}

Result<> Library::State::write_all(const crypto::AgeRecipient& recipient,
                                   std::vector<model::EntryBody> bodies) {
    TRY_LET(const auto lock, local.lock());
    auto heads = local.load_heads();
    clock.observe(heads.clock);
    TRY_LET(auto all, prepare_pen(heads));
    all.insert(all.end(), std::make_move_iterator(bodies.begin()),
               std::make_move_iterator(bodies.end()));
    std::vector<model::Entry> entries;
    for (auto& body : all) {
        TRY_LET(const auto time, clock.next());
        entries.push_back({time, std::move(body)});
        if (entries.size() == kEntriesPerSegment) {
            TRY(write_one(heads, entries, recipient));
            entries.clear();
        }
    }
    return entries.empty() ? Result<>() : write_one(heads, entries, recipient);
}

Result<> Library::mend_mirror() {
    TRY(may_write());
    return state_->mend_mirror();
}

Result<> Library::settle_doubts() {
    if (!state_->unsure) return {};
    SilentListener listener;
    return refresh(listener);
}

Result<> Library::commit(std::vector<model::EntryBody> entries) {
    TRY(settle_doubts());
    TRY(may_write());
    auto& state = *state_;
    const auto before = device();
    const bool waits = before && !is_locked() && !state.authority.may_write(*before) &&
                       state.authority.latest_of(*before);
    TRY(state.commit_for(recipient(), std::move(entries)));
    if (!waits && device() == before) return {};
    // It said anew who it is, and with that more of its own may count. The entries stand; where
    // that cannot be taken in now, it is done before the next.
    SilentListener listener;
    state.unsure = !state.bring_up_to_date(listener) || state.unsure;
    return {};
}

Result<> Library::enroll(const model::DeviceId& device) {
    // Also of one whose every segment waits: it may be gone, and never say so itself.
    const auto& keys = state_->authority.keys();
    if (const auto key = keys.find(device); key != keys.end())
        return commit({state_->enrollment(device, key->second)});
    return Error(ErrorCode::not_found, "Nothing here tells that device's key.");
}

Result<> Library::open_epoch(archive::EpochKeys keys, const std::vector<model::FileHash>& revoked,
                             std::vector<model::EntryBody> entries, Joining joining) {
    auto& state = *state_;
    TRY(may_open_epoch(joining));
    // Two epochs that were opened at once are joined by one that both sign.
    std::vector<archive::EpochKeys> before;
    if (!state.authority.is_undecided()) before.push_back(state.current_epoch().clone());
    if (joining == Joining::side_epochs)
        for (const auto& root : state.authority.side_ends())
            for (const auto& known : state.unlocked.identity.epochs)
                if (known.root.verifying_key().to_openssh() == root)
                    before.push_back(known.clone());
    model::Epoch epoch;
    epoch.revoked = revoked;
    TRY_LET(epoch.opened, tick());
    TRY_LET(epoch.devices, devices_to_accept(state.authority, state.catalog));
    for (const auto& entry : entries)
        if (const auto* way = std::get_if<model::Way>(&entry)) epoch.ways.push_back(*way);
    std::ranges::sort(epoch.ways, {}, &model::Way::way);
    TRY_LET(const auto openings, signed_openings(state.copy.manifest.archive, before, keys, epoch));
    // Known before it is said: if the saying fails, it may stand all the same.
    state.unlocked.identity.epochs.insert(state.unlocked.identity.epochs.begin(), std::move(keys));
    for (std::size_t i = 0; i < before.size(); ++i)
        // For the epoch before: whoever has only its keys learns that there is a next.
        TRY(state.commit_for(before[i].identity.recipient(), {openings[i]}));
    TRY(state.learn_authority());
    TRY(state.pin());
    TRY_LET(const auto may_keep_locked, state.local.load_locked_keys());
    TRY(commit(std::move(entries)));
    // Of epochs that are joined, one may not have known what the other one counted.
    SilentListener listener;
    TRY(state.bring_up_to_date(listener));
    return may_keep_locked ? allow_locked(true) : Result<>();
}

Result<> Library::retire(const model::DeviceId& device) {
    TRY_LET(const auto heads, state_->catalog.heads());
    const auto head = heads.find(device);
    if (head == heads.end())
        return Error(ErrorCode::not_found, "That device has written nothing here.");
    const auto& root = state_->current_epoch().root;
    const auto& archive = state_->copy.manifest.archive;
    model::Retire retire{device, head->second, root.verifying_key().to_openssh(), {}};
    retire.signature = crypto::sshsig_sign(root, "keepsake-retire-v1@" + archive.hex(),
                                           as_bytes(model::retire_text(archive, retire)));
    return commit({std::move(retire)});
}

}  // namespace keepsake::library
