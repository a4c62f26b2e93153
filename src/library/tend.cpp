#include "library/tend.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "archive/journal_store.h"
#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/reserve.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/full_disk.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/parity_upkeep.h"
#include "library/pictures.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

// A step of this device's clock over this is no time that passed but a clock that was wrong.
constexpr std::int64_t kLongestGapSeconds = 400 * kSecondsPerDay;
constexpr std::int64_t kTickSeconds = kSecondsPerDay;
constexpr std::uint64_t kSegmentsLeftAlone =
    50;  // the newest: other copies may just be fetching them
constexpr std::size_t kMostMet = 5000;
constexpr std::size_t kFewestToRollUp = 200;
constexpr std::size_t kMostToRollUp = 1000;
constexpr std::uint64_t kLargestRollUpBytes = 32UL << 20U;

// This device's own count of days since it first knew of something, from its own journal's times.
class OwnCount {
  public:
    OwnCount(std::vector<catalog::SegmentRecord> own, Instant now)
        : own_(std::move(own)), now_(now) {
        std::ranges::sort(own_, {}, &catalog::SegmentRecord::seq);
    }
    std::optional<Instant> last_time() const {
        return own_.empty() ? std::optional<Instant>{} : own_.back().time;
    }
    // Seconds since a segment of this device; gaps that a clock jumped over, back or years ahead,
    // count nothing.
    std::int64_t seconds_since(std::uint64_t seq) const {
        auto at = std::ranges::find(own_, seq, &catalog::SegmentRecord::seq);
        if (at == own_.end()) return 0;
        std::int64_t total = 0;
        std::int64_t before = at->time.seconds;
        for (++at; at != own_.end(); ++at) {
            total += gap(before, at->time.seconds);
            before = at->time.seconds;
        }
        return total + gap(before, now_.seconds);
    }

  private:
    static std::int64_t gap(std::int64_t from, std::int64_t to) {
        const auto seconds = to - from;
        return seconds < 0 || seconds > kLongestGapSeconds ? 0 : seconds;
    }
    std::vector<catalog::SegmentRecord> own_;
    Instant now_;
};

class Tending {
  public:
    Tending(Library& library, Listener& listener)
        : library_(&library), files_(&library.environment().files), listener_(&listener) {}

    Result<TendReport> run() {
        TRY(library_->settle_doubts());
        library_->staging().clean_up();
        // What makes room comes first: on a full disk the rest may then be done, too.
        TRY(erase_due());
        TRY(drop_second_objects());
        TRY(library_->mend_mirror());
        TRY(roll_up_own());
        archive::set_reserve_aside(library_->staging());
        return report_;
    }

  private:
    // The days are counted from the segment in which this device itself said that it met the
    // let-go: neither another's clock nor a gap in what was copied here can make them fewer.
    Result<> erase_due() {
        TRY_LET(const auto tombstones, library_->catalog().tombstones());
        if (tombstones.empty()) return {};
        TRY_LET(const auto count, own_count());
        const auto own = *library_->device();
        model::Tick tick;
        std::set<model::ItemId> due;
        for (const auto& tombstone : tombstones) {
            TRY_LET(auto met, library_->catalog().first_met(own, tombstone));
            if (!met && tombstone.device == own) met = tombstone.seq;
            if (!met && tick.met.size() < kMostMet)
                tick.met.push_back({tombstone.item, {tombstone.clock, tombstone.device}});
            if (met && count.seconds_since(*met) >= kDaysToUndo * kSecondsPerDay)
                due.insert(tombstone.item);
        }
        const auto last = count.last_time();
        // Also after a clock was set back: the count must go on from here.
        const auto step = last ? library_->environment().clock.now().seconds - last->seconds : 0;
        Result<> ticked;
        if (!tick.met.empty() || !last || step > kTickSeconds || step < -kTickSeconds)
            ticked =
                with_reserve(*library_, [&] { return library_->commit({model::EntryBody(tick)}); });
        if (!ticked && ticked.error().code() != ErrorCode::no_space) return ticked;
        std::vector<catalog::ObjectRecord> gone;
        std::vector<model::ContentId> contents_gone;
        for (const auto& item : due) {
            TRY_LET(const auto contents, library_->catalog().contents_of_item(item));
            for (const auto& content : contents) {
                const auto before = gone.size();
                TRY(add_if_due(content, due, gone));
                if (gone.size() > before) contents_gone.push_back(content);
            }
        }
        // No picture outlives its original.
        TRY(forget_pictures(*library_, contents_gone));
        TRY(erase(gone, {}));
        return ticked ? Result<>() : library_->commit({std::move(tick)});
    }

    Result<OwnCount> own_count() {
        std::vector<catalog::SegmentRecord> own;
        if (const auto device = library_->device()) {
            TRY_LET(own, library_->catalog().segments_of(*device));
        }
        return OwnCount(std::move(own), library_->environment().clock.now());
    }

    // Nothing that was not let go refers to it, and each that was let go is due.
    Result<> add_if_due(const model::ContentId& content, const std::set<model::ItemId>& due,
                        std::vector<catalog::ObjectRecord>& gone) {
        TRY_LET(const bool live, library_->catalog().is_live(content));
        if (live) return {};
        TRY_LET(const auto items, library_->catalog().items_of_content(content, true));
        if (!std::ranges::all_of(items,
                                 [&](const model::ItemId& item) { return due.contains(item); }))
            return {};
        TRY_LET(const auto record, library_->catalog().content(content));
        if (!record) return {};
        for (const auto& object : record->objects)
            if (stands(object)) gone.push_back(object);
        return {};
    }

    bool stands(const catalog::ObjectRecord& object) {
        return files_
            ->info(os::join_path(library_->copy().path, archive::object_path(object.object)))
            .has_value();
    }

    // No recovery set may bring back what is erased: that first. `said`: what must stand in the
    // journal before they go; nothing is said where they stay.
    Result<> erase(const std::vector<catalog::ObjectRecord>& objects,
                   const std::vector<model::EntryBody>& said) {
        std::vector<model::ObjectId> leaving;
        leaving.reserve(objects.size());
        for (const auto& object : objects) leaving.push_back(object.object);
        auto left = leave_sets(library_->environment(), library_->staging(), leaving, *listener_);
        if (!left && left.error().code() == ErrorCode::corrupt) {
            listener_->note(left.error().message());
            return {};
        }
        TRY(left);
        if (!said.empty()) TRY(with_reserve(*library_, [&] { return library_->commit(said); }));
        for (const auto& object : objects) TRY(erase_object(object));
        return {};
    }

    Result<> erase_object(const catalog::ObjectRecord& object) {
        const auto& archive_path = library_->copy().path;
        const auto path = archive::object_path(object.object);
        auto removed = archive::remove_own_file(*files_, archive_path, path);
        if (!removed && removed.error().code() == ErrorCode::not_found) return {};
        if (!removed) return removed;
        TRY(files_->sync_directory(os::parent_of(os::join_path(archive_path, path))));
        ++report_.erased_objects;
        report_.erased_bytes += object.object_bytes;
        return {};
    }

    // Of several objects of one content here, the one that is preferred stays, once it has proved
    // whole.
    Result<> drop_second_objects() {
        TRY_LET(const auto contents, library_->catalog().contents_with_several_objects());
        if (contents.empty()) return {};
        const auto identities = library_->identity().identities();
        archive::ObjectBuffers buffers;
        std::vector<catalog::ObjectRecord> gone;
        std::vector<model::EntryBody> named;
        for (const auto& id : contents) {
            TRY_LET(const auto content, library_->catalog().content(id));
            TRY_LET(const bool live, library_->catalog().is_live(id));
            if (!content || !live) continue;
            auto present = present_objects(*content);
            if (present.size() < 2) continue;
            std::ranges::sort(present, {}, [&](const catalog::ObjectRecord& object) {
                return std::pair{!is_of_newest_epoch(object), object.object};
            });
            TRY_LET(const auto best, first_whole(*content, present, identities, buffers));
            if (!best) continue;  // none is: check names it
            const auto kept = std::ranges::find(present, *best, &catalog::ObjectRecord::object);
            TRY_LET(auto entry, true_entry(*files_, library_->copy().path, identities, *content,
                                           *kept, Proved::yes, library_->environment().stop));
            if (!entry) continue;
            // Said again before the others go: who said it first may be retired elsewhere.
            named.emplace_back(*std::move(entry));
            for (const auto& object : present)
                if (object.object != *best) gone.push_back(object);
        }
        return erase(gone, named);
    }

    Result<std::optional<model::ObjectId>> first_whole(
        const catalog::ContentRecord& content, const std::vector<catalog::ObjectRecord>& present,
        const std::vector<crypto::AgeIdentity>& identities, archive::ObjectBuffers& buffers) {
        for (const auto& object : present) {
            const catalog::ContentRecord only{content.content, content.bytes, {object}};
            TRY_LET(const bool whole, is_whole(*files_, library_->copy().path, identities, only,
                                               buffers, library_->environment().stop));
            if (whole) return std::optional(object.object);
        }
        return std::optional<model::ObjectId>();
    }

    std::vector<catalog::ObjectRecord> present_objects(const catalog::ContentRecord& content) {
        std::vector<catalog::ObjectRecord> present;
        for (const auto& object : content.objects) {
            const auto info = files_->info(
                os::join_path(library_->copy().path, archive::object_path(object.object)));
            if (info && info->kind == os::FileKind::regular &&
                info->size_bytes == object.object_bytes)
                present.push_back(object);
        }
        return present;
    }

    bool is_of_newest_epoch(const catalog::ObjectRecord& object) {
        const auto header = crypto::parse_age_header(as_bytes(object.header));
        const auto& newest = library_->current_epoch().identity;
        return header && crypto::unwrap_with_identities(*header, {&newest, 1}).has_value();
    }

    // Segments of before a change of keepers stay as they are: who holds only the older keys must
    // still find the word of it.
    bool is_of_newest_epoch(const archive::JournalFileName& name) {
        const auto bytes = archive::read_journal_file(*files_, library_->copy().path, name);
        if (!bytes) return false;
        const auto header = crypto::parse_age_header(bytes->sealed);
        const auto& newest = library_->current_epoch().identity;
        return header && crypto::unwrap_with_identities(*header, {&newest, 1}).has_value();
    }

    // This device's old segments, one after another, as far as they are single files and small.
    Result<> roll_up_own() {
        const auto device = library_->device();
        if (!device) return {};
        TRY(remove_rolled_up(*device));
        TRY_LET(const auto forked, library_->catalog().forked_devices());
        if (std::ranges::find(forked, *device) != forked.end()) return {};
        TRY_LET(const auto heads, library_->catalog().heads());
        const auto head = heads.find(*device);
        if (head == heads.end() || head->second.seq <= kSegmentsLeftAlone) return {};
        TRY_LET(const auto run, oldest_run(*device, head->second.seq - kSegmentsLeftAlone));
        if (run.empty()) return {};
        TRY_LET(const auto whole,
                archive::roll_up(library_->staging(), run, library_->identity().identities(),
                                 library_->current_epoch().identity.recipient(),
                                 library_->environment().random));
        report_.rolled_up += run.size();
        TRY(library_->catalog().in_transaction([&]() -> Result<> {
            return library_->catalog().add_file(
                {whole.file, whole.device, whole.first_seq, whole.last_seq});
        }));
        return remove_rolled_up(*device);
    }

    // Segments that stand in a rollup of theirs go, once the rollup was read back in both places:
    // also those that were left by a tending that was cut off, or brought back by another copy.
    Result<> remove_rolled_up(const model::DeviceId& device) {
        TRY_LET(const auto known, library_->catalog().files());
        for (const auto& rollup : known) {
            if (rollup.device != device || rollup.first_seq == rollup.last_seq) continue;
            std::vector<archive::JournalFileName> inside;
            for (const auto& file : known)
                if (file.device == device && file.first_seq >= rollup.first_seq &&
                    file.last_seq <= rollup.last_seq && file.file != rollup.file)
                    inside.push_back({device, file.first_seq, file.last_seq, file.file});
            if (inside.empty()) continue;
            TRY_LET(
                const auto removed,
                archive::remove_rolled_up(library_->staging(),
                                          {device, rollup.first_seq, rollup.last_seq, rollup.file},
                                          inside, library_->identity().identities()));
            TRY(library_->catalog().in_transaction([&]() -> Result<> {
                for (const auto& name : removed) TRY(library_->catalog().remove_file(name.file));
                return {};
            }));
        }
        return {};
    }

    struct Segments {
        std::vector<archive::JournalFileName> names;
        std::uint64_t bytes = 0;

        // Many, or large: those of a device that keeps much at once hold 1,000 entries each, and
        // fewer than the many fill a rollup.
        bool are_worth_a_rollup() const {
            return names.size() >= kFewestToRollUp ||
                   (names.size() > 1 && bytes >= kLargestRollUpBytes / 2);
        }
        void add(const archive::JournalFileName& name, std::uint64_t size) {
            names.push_back(name);
            bytes += size;
        }
    };

    // The first consecutive ones that are worth it; empty if none are.
    Result<std::vector<archive::JournalFileName>> oldest_run(const model::DeviceId& device,
                                                             std::uint64_t before) {
        TRY_LET(const auto singles, own_singles(device, before));
        // Mostly it ends here, after each keep: none of them was opened.
        Segments all;
        for (const auto& [name, size] : singles) all.add(name, size);
        if (!all.are_worth_a_rollup()) return std::vector<archive::JournalFileName>{};
        Segments run;
        for (const auto& [name, size] : singles) {
            const bool fits = size <= kLargestRollUpBytes / 2 && is_of_newest_epoch(name);
            const bool follows =
                run.names.empty() || run.names.back().last_seq + 1 == name.first_seq;
            if (!fits || !follows || run.bytes + size > kLargestRollUpBytes ||
                run.names.size() == kMostToRollUp) {
                if (run.are_worth_a_rollup()) break;
                run = {};
            }
            if (fits) run.add(name, size);
        }
        return run.are_worth_a_rollup() ? run.names : std::vector<archive::JournalFileName>{};
    }

    // This device's segments before that number that stand in files of their own, written since
    // the newest epoch began, in order, with their sizes in bytes.
    Result<std::vector<std::pair<archive::JournalFileName, std::uint64_t>>> own_singles(
        const model::DeviceId& device, std::uint64_t before) {
        TRY_LET(const auto known, library_->catalog().files());
        const auto earlier = library_->authority().last_seq_of_earlier_epochs(device);
        std::map<std::uint64_t, archive::JournalFileName> in_order;
        for (const auto& file : known)
            if (file.device == device && file.first_seq == file.last_seq &&
                file.last_seq > earlier && file.last_seq < before)
                in_order.emplace(
                    file.first_seq,
                    archive::JournalFileName{device, file.first_seq, file.last_seq, file.file});
        std::vector<std::pair<archive::JournalFileName, std::uint64_t>> singles;
        for (const auto& [seq, name] : in_order) {
            const auto info = files_->info(os::join_path(library_->copy().path, name.path()));
            singles.emplace_back(name, info ? info->size_bytes : kLargestRollUpBytes);
        }
        return singles;
    }

    Library* library_;
    os::FileSystem* files_;
    Listener* listener_;
    TendReport report_;
};

}  // namespace

Result<TendReport> tend(Library& library, Listener& listener) {
    if (!library.may_write() || !library.device() || library.is_locked()) return TendReport{};
    return Tending(library, listener).run();
}

Result<ParityReport> tend_recovery_data(Library& library, Listener& listener) {
    const IsMissed is_missed = [&](const model::ObjectId& object) -> Result<bool> {
        TRY_LET(const auto content_id, library.catalog().content_of_object(object));
        if (!content_id) return true;  // what nobody here knows of is left as it is
        TRY_LET(const bool live, library.catalog().is_live(*content_id));
        if (!live) return false;
        TRY_LET(const auto content, library.catalog().content(*content_id));
        return content && !is_present(library.environment().files, library.copy().path, *content);
    };
    return tend_parity(library.environment(), library.staging(), is_missed, listener);
}

}  // namespace keepsake::library
