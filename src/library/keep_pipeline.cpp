#include "library/keep_pipeline.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "library/keep.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/source_walk.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr int kAttempts = 3;  // at a file that changes while it is read
constexpr std::size_t kQueuedFiles = 64;
constexpr std::size_t kMostProved = 100'000;
constexpr std::size_t kMostReady = 1000;  // two groups
constexpr auto kProgressTime = std::chrono::milliseconds(100);

bool same_file(const os::FileInfo& before, const os::FileInfo& after) {
    return before.size_bytes == after.size_bytes && before.modified == after.modified &&
           before.changed == after.changed;
}

// How long a file's times may stay the same although it changes. FAT and old file systems count
// whole seconds, FAT two of them; others count the system's ticks.
std::int64_t coarseness_ns(Instant changed) {
    return changed.nanoseconds == 0 ? 2'000'000'000 : 20'000'000;
}

// So long to wait until a further change of the file is sure to show in its times.
std::chrono::nanoseconds still_blind(Instant changed, Instant now) {
    const auto seconds = now.seconds - changed.seconds;
    if (seconds < 0 || seconds > 3) return std::chrono::nanoseconds(0);
    const auto age = seconds * 1'000'000'000 + static_cast<std::int64_t>(now.nanoseconds) -
                     static_cast<std::int64_t>(changed.nanoseconds);
    const auto left = age < 0 ? 0 : coarseness_ns(changed) - age;
    return std::chrono::nanoseconds(std::max<std::int64_t>(left, 0));
}

}  // namespace

KeepPipeline::KeepPipeline(Library& library, const KeepOptions& options, bool sync_each,
                           std::uint64_t source_bytes)
    : library_(&library),
      options_(options),
      sync_each_(sync_each),
      identities_(library.identity().identities()),
      recipient_(library.recipient()),
      stop_(library.environment().stop),
      bytes_to_come_(source_bytes),
      // One more of each than there are cores, as one waits for the disk.
      sealers_(library.environment().threads + 1, kQueuedFiles),
      provers_(library.environment().threads + 1, kQueuedFiles),
      committer_([this] { commit_loop(); }) {}

KeepPipeline::~KeepPipeline() {
    finish([] {});
}

void KeepPipeline::add(SourceFile file) {
    {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return ready_.size() < kMostReady || failed_; });
    }
    sealers_.add(
        [this, file = std::move(file)](archive::ObjectBuffers& buffers) { work(file, buffers); });
}

void KeepPipeline::finish(const std::function<void()>& while_waiting) {
    if (!committer_.joinable()) return;
    // The workers' last files reach the committer before it is told that there are no more.
    std::thread closer([this] {
        sealers_.wait();
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

std::optional<Error> KeepPipeline::lost_source() {
    const std::lock_guard guard(mutex_);
    return lost_source_;
}

KeepReport KeepPipeline::report() {
    const std::lock_guard guard(mutex_);
    return report_;
}

bool KeepPipeline::must_stop() const { return failed_ || lost_ || stop_.stop_requested(); }

void KeepPipeline::fail(Error error) {
    const std::lock_guard guard(mutex_);
    if (!failure_) failure_ = std::move(error);
    failed_ = true;
    wake_.notify_all();
}

// The size that was told beforehand is what counts in the end, whatever was read meanwhile.
void KeepPipeline::tell_kept(const SourceFile& file, const model::ItemId& item, bool before) {
    if (options_.on_kept) options_.on_kept({file.path, item, before});
}

void KeepPipeline::count_done(const SourceFile& file, std::uint64_t counted_bytes) {
    files_done_ += 1;
    bytes_done_ += file.bytes - counted_bytes;  // modulo 2^64, where the file has grown
}

void KeepPipeline::add_problem(const SourceFile& file, const std::string& why) {
    count_done(file, 0);
    const std::lock_guard guard(mutex_);
    ++report_.problems;
    events_.push_back({file.shown, why});
}

KeepPipeline::Sealing::~Sealing() {
    if (!size && !content) return;
    const std::lock_guard guard(pipeline_->library_mutex_);
    if (size) pipeline_->sizes_being_sealed_.erase(*size);
    if (content) pipeline_->being_sealed_.erase(*content);
    pipeline_->sealed_.notify_all();
}

bool KeepPipeline::size_is_known(std::uint64_t bytes, Sealing& sealing) {
    const std::lock_guard guard(library_mutex_);
    const bool in_flight = sizes_in_flight_.contains(bytes);
    sizes_in_flight_.insert(bytes);
    if (in_flight) return true;
    const auto known = library_->catalog().any_content_of_size(bytes);
    if (known.value_or(true)) return true;
    sealing.size = bytes;
    sizes_being_sealed_.insert(bytes);
    return false;
}

// The same bytes from several places are sealed once, also where the disk has room for no more.
// Nobody waits who is sealing, so this ends.
Result<bool> KeepPipeline::is_stored_by_now(const model::ContentId& content, std::uint64_t bytes,
                                            archive::ObjectBuffers& buffers, Sealing& sealing) {
    while (true) {
        TRY_LET(const bool stored, is_stored(content, buffers));
        if (stored) return true;
        std::unique_lock lock(library_mutex_);
        if (claimed_.contains(content)) return true;
        const auto others = [&] {
            return being_sealed_.contains(content) || sizes_being_sealed_.contains(bytes);
        };
        if (!others()) {
            sealing.content = content;
            being_sealed_.insert(content);
            return false;
        }
        sealed_.wait(lock, [&] { return !others(); });
    }
}

void KeepPipeline::forget_size(std::uint64_t bytes) {
    const std::lock_guard guard(library_mutex_);
    if (const auto size = sizes_in_flight_.find(bytes); size != sizes_in_flight_.end())
        sizes_in_flight_.erase(size);
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
    remember_proved(content);
    return true;
}

void KeepPipeline::remember_proved(const model::ContentId& content) {
    if (proved_.size() >= kMostProved) {
        proved_.clear();
        named_.clear();
    }
    proved_.insert(content);
}

Result<model::ContentId> KeepPipeline::hash_source(const os::ReadableFile& file,
                                                   archive::ObjectBuffers& buffers) {
    TRY_LET(const auto hash, archive::hash_file(file, buffers.plain(0), stop_));
    return model::ContentId{hash.bytes};
}

void KeepPipeline::work(const SourceFile& file, archive::ObjectBuffers& buffers) {
    for (int attempt = 1; !must_stop(); ++attempt) {
        bool of_source = false;
        auto tried = try_once(file, buffers, of_source);
        if (tried && *tried != Tried::changed) return;
        if (!tried && tried.error().code() == ErrorCode::cancelled) return;
        if (!tried && !of_source) return fail(std::move(tried).error());
        if (!tried && tried.error().code() != ErrorCode::changed)
            return source_failed(file, tried.error());
        if (attempt == kAttempts)
            return add_problem(file, reason_of(Error(ErrorCode::changed, "")));
    }
}

void KeepPipeline::source_failed(const SourceFile& file, const Error& error) {
    if (error.code() == ErrorCode::permission ||
        is_there(library_->environment().files, *file.source))
        return add_problem(file, reason_of(error));
    const std::lock_guard guard(mutex_);
    if (!lost_source_) lost_source_ = gone(*file.source);
    lost_ = true;
    wake_.notify_all();
}

// What was counted of a file, in bytes and in sizes, counts no longer unless it was queued.
Result<KeepPipeline::Tried> KeepPipeline::try_once(const SourceFile& source,
                                                   archive::ObjectBuffers& buffers,
                                                   bool& source_failed) {
    source_failed = true;
    TRY_LET(const auto file, library_->environment().files.open(source.path));
    TRY_LET(auto before, file->info());
    // Written to a moment ago: a change while it is read might not show.
    const auto& clock = library_->environment().clock;
    if (const auto blind = still_blind(before.changed, clock.now()); blind.count() > 0) {
        std::this_thread::sleep_for(blind);
        TRY_LET(before, file->info());
        if (still_blind(before.changed, clock.now()).count() > 0) return Tried::changed;
    }
    std::uint64_t counted_bytes = 0;
    auto tried = try_open(source, *file, before, buffers, counted_bytes, source_failed);
    if (tried && *tried == Tried::queued) return tried;
    forget_size(before.size_bytes);
    if (!tried || *tried == Tried::changed) bytes_done_ -= counted_bytes;
    return tried;
}

Result<KeepPipeline::Tried> KeepPipeline::try_open(
    const SourceFile& source, const os::ReadableFile& file, const os::FileInfo& before,
    archive::ObjectBuffers& buffers, std::uint64_t& counted_bytes, bool& source_failed) {
    auto& environment = library_->environment();
    ReadyFile ready{source, before.modified, {}, before.size_bytes, 0, {}};
    bool stored = false;
    Sealing sealing(*this);
    if (size_is_known(before.size_bytes, sealing)) {
        TRY_LET(ready.content, hash_source(file, buffers));
        source_failed = false;
        TRY_LET(stored, is_stored_by_now(ready.content, before.size_bytes, buffers, sealing));
    }
    if (!stored) {
        source_failed = false;
        TRY_LET(const auto temporary, library_->staging().new_path());
        const crypto::ReadAt read = [&](std::uint64_t offset, MutableBytes out) {
            auto got = file.read_at(offset, out);
            source_failed = !got || *got < out.size();
            counted_bytes += got.value_or(0);
            bytes_done_ += got.value_or(0);
            return got;
        };
        auto sealed =
            archive::seal_object(environment.files, temporary, read, before.size_bytes, recipient_,
                                 environment.random, buffers, sync_each_, stop_);
        if (!sealed) return std::move(sealed).error();
        ready.content = sealed->content;
        ready.sealed = std::move(*sealed);
    }
    source_failed = true;
    const auto after = file.info();
    if (!after || !same_file(before, *after)) {
        if (ready.sealed)
            static_cast<void>(environment.files.remove_file(ready.sealed->temporary_path));
        return after ? Result<Tried>(Tried::changed) : after.error();
    }
    source_failed = false;
    ready.counted_bytes = counted_bytes;
    return finished(std::move(ready));
}

Result<KeepPipeline::Tried> KeepPipeline::finished(ReadyFile ready) {
    auto& files = library_->environment().files;
    std::unique_lock library_lock(library_mutex_);
    if (ready.sealed && (claimed_.contains(ready.content) || proved_.contains(ready.content))) {
        // Another worker sealed the same bytes meanwhile.
        static_cast<void>(files.remove_file(ready.sealed->temporary_path));
        ready.sealed.reset();
    }
    const auto& source = ready.source;
    const auto kept = library_->catalog().find_kept(source.source->root, source.folder, source.name,
                                                    ready.content, ready.modified);
    if (!kept) {
        if (ready.sealed) static_cast<void>(files.remove_file(ready.sealed->temporary_path));
        return kept.error();
    }
    if (*kept && !ready.sealed) {
        library_lock.unlock();
        count_done(source, ready.counted_bytes);
        const std::lock_guard guard(mutex_);
        ++report_.already;
        tell_kept(source, **kept, true);
        return Tried::done;
    }
    ready.kept_before = kept->has_value();
    if (*kept) ready.item = **kept;
    if (ready.sealed) claimed_.insert(ready.content);
    // Queued before the claim can be seen: whoever leans on it comes after it.
    const std::lock_guard guard(mutex_);
    ready_bytes_ += ready.stored_bytes();
    ready_.push_back(std::move(ready));
    wake_.notify_all();
    return Tried::queued;
}

}  // namespace keepsake::library
