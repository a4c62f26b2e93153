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
    std::optional<archive::SealedObject> sealed;  ///< none where the content is stored already
    bool is_kept_already = false;                 ///< only its object is new
    bool item_stands = false;  ///< kept before; its object had gone, and is made again
};

/// What is told to the calling thread.
struct KeepEvent {
    std::string name;
    std::string why;
};

class KeepPipeline {
  public:
    KeepPipeline(Library& library, const KeepOptions& options, bool sync_each);
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
    KeepReport report();             ///< as far as it has come
    std::uint64_t files_done() const { return files_done_; }
    std::uint64_t bytes_done() const { return bytes_done_; }

  private:
    // Worker side
    void work(const SourceFile& file, archive::ObjectBuffers& buffers);
    Result<bool> try_once(const SourceFile& file, archive::ObjectBuffers& buffers,
                          bool& source_failed);
    Result<model::ContentId> hash_source(const os::ReadableFile& file,
                                         archive::ObjectBuffers& buffers);
    bool size_is_known(std::uint64_t bytes);
    Result<bool> is_stored(const model::ContentId& content, archive::ObjectBuffers& buffers);
    void finished(ReadyFile ready);
    void count_done(const SourceFile& file);
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
    Result<> write_journal(const std::vector<ReadyFile>& group);
    void discard(const std::vector<ReadyFile>& group);

    Library* library_;
    KeepOptions options_;
    bool sync_each_;
    std::vector<crypto::AgeIdentity> identities_;
    std::stop_token stop_;

    std::mutex library_mutex_;                      // the library and its catalog, and what follows
    std::unordered_set<model::ContentId> claimed_;  // contents sealed and not yet journaled
    std::unordered_set<model::ContentId> proved_;   // stored ones that were read to the end
    std::multiset<std::uint64_t> sizes_in_flight_;

    std::mutex mutex_;  // what follows
    std::condition_variable wake_;
    std::deque<ReadyFile> ready_;
    std::vector<KeepEvent> events_;
    std::optional<Error> failure_;
    KeepReport report_;
    bool no_more_ = false;
    bool committed_all_ = false;

    std::set<std::string> folders_made_;  // the committer's own
    std::atomic<std::uint64_t> files_done_ = 0;
    std::atomic<std::uint64_t> bytes_done_ = 0;
    std::atomic<bool> failed_ = false;
    WorkerPool pool_;
    std::thread committer_;
};

}  // namespace keepsake::library
