#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "archive/object_file.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/age_keys.h"
#include "library/keep.h"
#include "library/library.h"
#include "library/source_walk.h"
#include "library/worker_pool.h"
#include "model/ids.h"
#include "os/file_system.h"

/// The two halves of keeping: workers read, hash, seal and write; one committer gathers what they
/// finished into groups and makes each group durable, proved and journaled before it counts.
///
/// The order of docs/write-ordering.md, "Keep": write under temporary names; sync; read back past
/// the cache; rename; sync the folders; journal; acknowledge.
namespace keepsake::library {

/// A file that was read whole and waits for its group.
struct ReadyFile {
    SourceFile source;
    Instant modified;
    model::ContentId content;
    std::uint64_t bytes = 0;
    std::uint64_t counted_bytes = 0;  ///< of them, those that the progress shows already
    std::optional<archive::SealedObject> sealed;  ///< none where the content is stored already
    model::ItemId item{};                         ///< what it is kept as; once it is journaled
    bool kept_before = false;  ///< its object here had gone or was damaged, and is made again

    /// What the committer has to read back.
    std::uint64_t stored_bytes() const { return sealed ? sealed->object_bytes : 0; }
};

/// What is told to the calling thread.
struct KeepEvent {
    std::string name;
    std::string why;
};

class KeepPipeline {
  public:
    /// `source_bytes`: of all that will be handed in, as far as is known.
    KeepPipeline(Library& library, const KeepOptions& options, bool sync_each,
                 std::uint64_t source_bytes);
    KeepPipeline(const KeepPipeline&) = delete;
    KeepPipeline& operator=(const KeepPipeline&) = delete;
    ~KeepPipeline();

    /// Hands in one file; waits while the workers are behind.
    void add(SourceFile file);
    /// No more files; returns when everything is acknowledged or given up. `while_waiting` is
    /// called some ten times a second.
    void finish(const std::function<void()>& while_waiting);

    /// Problems since the last call, in the order in which they came.
    std::vector<KeepEvent> take_events();
    std::optional<Error> failure();  ///< why no more can be kept
    /// Why nothing more is read, if a source went away; what was read before is kept all the same.
    std::optional<Error> lost_source();
    KeepReport report();  ///< as far as it has come
    std::uint64_t files_done() const { return files_done_; }
    std::uint64_t bytes_done() const { return bytes_done_; }

  private:
    // Worker side
    enum class Tried { queued, done, changed };
    void work(const SourceFile& file, archive::ObjectBuffers& buffers);
    Result<Tried> try_once(const SourceFile& file, archive::ObjectBuffers& buffers,
                           bool& source_failed);
    Result<Tried> try_open(const SourceFile& file, const os::ReadableFile& opened,
                           const os::FileInfo& before, archive::ObjectBuffers& buffers,
                           std::uint64_t& counted_bytes, bool& source_failed);
    Result<model::ContentId> hash_source(const os::ReadableFile& file,
                                         archive::ObjectBuffers& buffers);
    /// What one worker seals now, until it is destroyed: others wait that may have the same bytes,
    /// and then lean on it.
    class Sealing {
      public:
        explicit Sealing(KeepPipeline& pipeline) : pipeline_(&pipeline) {}
        Sealing(const Sealing&) = delete;
        Sealing& operator=(const Sealing&) = delete;
        ~Sealing();
        std::optional<std::uint64_t> size;  ///< of a file whose content is not known yet
        std::optional<model::ContentId> content;

      private:
        KeepPipeline* pipeline_;
    };
    /// Whether any content of this size is known, or may be by the time this one is sealed.
    bool size_is_known(std::uint64_t bytes, Sealing& sealing);
    /// Whether the bytes are stored, or are by now; else they are this worker's to seal.
    Result<bool> is_stored_by_now(const model::ContentId& content, std::uint64_t bytes,
                                  archive::ObjectBuffers& buffers, Sealing& sealing);
    Result<bool> is_stored(const model::ContentId& content, archive::ObjectBuffers& buffers);
    /// Hands it to the committer, unless it was kept before.
    Result<Tried> finished(ReadyFile ready);
    /// Requires: mutex_ is held.
    void tell_kept(const SourceFile& file, const model::ItemId& item, bool before);
    void count_done(const SourceFile& file, std::uint64_t counted_bytes);
    void source_failed(const SourceFile& file, const Error& error);
    void forget_size(std::uint64_t bytes);
    /// Requires: library_mutex_ is held.
    void remember_proved(const model::ContentId& content);
    void add_problem(const SourceFile& file, const std::string& why);
    void fail(Error error);
    bool must_stop() const;

    // Committer side
    void commit_loop();
    std::vector<ReadyFile> next_group();
    Result<> commit_group(std::vector<ReadyFile>& group);
    Result<> sync_objects(const std::vector<ReadyFile>& group);
    Result<> read_back(const std::vector<ReadyFile>& group);
    Result<> give_names(std::vector<ReadyFile>& group);
    struct Named {
        std::vector<std::string> objects;
        std::set<std::string> folders;
        std::vector<std::string> new_folders;  ///< whose own names no sync has reached
    };
    Result<> rename_all(const std::vector<ReadyFile>& group, Named& named);
    Result<> sync_names(const Named& named);
    void take_back(const Named& named);
    Result<> write_journal(std::vector<ReadyFile>& group);
    void discard(const std::vector<ReadyFile>& group);

    Library* library_;
    KeepOptions options_;
    bool sync_each_;
    std::vector<crypto::AgeIdentity> identities_;
    crypto::AgeRecipient recipient_;  // asked for once: a commit changes who says what it is
    std::stop_token stop_;

    std::mutex library_mutex_;                      // the library and its catalog, and what follows
    std::unordered_set<model::ContentId> claimed_;  // contents sealed and not yet journaled
    std::unordered_set<model::ContentId> proved_;   // stored ones that were read to the end
    std::unordered_set<model::ContentId> named_;    // whose objects this run's segments name
    std::multiset<std::uint64_t> sizes_in_flight_;
    std::unordered_set<std::uint64_t> sizes_being_sealed_;  // of contents that are not known yet
    std::unordered_set<model::ContentId> being_sealed_;
    std::condition_variable sealed_;

    std::mutex mutex_;  // what follows
    std::condition_variable wake_;
    std::deque<ReadyFile> ready_;
    std::uint64_t ready_bytes_ = 0;  // of their objects
    std::vector<KeepEvent> events_;
    std::optional<Error> failure_;
    std::optional<Error> lost_source_;
    KeepReport report_;
    bool no_more_ = false;
    bool committed_all_ = false;

    std::set<std::string> folders_made_;  // the committer's own, as what follows
    std::uint64_t bytes_to_come_;         // of the sources, in no group yet
    std::atomic<std::uint64_t> files_done_ = 0;
    std::atomic<std::uint64_t> bytes_done_ = 0;
    std::atomic<bool> failed_ = false;
    std::atomic<bool> lost_ = false;
    WorkerPool sealers_;
    WorkerPool provers_;  // by themselves, so that the disk reads and writes at once
    std::thread committer_;
};

}  // namespace keepsake::library
