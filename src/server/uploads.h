#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/age_keys.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/growing_file.h"
#include "server/answers.h"

/// Files on their way from a browser into the archive.
namespace keepsake::server {

enum class UploadState : std::uint8_t { arriving, waiting, kept, already, failed };
std::string_view name_of(UploadState state);

struct Upload {
    std::string id;    ///< 32 hexadecimal digits
    std::string keep;  ///< what it was given with
    std::string name;
    std::string folder;  ///< "Fotos/2020"; "" for none
    std::uint64_t bytes = 0;
    Instant modified;
    std::uint64_t offset = 0;  ///< so much has arrived
    UploadState state = UploadState::arriving;
    std::string why;  ///< of what failed, or waits for something
    /// It waits for room: so much is free on the archive's disk.
    std::optional<std::uint64_t> free;
    std::optional<model::ItemId> item;
    std::optional<model::PersonId> person;  ///< who was here and gave it
    Instant touched;                        ///< when something last became of it
};

/// What has arrived, in `<state>/<archive id>/arriving/`: outside of the archive, mode 0700. Bytes
/// lie there as they came, until they are kept; what is known of each file is sealed for the
/// archive's keys. Both outlast this program. Thread safety: all calls from any thread.
class Uploads {
  public:
    static constexpr std::size_t kMostUploads = 100'000;
    static constexpr std::int64_t kRememberedSeconds = 30 * kSecondsPerDay;
    /// Of what never arrived whole: its bytes lie there in the clear.
    static constexpr std::int64_t kArrivingSeconds = 3 * kSecondsPerDay;

    /// Takes up what an earlier run left. What is damaged is passed over.
    /// Requires: no other of the same folder is used any more.
    static Result<std::unique_ptr<Uploads>> open(library::Library& library);
    /// Where those of this archive lie.
    static std::string folder_of(const library::Library& library);
    Uploads(const Uploads&) = delete;
    Uploads& operator=(const Uploads&) = delete;

    /// Called now and then: forgets what is old.
    void tend();
    std::string begin_keep();
    bool has_keep(const std::string& keep);
    /// `described`: keep, name, folder, bytes, modified, person. Errors: not_found (no such keep);
    /// limit; no_space. On failure nothing stays.
    Result<Upload> create(Upload described);
    /// So many bytes may still come; some are left free on this computer.
    Result<std::uint64_t> room();
    std::optional<Upload> find(std::string_view id);

    /// Bytes for one upload, by one client at a time.
    class Writer {
      public:
        Writer(Uploads& uploads, std::string id, os::GrowingFile file, std::uint64_t offset)
            : uploads_(&uploads), id_(std::move(id)), file_(std::move(file)), offset_(offset) {}
        Writer(const Writer&) = delete;
        Writer& operator=(const Writer&) = delete;
        ~Writer();
        Result<> append(ByteView bytes);
        /// What was appended stands; gives how much has arrived in all.
        Result<std::uint64_t> commit();
        /// Forgets what was appended.
        Result<> undo();
        /// So much could have come of it in all.
        Result<std::uint64_t> room();

      private:
        Uploads* uploads_;
        std::string id_;
        os::GrowingFile file_;
        std::uint64_t offset_;
        std::uint64_t added_ = 0;
    };
    /// Errors: not_found; changed: the offset is another one, or another client writes.
    Result<std::unique_ptr<Writer>> write(const std::string& id, std::uint64_t offset);
    /// Errors: not_found; exists once it has arrived.
    Result<> remove(const std::string& id);

    struct Report {
        std::map<UploadState, std::uint64_t> counts;
        std::uint64_t bytes = 0;  ///< of what was kept
        std::vector<Upload> files;
    };
    Report report(const std::string& keep, std::size_t first, std::size_t count);

    /// Those that wait, at most so many: the first come first, those that lack room last.
    std::vector<Upload> waiting(std::size_t most);
    bool is_any_waiting();
    /// What became of it; its bytes go once it is kept. Gives it as it is now.
    Upload settle(const std::string& id, UploadState state, const std::string& why,
                  const std::optional<model::ItemId>& item);
    /// It goes on waiting, until the archive's disk has more free than this. Not noted: the next
    /// run finds out for itself.
    void lacks_room(const std::string& id, std::uint64_t free);
    /// Where an upload lies while it is being kept: the same place for the same file each time, as
    /// that is how it is known again.
    std::string keeping_path(const Upload& upload) const;
    static constexpr std::string_view kKeepingFolder = "now";
    /// Where the bytes of an upload lie.
    std::string bytes_path(const std::string& id) const;
    const std::string& folder() const { return folder_; }
    /// Waits until something waits, `wake` was called, or so long.
    void wait_for_work(std::chrono::milliseconds most);
    void wake();

  private:
    Uploads(const library::Environment& environment, std::string folder,
            const crypto::AgeRecipient& recipient, std::vector<crypto::AgeIdentity> identities);
    Result<> take_up();
    void take_up_one(const std::string& file_name);
    Result<> note(const Upload& upload);
    /// Its bytes, ending there. Errors: changed: there are fewer.
    Result<os::GrowingFile> open_at(const std::string& id, std::uint64_t offset);
    std::string note_path(const std::string& id) const;
    void forget_old();
    /// Makes room: some of those that came first and of which nothing is to be done.
    void forget_settled();
    void forget(const std::string& id);

    library::Environment environment_;  // of its own: a library goes when the house is locked
    std::string folder_;
    crypto::AgeRecipient recipient_;
    std::vector<crypto::AgeIdentity> identities_;  ///< none once it is open
    std::mutex mutex_;
    std::condition_variable work_;
    bool woken_ = false;
    std::int64_t tended_ = 0;
    std::map<std::string, Upload, std::less<>> uploads_;
    std::vector<std::string> order_;  ///< ids as they came
    std::set<std::string> keeps_;
    std::map<std::string, std::size_t> forgotten_;  ///< of each keep, to make room
    std::set<std::string> being_written_;
};

}  // namespace keepsake::server
