#include "library/get.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/sha256.h"
#include "library/bytes_under_way.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/worker_pool.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "os/held_folder.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kQueuedFiles = 64;
constexpr std::uint64_t kWritebackBytes = 8UL << 20U;
constexpr std::size_t kLongestNameBytes = 255;
constexpr int kMostSameNames = 1'000'000;
constexpr int kMostLookedAt = 1000;  // names under which an original may stand already
constexpr std::uint64_t kFewItems = 8;
constexpr std::size_t kGroup = 128;  // files that are synced together
constexpr std::uint64_t kGroupBytes = 256UL << 20U;

// "stem (2).jpg", the stem shortened where it would be longer than 255 bytes.
std::string numbered(std::string stem, const std::string& ending, int number) {
    const auto mark = " (" + std::to_string(number) + ")";
    if (stem.size() + mark.size() + ending.size() > kLongestNameBytes) {
        auto size = kLongestNameBytes - mark.size() - ending.size();
        // Never through the middle of a UTF-8 character.
        while (size > 0 && (static_cast<unsigned char>(stem[size]) & 0xC0U) == 0x80U) --size;
        stem.resize(size);
    }
    return stem + mark + ending;
}

// "name (2).jpg"
std::string numbered(const std::string& name, int number) {
    const auto dot = name.rfind('.');
    const auto ending =
        dot == std::string::npos || dot == 0 || name.size() - dot > 16 ? "" : name.substr(dot);
    return numbered(name.substr(0, name.size() - ending.size()), ending, number);
}

bool is_same(const os::FileInfo& one, const os::FileInfo& other) {
    return one.device == other.device && one.inode == other.inode;
}

// What one file is to become.
struct Target {
    catalog::FileRecord file;
    std::string folder;  // below the folder that was named; "" for itself
    std::string name;
};

// A file that was proved, and has not got its name yet.
struct Written {
    std::string temporary;
    Target target;
    std::uint64_t bytes = 0;
};

// Decides names: a second kept folder "src" becomes "src (2)", a second file of one name "name
// (2).jpg".
class Naming {
  public:
    // None for what was given already: the same bytes under the same name from the same place.
    // Requires: called in the order in which things were kept.
    std::optional<Target> target_of(const catalog::FileRecord& file) {
        const auto same = file.root.hex() + "/" + file.content.hex() + "/" + file.folder;
        if (!take(same, file.name)) return std::nullopt;
        Target target{file, "", file.name};
        if (!file.folder.empty()) {
            const auto slash = file.folder.find('/');
            const auto top = file.folder.substr(0, slash);
            target.folder = top_name(file.root, top);
            if (slash != std::string::npos)
                target.folder = os::join_path(target.folder, file.folder.substr(slash + 1));
        }
        for (int number = 2; !take(target.folder, target.name) && number < kMostSameNames; ++number)
            target.name = numbered(file.name, number);
        return target;
    }

    bool take(const std::string& folder, const std::string& name) {
        const auto digest = crypto::sha256(as_bytes(os::join_path(folder, name)));
        return taken_.insert(*model::RootId::from_bytes(ByteView(digest).first(8))).second;
    }

  private:
    std::string top_name(const model::RootId& root, const std::string& top) {
        const auto known = tops_.find({root, top});
        if (known != tops_.end()) return known->second;
        auto name = top;
        for (int number = 2; !top_taken_.insert(name).second; ++number)
            name = numbered(top, "", number);
        tops_.emplace(std::pair{root, top}, name);
        return name;
    }

    std::map<std::pair<model::RootId, std::string>, std::string> tops_;
    std::unordered_set<std::string> top_taken_;
    std::unordered_set<model::RootId> taken_;  // the first 8 bytes of a path's hash: bounded memory
};

class Giving {
  public:
    // `held`: the folder at `path`. Nothing is written but below it, whatever is in there.
    Giving(Library& library, std::string path, os::HeldFolder& held, os::FileInfo archive_folder,
           Listener& listener)
        : library_(&library),
          files_(&library.environment().files),
          path_(std::move(path)),
          held_(&held),
          archive_folder_(archive_folder),
          listener_(&listener),
          identities_(library.identity().identities()),
          pool_(library.environment().threads, kQueuedFiles) {}

    Result<> add(const catalog::ItemRecord& item) {
        tell();
        if (library_->environment().stop.stop_requested())
            return Error(ErrorCode::cancelled, "stopped");
        if (auto failure = take_failure()) return std::move(*failure);
        for (const auto& file : item.files) {
            TRY_LET(const auto content, library_->catalog().content(file.content));
            const auto target = naming_.target_of(file);
            if (!target) continue;
            if (!content) {
                problem(*target, "its original is not in this copy");
                continue;
            }
            pool_.add([this, content = *content, target = *target](
                          archive::ObjectBuffers& buffers) { give(content, target, buffers); },
                      [this] { tell(); });
        }
        return {};
    }

    GetReport finish() {
        pool_.wait([this] { tell(); });
        place(take_written(0));
        sync_names();
        tell();
        GetReport report;
        report.given = given_;
        report.already = already_;
        report.bytes = bytes_;
        report.problems = problems_;
        report.stopped = take_failure();
        return report;
    }
    void set_total(std::uint64_t total) {
        total_ = total;
        // As in keeping: a few files one by one, many as a whole where that is to be had.
        sync_each_ = total <= kFewItems || !held_->sync_everything();
    }

  private:
    void give(const catalog::ContentRecord& content, const Target& target,
              archive::ObjectBuffers& buffers) {
        if (failed_ || library_->environment().stop.stop_requested()) return;
        if (auto written = write(content, target, buffers); !written)
            return fail(target, std::move(written).error());
        place(take_written(sync_each_ ? 1 : kGroup));
    }

    void fail(const Target& target, Error error) {
        const auto code = error.code();
        if (code == ErrorCode::cancelled) return;
        if (error.system_code() == ENAMETOOLONG)
            return problem(target, "its name is longer than this disk can hold");
        if (code != ErrorCode::no_space && code != ErrorCode::read_only)
            return problem(target, error.message());
        stop_by(std::move(error));
    }
    void stop_by(Error error) {
        const std::lock_guard guard(mutex_);
        if (!failure_) failure_ = std::move(error);
        failed_ = true;
    }

    // Under a name that is not its own yet.
    Result<> write(const catalog::ContentRecord& content, const Target& target,
                   archive::ObjectBuffers& buffers) {
        TRY(make_folder(target.folder));
        TRY_LET(const bool same, stands_already(content, target, buffers));
        if (same) {
            ++already_;
            return {};
        }
        Written written{os::join_path(target.folder, temporary_name()), target, content.bytes};
        const auto done = write_file(content, written.temporary, target.file.modified, buffers);
        if (!done) {
            static_cast<void>(held_->remove_file(written.temporary));
            return done.error();
        }
        const std::lock_guard guard(mutex_);
        if (*done == WasWhole::no)
            notes_.push_back(shown(target) +
                             ": it is damaged in this copy, and was given back whole all the same; "
                             "see `keepsake check`");
        written_bytes_ += content.bytes;
        written_.push_back(std::move(written));
        return {};
    }

    // What was written, if it is at least so many files, or many bytes.
    std::vector<Written> take_written(std::size_t least) {
        const std::lock_guard guard(mutex_);
        if (written_.size() < least && written_bytes_ < kGroupBytes) return {};
        written_bytes_ = 0;
        return std::exchange(written_, {});
    }

    // A name means that the file is whole, also after the power went: their bytes are synced first.
    void place(const std::vector<Written>& group) {
        if (group.empty()) return;
        auto synced = sync_each_ ? Result<>() : held_->sync_everything();
        for (const auto& written : group) {
            auto placed = synced ? give_name(written) : synced;
            if (placed) {
                ++given_;
                bytes_ += written.bytes;
                continue;
            }
            static_cast<void>(held_->remove_file(written.temporary));
            fail(written.target, std::move(placed).error());
        }
    }

    Result<> give_name(const Written& written) {
        auto name = written.target.name;
        for (int number = 2;; ++number) {
            auto renamed = held_->rename_exclusive(written.temporary,
                                                   os::join_path(written.target.folder, name));
            if (renamed || renamed.error().code() != ErrorCode::exists || number == kMostSameNames)
                return renamed;
            name = numbered(written.target.file.name, number);
        }
    }

    // Called when the pool is idle.
    void sync_names() {
        if (given_ == 0) return;
        auto synced = sync_each_ ? Result<>() : held_->sync_everything();
        if (sync_each_)
            for (const auto& folder : folders_)
                if (synced) synced = held_->sync_directory(folder);
        if (!synced) stop_by(std::move(synced).error());
    }

    Result<std::unique_ptr<os::WritableFile>> create(const std::string& temporary,
                                                     std::uint64_t bytes) {
        TRY_LET(auto file, held_->create(temporary));
        if (bytes >= archive::kLeastPastCacheBytes) file->write_past_cache();
        return file;
    }

    // Gives whether an object was whole, or what it is had to be put together.
    Result<WasWhole> write_file(const catalog::ContentRecord& content, const std::string& temporary,
                                Instant modified, archive::ObjectBuffers& buffers) {
        WasWhole was_whole = WasWhole::yes;
        TRY_LET(auto file, create(temporary, content.bytes));
        BytesUnderWay under_way(bytes_under_way_);
        std::uint64_t waiting = 0;
        const auto sink = [&](ByteView plain) -> Result<> {
            TRY(append_sparse(*file, plain));
            under_way.add(plain.size());
            // The disk works while the next is opened; else all is written at the end.
            waiting += plain.size();
            if (waiting < kWritebackBytes) return {};
            waiting = 0;
            file->start_writeback();
            return {};
        };
        const auto restart = [&]() -> Result<> {
            file.reset();
            TRY(held_->remove_file(temporary));
            TRY_LET(file, create(temporary, content.bytes));
            return {};
        };
        TRY_LET(was_whole, read_content(*files_, library_->copy().path, identities_, content,
                                        buffers, sink, restart, library_->environment().stop));
        file->start_writeback();
        TRY(file->set_modified(modified));
        if (sync_each_) TRY(file->sync());
        TRY(file->close());
        return was_whole;
    }

    // A sparse original comes back without its holes filled.
    static Result<> append_sparse(os::WritableFile& file, ByteView plain) {
        const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
        if (plain.size() == archive::ObjectBuffers::kBlockBytes && plain.front() == 0 &&
            std::ranges::all_of(plain, is_zero))
            return file.append_zeros(plain.size());
        return file.append(plain);
    }

    // Under its name, or under one of those that it got where that was taken.
    Result<bool> stands_already(const catalog::ContentRecord& content, const Target& target,
                                archive::ObjectBuffers& buffers) {
        auto name = target.name;
        for (int number = 2; number < kMostLookedAt; ++number) {
            const auto path = os::join_path(target.folder, name);
            const auto info = held_->info(path);
            if (!info) return false;
            if (info->kind == os::FileKind::regular && info->size_bytes == content.bytes) {
                TRY_LET(const auto file, held_->open(path));
                TRY_LET(const auto hash,
                        archive::hash_file(*file, buffers.plain(0), library_->environment().stop));
                if (hash.bytes == content.content.bytes) return true;
            }
            name = numbered(target.name, number);
        }
        return false;
    }

    Result<> make_folder(const std::string& folder) {
        const std::lock_guard guard(folders_mutex_);
        if (folders_.contains(folder)) return {};
        TRY(refuse_way_into_archive(folder));
        TRY(held_->make_directories(folder));
        folders_.insert(folder);
        return {};
    }

    // The archive may stand below the folder, and the names be those of its own folders.
    Result<> refuse_way_into_archive(const std::string& folder) {
        for (auto above = folder; !above.empty() && above != "."; above = os::parent_of(above)) {
            const auto info = held_->info(above);
            if (info && is_same(*info, archive_folder_))
                return Error(ErrorCode::invalid, "its folder here would be the archive's own");
        }
        return {};
    }

    std::string temporary_name() {
        model::ItemId name;
        library_->environment().random.fill(name.bytes);
        return ".keepsake-" + name.hex() + ".part";
    }

    void problem(const Target& target, const std::string& why) {
        ++problems_;
        const std::lock_guard guard(mutex_);
        events_.emplace_back(shown(target), why);
    }
    std::string shown(const Target& target) const {
        return os::join_path(path_, os::join_path(target.folder, target.name));
    }
    void tell() {
        std::vector<std::pair<std::string, std::string>> events;
        std::vector<std::string> notes;
        {
            const std::lock_guard guard(mutex_);
            events.swap(events_);
            notes.swap(notes_);
        }
        for (const auto& [name, why] : events) listener_->problem(name, why);
        for (const auto& note : notes) listener_->note(note);
        listener_->progress(
            {"Giving back", given_ + already_ + problems_, total_, bytes_ + bytes_under_way_, 0});
    }
    std::optional<Error> take_failure() {
        const std::lock_guard guard(mutex_);
        return failure_;
    }

    Library* library_;
    os::FileSystem* files_;
    std::string path_;
    os::HeldFolder* held_;
    os::FileInfo archive_folder_;
    Listener* listener_;
    std::vector<crypto::AgeIdentity> identities_;
    Naming naming_;
    std::uint64_t total_ = 0;
    bool sync_each_ = true;
    std::atomic<std::uint64_t> given_ = 0;
    std::atomic<std::uint64_t> already_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<std::uint64_t> bytes_under_way_ = 0;
    std::atomic<std::uint64_t> problems_ = 0;
    std::atomic<bool> failed_ = false;
    std::mutex folders_mutex_;
    std::unordered_set<std::string> folders_;
    std::mutex mutex_;  // what follows
    std::optional<Error> failure_;
    std::vector<std::pair<std::string, std::string>> events_;
    std::vector<std::string> notes_;
    std::vector<Written> written_;
    std::uint64_t written_bytes_ = 0;
    WorkerPool pool_;
};

Result<> give_items(Library& library, std::span<const model::ItemId> items, Giving& giving) {
    if (items.empty()) {
        catalog::ItemFilter everything;
        everything.by_kept = true;
        TRY_LET(const auto total, library.catalog().item_count(everything));
        giving.set_total(total);
        return library.catalog().for_each_item(
            everything, [&](const catalog::ItemRecord& item) { return giving.add(item); });
    }
    giving.set_total(items.size());
    std::vector<catalog::ItemRecord> records;
    for (const auto& id : items) {
        TRY_LET(auto item, library.catalog().item(id));
        if (!item) return Error(ErrorCode::not_found, "There is no item " + id.hex() + " here.");
        records.push_back(std::move(*item));
    }
    std::ranges::stable_sort(records,
                             [](const catalog::ItemRecord& a, const catalog::ItemRecord& b) {
                                 return a.kept_clock < b.kept_clock;
                             });
    for (const auto& item : records) TRY(giving.add(item));
    return {};
}

// Before anything is made: no archive's folder, this one's or another's, takes what is given back.
Result<> refuse_archive(os::FileSystem& files, const std::string& folder,
                        const os::FileInfo& archive_folder) {
    auto existing = folder;
    while (!files.info_following(existing) && existing != os::parent_of(existing))
        existing = os::parent_of(existing);
    bool inside = archive::find_archive_above(files, existing).has_value();
    // This one is known by more than its keepsake.json, which may be damaged.
    TRY_LET(auto above, files.real_path(existing));
    for (; !inside; above = os::parent_of(above)) {
        const auto info = files.info(above);
        inside = info && is_same(*info, archive_folder);
        if (above == os::parent_of(above)) break;
    }
    if (!inside) return {};
    return Error(ErrorCode::invalid, "That folder is a part of an archive. Choose another one.");
}

}  // namespace

Result<GetReport> get(Library& library, std::span<const model::ItemId> items,
                      const std::string& folder, Listener& listener) {
    auto& files = library.environment().files;
    TRY_LET(const auto archive_folder, files.info_following(library.copy().path));
    TRY(refuse_archive(files, folder, archive_folder));
    TRY(os::make_directories(files, folder, false));
    TRY_LET(const auto held, files.hold_folder(folder));
    Giving giving(library, folder, *held, archive_folder, listener);
    auto given = give_items(library, items, giving);
    auto report = giving.finish();
    if (!given && !report.stopped) {
        if (report.given == 0 && given.error().code() != ErrorCode::cancelled)
            return std::move(given).error();
        report.stopped = std::move(given).error();
    }
    if (!report.stopped && library.environment().stop.stop_requested())
        report.stopped = Error(ErrorCode::cancelled, "stopped");
    return report;
}

}  // namespace keepsake::library
