// The committer of a KeepPipeline: a group at a time it makes sure that what the workers sealed is
// on the disk, proves it, gives it its names and journals it.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "library/keep.h"
#include "library/keep_pipeline.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/parity_upkeep.h"
#include "library/seal_proof.h"
#include "library/worker_pool.h"
#include "model/entry.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

// What ends a group, whichever comes first. On a slow disk that is the time, on a fast one the
// bytes: what was sealed is read back while others are sealed. Towards the end groups are halved,
// as nothing is sealed any more while the last one is read back.
constexpr std::size_t kGroupFiles = 500;  // two entries a file: a segment of 1,000
constexpr std::uint64_t kGroupBytes = 256UL << 20U;
constexpr std::uint64_t kLeastGroupBytes = 32UL << 20U;
constexpr auto kGroupTime = std::chrono::seconds(1);

bool has_new_objects(const std::vector<ReadyFile>& group) {
    return std::ranges::any_of(group,
                               [](const ReadyFile& ready) { return ready.sealed.has_value(); });
}

}  // namespace

std::vector<ReadyFile> KeepPipeline::next_group() {
    const auto group_bytes = std::clamp(bytes_to_come_ / 2, kLeastGroupBytes, kGroupBytes);
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !ready_.empty() || no_more_ || failed_; });
    wake_.wait_for(lock, kGroupTime, [&] {
        return ready_.size() >= kGroupFiles || ready_bytes_ >= group_bytes || no_more_ || failed_;
    });
    std::vector<ReadyFile> group;
    while (!ready_.empty() && group.size() < kGroupFiles) {
        ready_bytes_ -= ready_.front().stored_bytes();
        bytes_to_come_ -= std::min(bytes_to_come_, ready_.front().bytes);
        group.push_back(std::move(ready_.front()));
        ready_.pop_front();
    }
    wake_.notify_all();
    return group;
}

void KeepPipeline::commit_loop() {
    while (true) {
        auto group = next_group();
        if (!group.empty() && !failed_) {
            if (auto committed = commit_group(group); !committed)
                fail(std::move(committed).error());
        }
        if (failed_) discard(group);
        const std::lock_guard guard(mutex_);
        if (no_more_ && ready_.empty()) break;
    }
    const std::lock_guard guard(mutex_);
    committed_all_ = true;
    wake_.notify_all();
}

void KeepPipeline::discard(const std::vector<ReadyFile>& group) {
    for (const auto& ready : group)
        if (ready.sealed)
            static_cast<void>(
                library_->environment().files.remove_file(ready.sealed->temporary_path));
}

Result<> KeepPipeline::commit_group(std::vector<ReadyFile>& group) {
    TRY(sync_objects(group));
    if (options_.read_back) TRY(read_back(group));
    TRY(give_names(group));
    if (has_new_objects(group)) TRY(mark_unprotected(library_->staging()));
    TRY(write_journal(group));
    const std::lock_guard guard(mutex_);
    for (const auto& ready : group) {
        count_done(ready.source, ready.counted_bytes);
        ++(ready.kept_before ? report_.already : report_.kept);
        report_.bytes += ready.kept_before ? 0 : ready.bytes;
        report_.restored += ready.kept_before && ready.sealed ? 1U : 0U;
        if (ready.sealed)
            report_.just_kept.objects.push_back({ready.sealed->object, ready.sealed->object_bytes});
        tell_kept(ready.source, ready.item, ready.kept_before);
    }
    return {};
}

Result<> KeepPipeline::sync_objects(const std::vector<ReadyFile>& group) {
    if (sync_each_ || !has_new_objects(group)) return {};
    return library_->environment().files.sync_everything(library_->copy().path);
}

Result<> KeepPipeline::read_back(const std::vector<ReadyFile>& group) {
    std::mutex mutex;
    std::optional<Error> failure;
    for (const auto& ready : group) {
        if (!ready.sealed) continue;
        provers_.add([&, sealed = &*ready.sealed](archive::ObjectBuffers& buffers) {
            auto proved = prove_sealed(library_->environment().files, *sealed, buffers);
            const std::lock_guard guard(mutex);
            if (!proved && !failure) failure = std::move(proved).error();
        });
    }
    provers_.wait();
    if (failure) return std::move(*failure).with("what was written did not read back");
    return {};
}

Result<> KeepPipeline::give_names(std::vector<ReadyFile>& group) {
    Named named;
    auto given = rename_all(group, named);
    if (given) given = sync_names(named);
    if (!given) take_back(named);
    return given;
}

Result<> KeepPipeline::rename_all(const std::vector<ReadyFile>& group, Named& named) {
    auto& files = library_->environment().files;
    for (const auto& ready : group) {
        if (!ready.sealed) continue;
        const auto relative = archive::object_path(ready.sealed->object);
        const auto target = os::join_path(library_->copy().path, relative);
        const auto folder = os::parent_of(target);
        // Where all is synced as a whole, that holds for folders too, new or not.
        if (folders_made_.insert(folder).second) {
            TRY(archive::require_own_folders(files, library_->copy().path,
                                             os::parent_of(relative)));
            TRY(sync_each_ ? library_->staging().make_folder(os::parent_of(relative))
                           : os::make_directories_unsynced(files, folder, named.new_folders));
        }
        TRY(files.rename_exclusive(ready.sealed->temporary_path, target));
        named.objects.push_back(target);
        named.folders.insert(folder);
    }
    return {};
}

Result<> KeepPipeline::sync_names(const Named& named) {
    auto& files = library_->environment().files;
    if (named.folders.empty()) return {};
    if (!sync_each_) return files.sync_everything(library_->copy().path);
    for (const auto& folder : named.folders) TRY(files.sync_directory(folder));
    return {};
}

// A folder whose sync failed is taken for written, and is not: whoever keeps next would put objects
// into it that a crash takes along. No journal names this group's objects, so they go with it.
void KeepPipeline::take_back(const Named& named) {
    if (named.new_folders.empty()) return;
    auto& files = library_->environment().files;
    for (const auto& object : named.objects) static_cast<void>(files.remove_file(object));
    for (const auto& folder : named.new_folders | std::views::reverse)
        static_cast<void>(files.remove_directory(folder));
}

Result<> KeepPipeline::write_journal(std::vector<ReadyFile>& group) {
    auto& environment = library_->environment();
    std::vector<model::EntryBody> entries;
    const std::lock_guard guard(library_mutex_);
    for (auto& ready : group) {
        if (ready.sealed)
            entries.emplace_back(entry_of(*ready.sealed));
        else if (!named_.contains(ready.content))
            TRY(name_again(*library_, ready.content, entries));
        if (ready.kept_before) continue;
        model::Keep keep;
        environment.random.fill(keep.item.bytes);
        ready.item = keep.item;
        keep.kept = environment.clock.now();
        keep.kept.nanoseconds = 0;
        keep.root = ready.source.source->root;
        keep.files.push_back(
            {ready.content, ready.bytes, ready.source.name, ready.source.folder, ready.modified});
        entries.emplace_back(std::move(keep));
        if (options_.just_kept)
            entries.emplace_back(
                model::Set{model::Subject::of(ready.item), "just_kept", {}, "true"});
    }
    TRY(library_->commit(std::move(entries)));
    for (const auto& ready : group) {
        named_.insert(ready.content);
        if (ready.sealed) {
            claimed_.erase(ready.content);
            if (options_.read_back) remember_proved(ready.content);
        }
        if (const auto size = sizes_in_flight_.find(ready.bytes); size != sizes_in_flight_.end())
            sizes_in_flight_.erase(size);
    }
    return {};
}

}  // namespace keepsake::library
