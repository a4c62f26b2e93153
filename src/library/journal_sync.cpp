#include "library/journal_sync.h"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/journal_store.h"
#include "archive/layout.h"
#include "archive/mirror.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/signing.h"
#include "library/environment.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"
#include "os/memory.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kReadAhead = 4;
// No further file is begun while as many sealed bytes are open: parsed, they take some three times
// that. It lets one rollup be opened (library/tend.cpp: 32 MiB) while another is taken in.
constexpr std::size_t kReadAheadBytes = 48UL << 20U;
constexpr std::size_t kFewFiles = 8;             // not worth threads
constexpr std::size_t kLargeBytes = 8UL << 20U;  // what it took is worth giving back

struct ReadFile {
    std::vector<model::Segment> segments;
    bool from_mirror = false;
};

// Reads, opens and parses journal files ahead of their use, in order: so many, and of so many
// bytes.
class JournalReader {
  public:
    JournalReader(const Environment& environment, const std::string& archive_path,
                  const archive::IdentityFile& identity,
                  std::span<const archive::JournalFileName> names)
        : environment_(&environment),
          archive_path_(&archive_path),
          archive_(identity.archive),
          identities_(identity.identities()),
          names_(names) {
        if (names.size() <= kFewFiles) return;
        for (unsigned i = 0; i < environment.threads; ++i)
            threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
    JournalReader(const JournalReader&) = delete;
    JournalReader& operator=(const JournalReader&) = delete;
    ~JournalReader() {
        for (auto& thread : threads_) thread.request_stop();
    }

    // The file at `index`; asked for in order, each once, and done with when the next is asked for.
    Result<ReadFile> next(std::size_t index) {
        if (threads_.empty()) {
            TRY_LET(auto bytes, read(index));
            return open(index, std::move(bytes), parser_);
        }
        if (bytes_in_use_ >= kLargeBytes) os::give_back_freed_memory();
        std::unique_lock lock(mutex_);
        open_bytes_ -= std::exchange(bytes_in_use_, 0);
        taken_ = index;
        wake_.notify_all();
        wake_.wait(lock, [&] { return ready_.contains(index); });
        auto file = std::move(ready_.extract(index).mapped());
        bytes_in_use_ = file.bytes;
        taken_ = index + 1;
        wake_.notify_all();
        return std::move(file.opened);
    }

  private:
    struct Ready {
        Result<ReadFile> opened;
        std::size_t bytes;
    };

    void run(const std::stop_token& stop) {
        model::EntryParser parser;
        std::unique_lock lock(mutex_);
        while (wake_.wait(lock, stop, [&] { return may_begin(); })) {
            const auto index = begun_++;
            is_reading_ = true;
            lock.unlock();
            auto sealed = read(index);
            const auto bytes = sealed ? sealed->sealed.size() : 0;
            lock.lock();
            is_reading_ = false;
            open_bytes_ += bytes;
            wake_.notify_all();
            lock.unlock();
            auto opened = sealed ? open(index, std::move(*sealed), parser)
                                 : Result<ReadFile>(std::move(sealed).error());
            lock.lock();
            ready_.emplace(index, Ready{std::move(opened), bytes});
            wake_.notify_all();
        }
    }
    // One at a time reads, so that the size of each is known before the next begins; the file that
    // is waited for always may.
    bool may_begin() const {
        if (is_reading_ || begun_ == names_.size()) return false;
        if (begun_ == taken_) return true;
        return begun_ < taken_ + kReadAhead && open_bytes_ < kReadAheadBytes;
    }
    Result<archive::JournalBytes> read(std::size_t index) const {
        return archive::read_journal_file(environment_->files, *archive_path_, names_[index]);
    }
    Result<ReadFile> open(std::size_t index, archive::JournalBytes bytes,
                          model::EntryParser& parser) const {
        TRY_LET(auto segments, archive::open_journal_file(names_[index], std::move(bytes.sealed),
                                                          identities_, archive_, parser));
        return ReadFile{std::move(segments), bytes.from_mirror};
    }

    const Environment* environment_;
    const std::string* archive_path_;
    model::ArchiveId archive_;
    std::vector<crypto::AgeIdentity> identities_;
    std::span<const archive::JournalFileName> names_;
    model::EntryParser parser_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::map<std::size_t, Ready> ready_;
    std::size_t begun_ = 0;
    bool is_reading_ = false;
    std::size_t taken_ = 0;              // the file that is asked for, or will be next
    std::size_t open_bytes_ = 0;         // of files that are being opened, ready or in use
    std::size_t bytes_in_use_ = 0;       // of these, of the one in use
    std::vector<std::jthread> threads_;  // last: they end before what they use
};

catalog::SegmentRecord record_of(const model::Segment& segment) {
    const auto& header = segment.header;
    return {header.device, header.seq,  segment.text_hash, header.previous,
            header.clock,  header.time, header.seen};
}

model::Head head_of(const model::Segment& segment) {
    return {segment.header.seq, segment.text_hash};
}

std::string why_not(const Error& error) {
    switch (error.code()) {
        case ErrorCode::wrong_key:
            return "it was written for keys that this way in does not have";
        case ErrorCode::unsupported:
            return "it was written by a newer Keepsake; please update";
        default:
            return error.message();
    }
}

class Syncing {
  public:
    Syncing(archive::Authority& authority, catalog::Catalog& catalog, SyncResult& result)
        : authority_(&authority), catalog_(&catalog), result_(&result) {}

    // A file whose segments do not all count is not marked as taken in: the next time it is looked
    // at again.
    Result<> take(const archive::JournalFileName& name, Result<ReadFile> file) {
        if (!file) {
            if (file.error().code() == ErrorCode::cancelled) return std::move(file).error();
            tell(name, why_not(file.error()), false);
            return {};
        }
        if (file->from_mirror) tell(name, "damaged or missing; read from the mirror", true);
        for (const auto& segment : file->segments) {
            const auto& header = segment.header;
            authority_->observe(header.device, head_of(segment), header.previous);
            TRY(learn_key(segment));
            for (const auto& entry : segment.entries)
                authority_->add(header.device, head_of(segment), entry);
        }
        bool all = true;
        bool says_more = false;
        for (auto& segment : file->segments) {
            if (authority_->counts(segment.header.device, head_of(segment)))
                TRY(catalog_->add_segment(record_of(segment), segment.entries));
            else
                all = false;
            // The word that opens an epoch stands in a segment of the epoch before, and is heard
            // there.
            for (const auto& entry : segment.entries)
                if (!archive::Authority::concerns(entry)) says_more = true;
            std::vector<model::Entry>().swap(segment.entries);  // a rollup's are many
        }
        if (all) return catalog_->add_file({name.file, name.device, name.first_seq, name.last_seq});
        set_aside_.push_back(name);
        if (!says_more) heard_.insert(name);
        return {};
    }

    // Files set aside may count by what later files said: they are taken once more.
    std::vector<archive::JournalFileName> again() { return std::exchange(set_aside_, {}); }
    // Those that still do not count are told.
    void tell_set_aside() {
        for (const auto& name : set_aside_)
            if (!heard_.contains(name)) tell(name, why_set_aside(name), false);
        if (untold_ > 0)
            result_->problems.push_back(
                {std::string(archive::kJournalName),
                 counted(untold_, "more file", "more files") + " of it could not be taken in",
                 false});
    }

  private:
    // Known keys are not read again from each segment.
    Result<> learn_key(const model::Segment& segment) {
        const auto& device = segment.header.device;
        if (authority_->keys().contains(device)) return {};
        TRY_LET(const auto key, crypto::sshsig_key(segment.signature));
        authority_->learn_key(device, key);
        return {};
    }
    // Anybody can put a million files there; nobody reads as many lines.
    void tell(const archive::JournalFileName& name, std::string why, bool healed_from_mirror) {
        constexpr std::size_t kMostTold = 1000;
        if (result_->problems.size() < kMostTold)
            result_->problems.push_back({name.path(), std::move(why), healed_from_mirror});
        else if (!healed_from_mirror)
            ++untold_;
    }
    std::string why_set_aside(const archive::JournalFileName& name) const {
        if (!authority_->is_enrolled(name.device))
            return "no keeper let the device that signed it in; if it is one of yours, "
                   "`keepsake device accept " +
                   name.device.hex().substr(0, 8) + "`";
        if (authority_->is_retired(name.device))
            return "it was written after its device was retired";
        return "its device has not been here since the keepers changed; open the archive on it "
               "once, or "
               "`keepsake device accept " +
               name.device.hex().substr(0, 8) + "`";
    }

    archive::Authority* authority_;
    catalog::Catalog* catalog_;
    SyncResult* result_;
    std::vector<archive::JournalFileName> set_aside_;
    std::uint64_t untold_ = 0;
    std::set<archive::JournalFileName> heard_;  // of these, what says nothing but who counts
};

// Catalog files that the copy no longer lists; a rollup that covers one stands for it.
Result<bool> forget_rolled_up(const archive::JournalListing& listing,
                              const std::vector<catalog::JournalFile>& known,
                              catalog::Catalog& catalog) {
    std::set<model::FileHash> listed;
    archive::RollupIndex rollups;
    for (const auto& name : listing.files) {
        listed.insert(name.file);
        rollups.add(name);
    }
    std::vector<model::FileHash> gone;
    for (const auto& file : known) {
        if (listed.contains(file.file)) continue;
        const bool covered =
            rollups.stands_for({file.device, file.first_seq, file.last_seq, file.file});
        if (!covered) return false;
        gone.push_back(file.file);
    }
    if (gone.empty()) return true;
    TRY(catalog.in_transaction([&]() -> Result<> {
        for (const auto& file : gone) TRY(catalog.remove_file(file));
        return {};
    }));
    return true;
}

// Whether everything that was taken in still counts, by what the authority has learnt since.
Result<bool> all_segments_count(const archive::Authority& authority, catalog::Catalog& catalog) {
    TRY_LET(const auto heads, catalog.heads());
    for (const auto& [device, head] : heads) {
        if (authority.counts_whole(device)) continue;
        TRY_LET(const auto segments, catalog.segments_of(device));
        for (const auto& segment : segments)
            if (!authority.counts(device, {segment.seq, segment.text})) return false;
    }
    return true;
}

Result<> take_all(const Environment& environment, const std::string& archive_path,
                  const archive::IdentityFile& identity,
                  std::span<const archive::JournalFileName> names, Syncing& syncing,
                  Listener& listener) {
    JournalReader reader(environment, archive_path, identity, names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (environment.stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        TRY(syncing.take(names[i], reader.next(i)));
        if (names.size() > kFewFiles)
            listener.progress({"Reading the journal", i + 1, names.size(), 0, 0});
    }
    return {};
}

}  // namespace

Result<SyncResult> sync_catalog(const Environment& environment, const std::string& archive_path,
                                const archive::IdentityFile& identity,
                                archive::Authority& authority, catalog::Catalog& catalog,
                                Listener& listener) {
    SyncResult result;
    TRY_LET(const auto listing, archive::list_journal(environment.files, archive_path));
    result.gaps = archive::mirror_gaps(listing);
    TRY_LET(const auto known, catalog.files());
    TRY_LET(const bool all_there, forget_rolled_up(listing, known, catalog));
    if (!all_there) {
        result.must_rebuild = true;
        result.files_are_gone = true;
        return result;
    }
    std::set<model::FileHash> have;
    for (const auto& file : known) have.insert(file.file);
    std::vector<archive::JournalFileName> fresh;
    for (const auto& name : listing.files)
        if (!have.contains(name.file)) fresh.push_back(name);
    if (!fresh.empty()) {
        Syncing syncing(authority, catalog, result);
        TRY(catalog.in_transaction([&]() -> Result<> {
            TRY(take_all(environment, archive_path, identity, fresh, syncing, listener));
            const auto again = syncing.again();
            TRY(take_all(environment, archive_path, identity, again, syncing, listener));
            syncing.tell_set_aside();
            return {};
        }));
        if (fresh.size() > kFewFiles) os::give_back_freed_memory();
    }
    // Also where nothing is new: this very device may have said who counts no more.
    TRY_LET(const bool all_count, all_segments_count(authority, catalog));
    result.must_rebuild = !all_count;
    return result;
}

}  // namespace keepsake::library
