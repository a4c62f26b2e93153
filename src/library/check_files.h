#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/object_file.h"
#include "base/result.h"
#include "library/check.h"
#include "library/check_names.h"
#include "library/environment.h"
#include "library/worker_pool.h"
#include "model/ids.h"
#include "os/file_system.h"

/// What both checks share: reading files with all cores, gathering what was found.
namespace keepsake::library {

/// An original or a recovery set that repairing may heal: held back until that was tried.
struct Hurt {
    std::vector<model::ObjectId> objects;  ///< any one of which makes it whole
    std::optional<model::FileHash> set;    ///< a recovery set instead
    bool is_missing = false;
    std::string name;
    std::string why;
};

class FileChecker {
  public:
    FileChecker(const Environment& environment, std::string archive_path, Listener& listener);

    /// Every file of keys, journal, previews, parity and their mirrors: place and hash against
    /// name, archive against mirror; and whether the plain files are there. `without_key`: the
    /// plain files against their mirror, too, as that is all there is to be known of them without a
    /// way in. Errors: those of listing; cancelled.
    Result<> check_names(bool without_key);
    /// Objects by path: place and hash against name.
    void check_objects(const std::vector<std::string>& paths);
    /// Objects that recovery sets are over and that are not here. Errors: those of listing.
    Result<> check_members();
    /// After check_names: what the journal's names leave out. With a way in, the journal itself
    /// tells more.
    void check_numbers();
    /// After check_names: plain files that are not the same in the mirror.
    const std::vector<std::string>& differing() const { return differing_; }
    /// Runs a job on the pool; what it finds it tells by damaged() and missing().
    void add(WorkerPool::Job job);
    void count_file(std::uint64_t bytes);
    void count_original() { ++originals_; }
    /// For files that are being read, and not counted yet.
    std::atomic<std::uint64_t>& bytes_under_way() { return bytes_under_way_; }
    void damaged(const std::string& name, const std::string& why);
    void missing(const std::string& name, const std::string& why);
    void stranger(const std::string& name, const std::string& why);
    /// still_hurt(), or held back.
    void hurt(Hurt hurt);
    /// damaged() or missing().
    void still_hurt(const Hurt& hurt);
    /// From now on what is hurt is held back, for repairing.
    void hold_back_hurt() { holds_back_ = true; }
    std::vector<Hurt> take_hurt();
    void healed(const std::string& name, const std::string& from);
    /// Waits for the pool.
    void wait();
    /// Whether a file was named as damaged or missing. After wait().
    bool has_told(const std::string& name) const { return told_.contains(name); }
    /// Waits for the pool and gives what was found.
    CheckReport finish();
    void set_totals(std::uint64_t files, std::uint64_t bytes);
    /// The object files that stand in objects/, by path; strangers are told.
    Result<std::vector<std::string>> list_objects();

  private:
    enum class Kind { damaged, missing, stranger, healed };
    struct Event {
        Kind kind;
        std::string name;
        std::string why;
    };
    Result<> check_folder(const std::string& relative, int depth);
    void check_file(const std::string& relative);
    std::optional<std::string> why_not_whole(const std::string& relative,
                                             const model::FileHash& hash,
                                             archive::ObjectBuffers& buffers, std::uint64_t& bytes);
    bool is_in_place(const std::string& relative, const std::string& place);
    Result<std::set<std::string>> list_mirrored(std::string_view base);
    Result<> check_plain_files();
    Result<> check_top();
    /// What stands in the archive and in its mirror must be the same files.
    Result<> check_mirror();
    void tell();

    const Environment* environment_;
    std::string archive_path_;
    Listener* listener_;
    std::uint64_t total_files_ = 0;
    std::uint64_t total_bytes_ = 0;
    std::atomic<std::uint64_t> files_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<std::uint64_t> bytes_under_way_ = 0;
    std::atomic<std::uint64_t> originals_ = 0;
    std::mutex mutex_;
    std::vector<Event> events_;
    std::vector<Hurt> hurt_;
    std::vector<model::ObjectId> told_hurt_;  ///< that were told
    bool holds_back_ = false;
    std::vector<std::string> differing_;
    JournalNames journal_names_;
    std::set<std::string> told_;
    CheckReport report_;
    WorkerPool pool_;
};

}  // namespace keepsake::library
