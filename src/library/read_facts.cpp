#include "library/read_facts.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/object_file.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "library/belonging.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/original_source.h"
#include "library/parity_upkeep.h"
#include "library/pictures.h"
#include "library/worker_pool.h"
#include "media/facts.h"
#include "media/reader_pool.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kMostAGroup = 1'000;
constexpr std::chrono::seconds kLongestGroup{5};
constexpr std::size_t kPage = 4'096;

struct Looked {
    model::ContentId content;
    std::optional<media::Answer> answer;  ///< none where the original could not be read here
};

/// Workers open and look; the thread that owns the library hands out, journals and stores.
class Reading {
  public:
    Reading(Library& library, Listener& listener)
        : library_(&library),
          listener_(&listener),
          identities_(library.identity().identities()),
          pictures_(library),
          pool_(std::max(1U, library.environment().threads),
                std::size_t{2} * std::max(1U, library.environment().threads)) {}

    /// Whether to go on.
    bool add(const model::ContentId& content) {
        if (!may_go_on()) return false;
        auto handed = hand_out(content);
        if (!handed) report_.stopped = std::move(handed).error();
        take_in();
        return may_go_on();
    }
    ReadingReport finish() {
        pool_.wait();
        take_in();
        commit();
        pictures_.flush();
        if (!read_.empty()) put_together();
        if (nothing_reads_) {
            report_.nothing_reads = true;
            listener_->note("What was kept stands, but nothing here can look at it: " + why_);
        }
        if (!report_.stopped && stop_requested()) report_.stopped = Error(ErrorCode::cancelled, "");
        return std::move(report_);
    }
    void set_total(std::uint64_t total) { total_ = total; }

  private:
    bool stop_requested() const { return library_->environment().stop.stop_requested(); }
    bool may_go_on() const { return !stop_requested() && !nothing_reads_ && !report_.stopped; }

    Result<> hand_out(const model::ContentId& content) {
        ++seen_;
        listener_->progress({"Looking", seen_, std::max(total_, seen_), 0, 0});
        auto& catalog = library_->catalog();
        TRY_LET(const auto record, catalog.content(content));
        TRY_LET(const auto items, catalog.items_of_content(content, false));
        const auto& environment = library_->environment();
        if (!record || items.empty() ||
            !is_present(environment.files, library_->copy().path, *record))
            return {};
        TRY_LET(const auto item, catalog.item(items.front()));
        media::Question question;
        for (const auto& file : item ? item->files : std::vector<catalog::FileRecord>{})
            if (file.content == content) question.name = to_utf8_lossy(file.name);
        if (question.name.empty()) return {};  // words
        pool_.add([this, record = *record, question](archive::ObjectBuffers&) {
            look(record, question);
        });
        return {};
    }

    // On a worker.
    void look(const catalog::ContentRecord& record, const media::Question& question) {
        if (nothing_reads_ || stop_requested()) return;
        const auto& environment = library_->environment();
        const auto source =
            open_original(environment.files, library_->copy().path, identities_, record);
        if (!source) return;
        auto answer = environment.looker->look(**source, question, environment.stop);
        const std::lock_guard lock(mutex_);
        if (answer) {
            looked_.push_back({record.content, *std::move(answer)});
        } else if (answer.error().code() == ErrorCode::unsupported ||
                   answer.error().code() == ErrorCode::not_found) {
            if (!nothing_reads_) why_ = answer.error().message();
            nothing_reads_ = true;
        }
    }

    void take_in() {
        std::vector<Looked> looked;
        {
            const std::lock_guard lock(mutex_);
            looked.swap(looked_);
        }
        for (auto& one : looked) {
            auto& answer = *one.answer;
            if (answer.outcome == media::Outcome::not_opened) ++report_.not_opened;
            pictures_.put(one.content, answer);
            entries_.emplace_back(
                model::Facts{one.content, media::kReaderVersion, media::to_json(answer.facts)});
            waiting_.push_back(one.content);
        }
        if (entries_.size() >= kMostAGroup ||
            std::chrono::steady_clock::now() - last_commit_ > kLongestGroup)
            commit();
    }

    void commit() {
        last_commit_ = std::chrono::steady_clock::now();
        if (entries_.empty() || report_.stopped) return;
        auto committed = library_->commit(std::exchange(entries_, {}));
        if (!committed) {
            report_.stopped = std::move(committed).error();
            return;
        }
        report_.read += waiting_.size();
        read_.insert(read_.end(), waiting_.begin(), waiting_.end());
        waiting_.clear();
    }

    void put_together() {
        auto together = put_together_by_rules(*library_, read_);
        if (together)
            report_.together = *together;
        else if (!report_.stopped)
            report_.stopped = std::move(together).error();
    }

    Library* library_;
    Listener* listener_;
    std::vector<crypto::AgeIdentity> identities_;
    PictureKeeper pictures_;
    ReadingReport report_;
    std::uint64_t seen_ = 0;
    std::uint64_t total_ = 0;
    std::vector<model::EntryBody> entries_;
    std::vector<model::ContentId> waiting_;  // whose facts stand in entries_
    std::vector<model::ContentId> read_;
    std::chrono::steady_clock::time_point last_commit_ = std::chrono::steady_clock::now();
    std::atomic<bool> nothing_reads_ = false;
    std::mutex mutex_;  // what follows
    std::vector<Looked> looked_;
    std::string why_;
    WorkerPool pool_;
};

bool can_read(Library& library) {
    return library.environment().looker != nullptr && !library.is_locked() && library.may_write();
}

using Page = std::function<Result<std::vector<model::ContentId>>(
    const std::optional<model::ContentId>& after)>;

Result<> read_pages(Reading& reading, const Page& page) {
    std::optional<model::ContentId> after;
    for (;;) {
        TRY_LET(const auto contents, page(after));
        if (contents.empty()) return {};
        for (const auto& content : contents)
            if (!reading.add(content)) return {};
        after = contents.back();
    }
}

}  // namespace

ReadingReport read_just_kept(Library& library, const JustKept& kept, Listener& listener) {
    if (!can_read(library) || kept.objects.empty()) return {};
    Reading reading(library, listener);
    reading.set_total(kept.objects.size());
    for (const auto& stored : kept.objects) {
        const auto content = library.catalog().content_of_object(stored.object);
        if (!content || !*content) continue;
        if (!reading.add(**content)) break;
    }
    return reading.finish();
}

ReadingReport read_missing(Library& library, Listener& listener) {
    if (!can_read(library)) return {};
    Reading reading(library, listener);
    auto& catalog = library.catalog();
    auto done =
        read_pages(reading, [&](const auto& after) { return catalog.unread(after, kPage); });
    if (done)
        done = read_pages(reading, [&](const auto& after) {
            return catalog.read_before(media::kReaderVersion, after, kPage);
        });
    auto report = reading.finish();
    if (!done && !report.stopped) report.stopped = std::move(done).error();
    return report;
}

}  // namespace keepsake::library
