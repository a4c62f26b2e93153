#include "server/keeper.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "library/keep.h"
#include "library/parity_upkeep.h"
#include "library/read_facts.h"
#include "library/tend.h"
#include "model/entry.h"
#include "os/file_system.h"
#include "os/growing_file.h"
#include "server/answers.h"
#include "server/house.h"
#include "server/uploads.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kMostTogether = 200;
constexpr std::chrono::milliseconds kLookAgain{500};
constexpr std::chrono::milliseconds kTryAgain{5'000};
constexpr int kIdleRounds = 40;
constexpr int kDeepest = 64;

/// Takes down what could not be kept.
class Problems final : public Quietly {
  public:
    void problem(const std::string& name, const std::string& why) override {
        by_path.insert_or_assign(name, why);
    }
    std::map<std::string, std::string> by_path;
};

std::string top_of(const std::string& now, const Upload& upload) {
    if (upload.folder.empty()) return os::join_path(now, upload.name);
    return os::join_path(now, upload.folder.substr(0, upload.folder.find('/')));
}

}  // namespace

Keeper::Keeper(House& house, Uploads& uploads, Tell tell)
    : house_(&house),
      uploads_(&uploads),
      tell_(std::move(tell)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Keeper::~Keeper() {
    thread_.request_stop();
    uploads_->wake();
}

void Keeper::end_when_done() {
    ending_ = true;
    uploads_->wake();
}

void Keeper::run(const std::stop_token& stop) {
    int idle = 0;
    bool untended = false;
    while (!stop.stop_requested()) {
        if (!uploads_->is_any_waiting()) {
            if (ending_) break;
            uploads_->wait_for_work(kLookAgain);
            if (++idle < kIdleRounds || !library_) continue;
            Quietly quietly;
            if (std::exchange(untended, false))
                static_cast<void>(library::tend(*library_, quietly));
            library_.reset();
            continue;
        }
        idle = 0;
        const bool kept = keep_some(stop);
        untended = untended || kept;
        if (!kept && !stop.stop_requested()) {
            if (ending_) break;  // it waits for the next time that somebody opens the archive
            for (auto left = kTryAgain; left.count() > 0 && !stop.stop_requested();
                 left -= kLookAgain)
                std::this_thread::sleep_for(kLookAgain);
        }
    }
    library_.reset();
}

std::uint64_t Keeper::free_bytes() {
    const auto free = house_->environment().files.free_bytes(house_->archive_path());
    return free.value_or(std::numeric_limits<std::uint64_t>::max());
}

/// Those that find room together. What finds none waits; the first time it is tried by itself, as
/// what is kept already needs none.
Keeper::Group Keeper::next_group() {
    auto left = free_bytes();
    Group group;
    std::optional<Upload> alone;
    for (const auto& upload : uploads_->waiting(kMostTogether)) {
        const auto needed = upload.bytes + library::kSealedExtraBytes;
        if (needed <= left) {
            left -= needed;
            group.uploads.push_back(upload);
        } else if (upload.free) {
            uploads_->lacks_room(upload.id, left);
        } else if (!alone) {
            alone = upload;
        }
    }
    if (group.uploads.empty() && alone) group = {.uploads = {*alone}, .may_fit = false};
    return group;
}

std::vector<Upload> Keeper::lay_out(const std::vector<Upload>& waiting) {
    auto& files = house_->environment().files;
    std::vector<Upload> group;
    for (const auto& upload : waiting) {
        const auto target = uploads_->keeping_path(upload);
        // Another of this name, or of a folder's name, is for the next time.
        if (!os::make_directories(files, os::parent_of(target), true)) continue;
        const auto from = uploads_->bytes_path(upload.id);
        auto file = os::GrowingFile::open(from);
        if (!file) continue;
        const auto size = file->size_bytes();
        if (size && *size != upload.bytes) {  // not what was sent: never an original
            uploads_->settle(upload.id, UploadState::failed, "it did not arrive whole", {});
            tell_.keep(upload.keep);
            continue;
        }
        static_cast<void>(file->set_modified(upload.modified));
        if (files.rename_exclusive(from, target)) group.push_back(upload);
    }
    return group;
}

bool Keeper::keep_some(const std::stop_token& stop) {
    auto& files = house_->environment().files;
    const auto now = os::join_path(uploads_->folder(), std::string(Uploads::kKeepingFolder));
    if (!library_) {
        auto opened = house_->another(stop);
        if (!opened) return false;
        library_.emplace(*std::move(opened));
    }
    clear_away(now, 0);
    const auto [uploads, may_fit] = next_group();
    const auto group = lay_out(uploads);
    if (group.empty()) return false;
    std::set<std::string> sources;
    for (const auto& upload : group) sources.insert(top_of(now, upload));
    const auto real = files.real_path(now);
    std::map<std::string, Outcome> kept;
    Problems problems;
    library::KeepOptions options;
    options.just_kept = true;
    options.on_kept = [&](const library::KeptFile& file) {
        kept.insert_or_assign(file.path, Outcome{file.item, file.before});
    };
    const std::vector<std::string> paths(sources.begin(), sources.end());
    const auto report = library::keep(*library_, paths, options, problems);
    std::optional<Error> stopped;
    if (!report) stopped = report.error();
    if (report && report->stopped) stopped = report->stopped;
    Hindrance hindrance;
    if (stopped) hindrance.why = words_of(*stopped);
    if (stopped && stopped->code() == ErrorCode::no_space) hindrance.free = free_bytes();
    std::map<std::string, Outcome> by_path;  // as we call it
    for (const auto& [path, outcome] : kept) {
        const bool below = real && path.starts_with(*real + "/");
        by_path.emplace(below ? now + path.substr(real->size()) : path, outcome);
    }
    note_givers(group, by_path);
    settle(group, by_path, problems.by_path, hindrance);
    clear_away(now, 0);
    if (report && !kept.empty()) {
        static_cast<void>(house_->refresh());
        tell_.kept();
        Quietly quietly;
        static_cast<void>(library::protect(library_->environment(), library_->staging(),
                                           report->just_kept, quietly));
        static_cast<void>(library::read_just_kept(*library_, report->just_kept, quietly));
        static_cast<void>(house_->refresh());
        tell_.kept();
    }
    // What lacks room does not keep the others waiting.
    return !stopped || (hindrance.free && !may_fit);
}

/// Who gave what. It stands as kept without that, too.
void Keeper::note_givers(const std::vector<Upload>& group,
                         const std::map<std::string, Outcome>& kept) {
    std::vector<model::EntryBody> entries;
    for (const auto& upload : group) {
        const auto found = kept.find(uploads_->keeping_path(upload));
        if (found == kept.end() || found->second.before || !upload.person) continue;
        const auto item = model::Subject::of(found->second.item);
        entries.emplace_back(model::Set{item, "kept_by", {}, Json(upload.person->hex()).dump()});
    }
    if (!entries.empty()) static_cast<void>(library_->commit(std::move(entries)));
}

void Keeper::settle(const std::vector<Upload>& group, const std::map<std::string, Outcome>& kept,
                    const std::map<std::string, std::string>& problems,
                    const Hindrance& hindrance) {
    auto& files = house_->environment().files;
    std::set<std::string> keeps;
    for (const auto& upload : group) {
        keeps.insert(upload.keep);
        const auto path = uploads_->keeping_path(upload);
        if (const auto found = kept.find(path); found != kept.end()) {
            const auto state = found->second.before ? UploadState::already : UploadState::kept;
            uploads_->settle(upload.id, state, "", found->second.item);
            static_cast<void>(files.remove_file(path));
            continue;
        }
        const auto problem = problems.find(path);
        const bool returned =
            files.rename_exclusive(path, uploads_->bytes_path(upload.id)).has_value();
        if (problem != problems.end() || !returned)
            uploads_->settle(
                upload.id, UploadState::failed,
                problem != problems.end() ? problem->second : "it could not be read back", {});
        else if (hindrance.free)
            uploads_->lacks_room(upload.id, *hindrance.free);
        else
            uploads_->settle(upload.id, UploadState::waiting, hindrance.why, {});
    }
    for (const auto& keep : keeps) tell_.keep(keep);
}

/// Folders that are empty, and files that nobody knows (of a run that was cut off, what was known
/// was brought home when this one began).
void Keeper::clear_away(const std::string& folder, int depth) {
    auto& files = house_->environment().files;
    const auto entries = files.list(folder);
    if (!entries || depth == kDeepest) return;
    for (const auto& entry : *entries) {
        const auto path = os::join_path(folder, entry.name);
        if (entry.kind == os::FileKind::directory)
            clear_away(path, depth + 1);
        else
            static_cast<void>(files.remove_file(path));
    }
    static_cast<void>(files.remove_directory(folder));
}

}  // namespace keepsake::server
