#include "library/keep_pipeline.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "library/keep.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/seal_proof.h"
#include "library/source_walk.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr int kAttempts = 3;  // at a file that changes while it is read
constexpr std::size_t kQueuedFiles = 64;
constexpr std::size_t kMostProved = 100'000;
constexpr std::size_t kGroupFiles = 500;  // two entries a file: a segment of 1,000
constexpr std::size_t kMostReady = 2 * kGroupFiles;
constexpr auto kGroupTime = std::chrono::seconds(1);
constexpr auto kProgressTime = std::chrono::milliseconds(100);

bool same_file(const os::FileInfo& before, const os::FileInfo& after) {
    return before.size_bytes == after.size_bytes && before.modified == after.modified &&
           before.changed == after.changed;
}

}  // namespace

KeepPipeline::KeepPipeline(Library& library, const KeepOptions& options, bool sync_each)
    : library_(&library),
      options_(options),
      sync_each_(sync_each),
      identities_(library.identity().identities()),
      stop_(library.environment().stop),
      // One more, as one waits for the disk while it reads back.
      pool_(library.environment().threads + 1, kQueuedFiles),
      committer_([this] { commit_loop(); }) {}

KeepPipeline::~KeepPipeline() {
    finish([] {});
}

void KeepPipeline::add(SourceFile file) {
    {
        // Here and not where files become ready: the workers must stay free to read back.
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return ready_.size() < kMostReady || failed_; });
    }
    pool_.add(
        [this, file = std::move(file)](archive::ObjectBuffers& buffers) { work(file, buffers); });
}

void KeepPipeline::finish(const std::function<void()>& while_waiting) {
    if (!committer_.joinable()) return;
    // The workers' last files reach the committer before it is told that there are no more.
    std::thread closer([this] {
        pool_.wait();
        const std::lock_guard guard(mutex_);
        no_more_ = true;
        wake_.notify_all();
    });
    for (bool done = false; !done;) {
        {
            std::unique_lock lock(mutex_);
            done = wake_.wait_for(lock, kProgressTime, [&] { return committed_all_; });
        }
        while_waiting();
    }
    closer.join();
    committer_.join();
}

std::vector<KeepEvent> KeepPipeline::take_events() {
    const std::lock_guard guard(mutex_);
    return std::exchange(events_, {});
}

std::optional<Error> KeepPipeline::failure() {
    const std::lock_guard guard(mutex_);
    return failure_;
}

KeepReport KeepPipeline::report() {
    const std::lock_guard guard(mutex_);
    return report_;
}

// ---- the workers ----

bool KeepPipeline::must_stop() const { return failed_ || stop_.stop_requested(); }

void KeepPipeline::fail(Error error) {
    const std::lock_guard guard(mutex_);
    if (!failure_) failure_ = std::move(error);
    failed_ = true;
    wake_.notify_all();
}

void KeepPipeline::count_done(const SourceFile& file) {
    files_done_ += 1;
    bytes_done_ += file.bytes;
}

void KeepPipeline::add_problem(const SourceFile& file, const std::string& why) {
    count_done(file);
    const std::lock_guard guard(mutex_);
    ++report_.problems;
    events_.push_back({file.path, why});
}

bool KeepPipeline::size_is_known(std::uint64_t bytes) {
    const std::lock_guard guard(library_mutex_);
    const bool in_flight = sizes_in_flight_.contains(bytes);
    sizes_in_flight_.insert(bytes);
    if (in_flight) return true;
    const auto known = library_->catalog().any_content_of_size(bytes);
    return known.value_or(true);
}

// Whether the bytes stand in this copy, by something that was not let go: nobody leans on what is
// about to go.
Result<bool> KeepPipeline::is_stored(const model::ContentId& content,
                                     archive::ObjectBuffers& buffers) {
    std::optional<catalog::ContentRecord> record;
    {
        const std::lock_guard guard(library_mutex_);
        if (claimed_.contains(content) || proved_.contains(content)) return true;
        TRY_LET(const bool live, library_->catalog().is_live(content));
        if (!live) return false;
        TRY_LET(record, library_->catalog().content(content));
    }
    if (!record) return false;
    // Read to the end before anything leans on it: the good bytes are at hand now, perhaps for the
    // last time.
    TRY_LET(const bool whole, is_whole(library_->environment().files, library_->copy().path,
                                       identities_, *record, buffers, stop_));
    if (!whole) return false;
    const std::lock_guard guard(library_mutex_);
    if (proved_.size() >= kMostProved) proved_.clear();
    proved_.insert(content);
    return true;
}

Result<model::ContentId> KeepPipeline::hash_source(const os::ReadableFile& file,
                                                   archive::ObjectBuffers& buffers) {
    TRY_LET(const auto hash, archive::hash_file(file, buffers.plain(0), stop_));
    return model::ContentId{hash.bytes};
}

void KeepPipeline::work(const SourceFile& file, archive::ObjectBuffers& buffers) {
    for (int attempt = 1; !must_stop(); ++attempt) {
        bool source_failed = false;
        auto done = try_once(file, buffers, source_failed);
        if (done && *done) return;
        if (!done && done.error().code() == ErrorCode::cancelled) return;
        if (!done && !source_failed) return fail(std::move(done).error());
        if (!done && done.error().code() != ErrorCode::changed)
            return add_problem(file, done.error().message());
        if (attempt == kAttempts) return add_problem(file, "it kept changing while it was read");
    }
}

// True when the file was dealt with, false if it changed while it was read.
Result<bool> KeepPipeline::try_once(const SourceFile& source, archive::ObjectBuffers& buffers,
                                    bool& source_failed) {
    auto& environment = library_->environment();
    source_failed = true;
    TRY_LET(const auto file, environment.files.open(source.path));
    TRY_LET(const auto before, file->info());
    ReadyFile ready{source, before.modified, {}, before.size_bytes, {}};
    bool stored = false;
    if (size_is_known(before.size_bytes)) {
        TRY_LET(ready.content, hash_source(*file, buffers));
        source_failed = false;
        TRY_LET(stored, is_stored(ready.content, buffers));
    }
    if (!stored) {
        source_failed = false;
        TRY_LET(const auto temporary, library_->staging().new_path());
        const crypto::ReadAt read = [&](std::uint64_t offset, MutableBytes out) {
            auto got = file->read_at(offset, out);
            source_failed = !got || *got < out.size();
            return got;
        };
        auto sealed = archive::seal_object(environment.files, temporary, read, before.size_bytes,
                                           library_->recipient(), environment.random, buffers,
                                           sync_each_, stop_);
        if (!sealed) return std::move(sealed).error();
        ready.content = sealed->content;
        ready.sealed = std::move(*sealed);
    }
    source_failed = true;
    TRY_LET(const auto after, file->info());
    if (!same_file(before, after)) {
        if (ready.sealed)
            static_cast<void>(environment.files.remove_file(ready.sealed->temporary_path));
        return false;
    }
    finished(std::move(ready));
    return true;
}

void KeepPipeline::finished(ReadyFile ready) {
    auto& files = library_->environment().files;
    std::unique_lock library_lock(library_mutex_);
    if (ready.sealed && claimed_.contains(ready.content)) {
        // Another worker sealed the same bytes meanwhile.
        static_cast<void>(files.remove_file(ready.sealed->temporary_path));
        ready.sealed.reset();
    }
    const auto& source = ready.source;
    const auto kept = library_->catalog().find_kept(source.root, source.folder, source.name,
                                                    ready.content, ready.modified);
    if (!kept) {
        library_lock.unlock();
        return fail(kept.error());
    }
    if (*kept && !ready.sealed) {
        library_lock.unlock();
        count_done(source);
        const std::lock_guard guard(mutex_);
        ++report_.already;
        return;
    }
    ready.item_stands = kept->has_value();
    // Kept before, and its object here was damaged: the new one takes its place, the item stays as
    // it is.
    ready.is_kept_already = kept->has_value();
    if (ready.sealed) claimed_.insert(ready.content);
    // Queued before the claim can be seen: whoever leans on it comes after it.
    const std::lock_guard guard(mutex_);
    ready_.push_back(std::move(ready));
    wake_.notify_all();
}

// ---- the committer ----

std::vector<ReadyFile> KeepPipeline::next_group() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !ready_.empty() || no_more_ || failed_; });
    wake_.wait_for(lock, kGroupTime,
                   [&] { return ready_.size() >= kGroupFiles || no_more_ || failed_; });
    std::vector<ReadyFile> group;
    while (!ready_.empty() && group.size() < kGroupFiles) {
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
    TRY(write_journal(group));
    const std::lock_guard guard(mutex_);
    for (const auto& ready : group) {
        count_done(ready.source);
        ++(ready.item_stands ? report_.already : report_.kept);
        report_.bytes += ready.item_stands ? 0 : ready.bytes;
    }
    return {};
}

Result<> KeepPipeline::sync_objects(const std::vector<ReadyFile>& group) {
    const bool any =
        std::ranges::any_of(group, [](const ReadyFile& ready) { return ready.sealed.has_value(); });
    if (sync_each_ || !any) return {};
    return library_->environment().files.sync_everything(library_->copy().path);
}

Result<> KeepPipeline::read_back(const std::vector<ReadyFile>& group) {
    struct Waiting {
        std::mutex mutex;
        std::condition_variable wake;
        std::size_t left = 0;
        std::optional<Error> failure;
    } waiting;
    for (const auto& ready : group) waiting.left += ready.sealed ? 1U : 0U;
    for (const auto& ready : group) {
        if (!ready.sealed) continue;
        pool_.add_urgent(
            [this, &waiting, sealed = &*ready.sealed](archive::ObjectBuffers& buffers) {
                auto proved = prove_sealed(library_->environment().files, *sealed, buffers);
                const std::lock_guard guard(waiting.mutex);
                if (!proved && !waiting.failure) waiting.failure = std::move(proved).error();
                if (--waiting.left == 0) waiting.wake.notify_all();
            });
    }
    std::unique_lock lock(waiting.mutex);
    waiting.wake.wait(lock, [&] { return waiting.left == 0; });
    if (waiting.failure)
        return std::move(*waiting.failure).with("what was written did not read back");
    return {};
}

Result<> KeepPipeline::give_names(std::vector<ReadyFile>& group) {
    auto& files = library_->environment().files;
    std::set<std::string> touched;
    for (auto& ready : group) {
        if (!ready.sealed) continue;
        const auto relative = archive::object_path(ready.sealed->object);
        const auto target = os::join_path(library_->copy().path, relative);
        const auto folder = os::parent_of(target);
        // Where all is synced as a whole, that holds for folders that stood there, too.
        if (folders_made_.insert(folder).second) {
            TRY(archive::require_own_folders(files, library_->copy().path,
                                             os::parent_of(relative)));
            TRY(sync_each_ ? library_->staging().make_folder(os::parent_of(relative))
                           : os::make_directories(files, folder, false));
        }
        TRY(files.rename_exclusive(ready.sealed->temporary_path, target));
        touched.insert(folder);
    }
    if (touched.empty()) return {};
    if (!sync_each_) return files.sync_everything(library_->copy().path);
    for (const auto& folder : touched) TRY(files.sync_directory(folder));
    return {};
}

Result<> KeepPipeline::write_journal(const std::vector<ReadyFile>& group) {
    auto& environment = library_->environment();
    std::vector<model::EntryBody> entries;
    for (const auto& ready : group) {
        if (ready.sealed) entries.emplace_back(entry_of(*ready.sealed));
        if (ready.item_stands) continue;
        if (ready.is_kept_already) continue;
        model::Keep keep;
        environment.random.fill(keep.item.bytes);
        keep.kept = environment.clock.now();
        keep.kept.nanoseconds = 0;
        keep.root = ready.source.root;
        keep.files.push_back(
            {ready.content, ready.bytes, ready.source.name, ready.source.folder, ready.modified});
        entries.emplace_back(std::move(keep));
    }
    const std::lock_guard guard(library_mutex_);
    TRY(library_->commit(std::move(entries)));
    for (const auto& ready : group) {
        if (ready.sealed) claimed_.erase(ready.content);
        if (const auto size = sizes_in_flight_.find(ready.bytes); size != sizes_in_flight_.end())
            sizes_in_flight_.erase(size);
    }
    return {};
}

}  // namespace keepsake::library
