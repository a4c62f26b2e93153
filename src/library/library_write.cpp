#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
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
#include "crypto/signing.h"
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
    if (device && authority.retired_after(device->id())) {
        if (heads.own && !authority.counts(device->id(), heads.own->seq))
            first.push_back(model::Adopt{device->id(), heads.own->seq, heads.own->text});
        device.reset();
    }
    if (!device) {
        device = new_device_keys(environment.random);
        heads.own.reset();
        TRY(local.save_keys(*device, current_epoch().identity.recipient(), environment.random));
    }
    heads.own_device = device->id();
    const auto next = heads.own ? heads.own->seq + 1 : 1;
    if (!authority.may_write(device->id()) || next % kEnrollEvery == 1)
        first.insert(first.begin(),
                     enrollment(device->id(), device->signing.verifying_key().to_openssh()));
    return first;
}

Result<> Library::State::write_one(KnownHeads& heads, const std::vector<model::Entry>& entries,
                                   const archive::EpochKeys& epoch) {
    model::SegmentHeader header;
    header.archive = copy.manifest.archive;
    header.device = device->id();
    header.seq = heads.own ? heads.own->seq + 1 : 1;
    if (heads.own) header.previous = heads.own->text;
    TRY_LET(header.seen, catalog.heads());
    header.seen.erase(header.device);
    header.clock = entries.back().clock;
    header.time = environment.clock.now();
    header.time.nanoseconds = 0;
    TRY_LET(const auto written,
            archive::write_segment(staging, header, entries, device->signing,
                                   epoch.identity.recipient(), environment.random));
    heads.own = model::Head{header.seq, written.text};
    heads.clock = header.clock;
    for (const auto& [other, head] : header.seen) {
        auto& known = heads.others[other];
        if (head.seq >= known.seq) known = head;
    }
    for (const auto& entry : entries)
        if (archive::Authority::concerns(entry)) authority.add(header.device, header.seq, entry);
    TRY(catalog.in_transaction([&]() -> Result<> {
        const catalog::SegmentRecord record{header.device,   header.seq,   written.text,
                                            header.previous, header.clock, header.time,
                                            header.seen};
        TRY(catalog.add_segment(record, entries));
        return catalog.add_file({written.name.file, header.device, header.seq, header.seq});
    }));
    return local.save_heads(heads);
}

Result<> Library::State::mend_mirror() {
    if (mirror_mended) return {};
    TRY(archive::mend_mirror(staging, authority.revoked_files()));
    mirror_mended = true;
    return {};
}

Result<> Library::State::commit_for(const archive::EpochKeys& epoch,
                                    std::vector<model::EntryBody> bodies) {
    TRY(mend_mirror());
    auto written = write_all(epoch, std::move(bodies));
    if (!written) {
        unsure = true;
        mirror_mended = false;
    }
    return written;
}

Result<> Library::State::write_all(const archive::EpochKeys& epoch,
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
            TRY(write_one(heads, entries, epoch));
            entries.clear();
        }
    }
    return entries.empty() ? Result<>() : write_one(heads, entries, epoch);
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
    TRY(may_write());
    TRY(settle_doubts());
    return state_->commit_for(state_->current_epoch(), std::move(entries));
}

Result<> Library::enroll(const model::DeviceId& device) {
    TRY_LET(const auto devices, state_->catalog.devices());
    for (const auto& record : devices)
        if (record.device == device && !record.key.empty())
            return commit({state_->enrollment(device, record.key)});
    return Error(ErrorCode::not_found, "Nothing here tells that device's key.");
}

Result<> Library::open_epoch(archive::EpochKeys keys, std::vector<model::FileHash> revoked,
                             std::vector<model::EntryBody> entries) {
    TRY(may_write());
    TRY(settle_doubts());
    auto& state = *state_;
    const auto& before = state.current_epoch();
    model::Epoch epoch;
    epoch.number = keys.number;
    epoch.root = keys.root.verifying_key().to_openssh();
    epoch.previous = before.root.verifying_key().to_openssh();
    epoch.revoked = std::move(revoked);
    TRY_LET(const auto heads, state.catalog.heads());
    for (const auto& [device, head] : heads) epoch.devices.emplace(device, head.seq);
    // The segment that holds this word counts as well, also where nothing came after it.
    if (state.device) {
        const auto known = state.local.load_heads();
        auto& own = epoch.devices[state.device->id()];
        if (known.own && known.own_device == state.device->id())
            own = std::max(own, known.own->seq);
        ++own;
    }
    const auto& archive = state.copy.manifest.archive;
    epoch.signature = crypto::sshsig_sign(before.root, "keepsake-epoch-v1@" + archive.hex(),
                                          as_bytes(model::epoch_text(archive, epoch)));
    // For the epoch before: whoever has only its keys learns that there is a next.
    const auto old_keys = before.clone();
    // The keys first: should the commit fail, its segment may stand, and be read, all the same.
    state.unlocked.identity.epochs.insert(state.unlocked.identity.epochs.begin(), std::move(keys));
    auto known = archive::Authority(state.unlocked.identity);
    TRY_LET(const auto authority_entries, state.catalog.authority_entries());
    for (const auto& entry : authority_entries) known.add(entry.writer, entry.seq, entry.entry);
    state.authority = std::move(known);
    TRY(state.commit_for(old_keys, {std::move(epoch)}));
    if (state.device)
        TRY(state.local.save_keys(*state.device, state.current_epoch().identity.recipient(),
                                  state.environment.random));
    return commit(std::move(entries));
}

}  // namespace keepsake::library
