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
#include "library/environment.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kReadAhead = 4;
constexpr std::size_t kFewFiles = 8;  // not worth threads

struct ReadFile {
    archive::OpenedJournalFile opened;
    bool from_mirror = false;
};

// Reads, opens and parses journal files ahead of their use, in order.
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

    // The file at `index`; asked for in order, each once.
    Result<ReadFile> next(std::size_t index) {
        if (threads_.empty()) return read(names_[index], parser_);
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return ready_.contains(index); });
        auto result = std::move(ready_.at(index));
        ready_.erase(index);
        taken_ = index + 1;
        wake_.notify_all();
        return result;
    }

  private:
    void run(const std::stop_token& stop) {
        model::EntryParser parser;
        std::unique_lock lock(mutex_);
        while (wake_.wait(
            lock, stop, [&] { return started_ < std::min(names_.size(), taken_ + kReadAhead); })) {
            const auto index = started_++;
            lock.unlock();
            auto result = read(names_[index], parser);
            lock.lock();
            ready_.emplace(index, std::move(result));
            wake_.notify_all();
        }
    }
    Result<ReadFile> read(const archive::JournalFileName& name, model::EntryParser& parser) const {
        TRY_LET(const auto bytes,
                archive::read_journal_file(environment_->files, *archive_path_, name));
        TRY_LET(auto opened,
                archive::open_journal_file(name, bytes.sealed, identities_, archive_, parser));
        return ReadFile{std::move(opened), bytes.from_mirror};
    }

    const Environment* environment_;
    const std::string* archive_path_;
    model::ArchiveId archive_;
    std::vector<crypto::AgeIdentity> identities_;
    std::span<const archive::JournalFileName> names_;
    model::EntryParser parser_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::map<std::size_t, Result<ReadFile>> ready_;
    std::size_t started_ = 0;
    std::size_t taken_ = 0;
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
        for (const auto& segment : file->opened.segments) {
            const auto& header = segment.header;
            authority_->observe(header.device, head_of(segment), header.previous);
            for (const auto& entry : segment.entries)
                authority_->add(header.device, head_of(segment), entry);
        }
        bool all = true;
        bool says_more = false;
        for (const auto& segment : file->opened.segments) {
            if (authority_->counts(segment.header.device, head_of(segment)))
                TRY(catalog_->add_segment(record_of(segment), segment.entries));
            else
                all = false;
            // The word that opens an epoch stands in a segment of the epoch before, and is heard
            // there.
            for (const auto& entry : segment.entries)
                if (!archive::Authority::concerns(entry)) says_more = true;
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
            return "no keeper let the device that signed it in";
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
    }
    // Also where nothing is new: this very device may have said who counts no more.
    TRY_LET(const bool all_count, all_segments_count(authority, catalog));
    result.must_rebuild = !all_count;
    return result;
}

}  // namespace keepsake::library
