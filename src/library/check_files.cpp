#include "library/check_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/layout.h"
#include "archive/object_file.h"
#include "base/error.h"
#include "base/result.h"
#include "library/check.h"
#include "library/environment.h"
#include "library/worker_pool.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kQueued = 256;
constexpr std::uint64_t kLargestPlainBytes = 1UL << 20U;

std::string mirrored(std::string_view name) {
    return os::join_path(std::string(archive::kMirrorName), std::string(name));
}

// "journal/<device>/<number>/<name>" taken apart; none for another path.
std::optional<archive::JournalFileName> journal_name(const std::string& path) {
    const auto device =
        model::DeviceId::from_hex(os::file_name_of(os::parent_of(os::parent_of(path))));
    return device ? archive::JournalFileName::from_name(*device, os::file_name_of(path))
                  : std::nullopt;
}

}  // namespace

FileChecker::FileChecker(const Environment& environment, std::string archive_path,
                         Listener& listener)
    : environment_(&environment),
      archive_path_(std::move(archive_path)),
      listener_(&listener),
      pool_(environment.threads, kQueued) {}

void FileChecker::add(WorkerPool::Job job) {
    pool_.add(std::move(job));
    tell();
}

void FileChecker::count_file(std::uint64_t bytes) {
    ++files_;
    bytes_ += bytes;
}

void FileChecker::damaged(const std::string& name, const std::string& why) {
    const std::lock_guard guard(mutex_);
    events_.push_back({Kind::damaged, name, why});
}

void FileChecker::missing(const std::string& name, const std::string& why) {
    const std::lock_guard guard(mutex_);
    events_.push_back({Kind::missing, name, why});
}

void FileChecker::stranger(const std::string& name, const std::string& why) {
    const std::lock_guard guard(mutex_);
    events_.push_back({Kind::stranger, name, why});
}

void FileChecker::set_totals(std::uint64_t files, std::uint64_t bytes) {
    total_files_ = files;
    total_bytes_ = bytes;
}

void FileChecker::tell() {
    std::vector<Event> events;
    {
        const std::lock_guard guard(mutex_);
        events.swap(events_);
    }
    for (const auto& event : events) {
        if (event.kind == Kind::stranger) {
            ++report_.strangers;
            listener_->note(event.name + ": " + event.why);
        } else {
            ++(event.kind == Kind::damaged ? report_.damaged : report_.missing);
            listener_->problem(event.name, event.why);
        }
    }
    listener_->progress({"Checking", files_, total_files_, bytes_, total_bytes_});
}

CheckReport FileChecker::finish() {
    pool_.wait();
    tell();
    report_.files = files_;
    report_.bytes = bytes_;
    report_.originals = originals_;
    if (environment_->stop.stop_requested())
        report_.stopped = Error(ErrorCode::cancelled, "stopped");
    return report_;
}

void FileChecker::check_file(const std::string& relative, const std::string& name) {
    const auto dash = name.rfind('-');
    const auto hash =
        archive::hash_of_name(dash == std::string::npos ? std::string_view(name)
                                                        : std::string_view(name).substr(dash + 1));
    if (!hash) return stranger(relative, "no file of the archive's; set aside");
    add([this, relative, hash = *hash](archive::ObjectBuffers& buffers) {
        const auto file = environment_->files.open(os::join_path(archive_path_, relative));
        if (!file) return damaged(relative, file.error().message());
        const auto found = archive::hash_archive_file(**file, buffers.plain(0), environment_->stop);
        const auto info = (*file)->info();
        if (!found && found.error().code() == ErrorCode::cancelled) return;
        count_file(info ? info->size_bytes : 0);
        if (!found) return damaged(relative, found.error().message());
        if (*found != hash) damaged(relative, "its bytes are not what its name says");
    });
}

Result<> FileChecker::check_folder(const std::string& relative, int depth) {
    auto entries = environment_->files.list(os::join_path(archive_path_, relative));
    if (!entries) return std::move(entries).error().with(relative);
    std::ranges::sort(*entries, {}, &os::DirectoryEntry::name);
    for (const auto& entry : *entries) {
        if (environment_->stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        const auto path = os::join_path(relative, entry.name);
        if (entry.kind == os::FileKind::directory && depth > 0)
            TRY(check_folder(path, depth - 1));
        else if (entry.kind == os::FileKind::regular && depth == 0)
            check_file(path, entry.name);
        else
            stranger(path, "no file of the archive's; set aside");
    }
    return {};
}

Result<> FileChecker::check_plain_files() {
    for (const auto name : {archive::kManifestName, archive::kReadmeName, archive::kScriptName}) {
        auto main =
            os::read_file(environment_->files, os::join_path(archive_path_, std::string(name)),
                          kLargestPlainBytes);
        auto mirror = os::read_file(
            environment_->files, os::join_path(archive_path_, mirrored(name)), kLargestPlainBytes);
        if (!main) missing(std::string(name), main.error().message());
        if (!mirror) missing(mirrored(name), mirror.error().message());
        if (main && mirror && *main != *mirror)
            damaged(std::string(name), "it and its copy in mirror/ are not the same");
        count_file(main ? main->size() : 0);
        count_file(mirror ? mirror->size() : 0);
    }
    return {};
}

Result<> FileChecker::check_top() {
    static const std::set<std::string_view> known{archive::kManifestName, archive::kReadmeName,
                                                  archive::kScriptName,   archive::kKeysName,
                                                  archive::kJournalName,  archive::kObjectsName,
                                                  archive::kPreviewsName, archive::kParityName,
                                                  archive::kMirrorName,   archive::kTemporaryName};
    TRY_LET(const auto entries, environment_->files.list(archive_path_));
    for (const auto& entry : entries)
        if (!known.contains(entry.name))
            stranger(entry.name, "no file of the archive's; set aside");
    return {};
}

Result<> FileChecker::check_names(bool objects) {
    TRY(check_top());
    TRY(check_plain_files());
    struct Part {
        std::string_view name;
        int depth;
        bool optional;
    };
    for (const auto& part :
         {Part{archive::kKeysName, 0, false}, Part{archive::kJournalName, 2, false},
          Part{archive::kPreviewsName, 0, true}, Part{archive::kObjectsName, 1, false}}) {
        if (part.name == archive::kObjectsName && !objects) continue;
        const bool mirror = part.name == archive::kKeysName || part.name == archive::kJournalName;
        for (const auto& relative : {std::string(part.name), mirrored(part.name)}) {
            if (!mirror && relative != part.name) continue;
            auto checked = check_folder(relative, part.depth);
            if (checked) continue;
            if (checked.error().code() != ErrorCode::not_found) return checked;
            if (!part.optional) missing(relative, "the folder is not there");
        }
    }
    return check_mirror();
}

Result<> FileChecker::check_mirror() {
    const auto listed = [&](std::string_view base) -> Result<std::set<std::string>> {
        std::set<std::string> names;
        const auto walk = [&](const auto& self, const std::string& relative,
                              int depth) -> Result<> {
            auto entries = environment_->files.list(
                os::join_path(archive_path_, os::join_path(std::string(base), relative)));
            if (!entries && entries.error().code() == ErrorCode::not_found) return {};
            if (!entries) return std::move(entries).error();
            for (const auto& entry : *entries) {
                const auto path = os::join_path(relative, entry.name);
                if (entry.kind == os::FileKind::directory && depth > 0)
                    TRY(self(self, path, depth - 1));
                if (entry.kind == os::FileKind::regular && entry.name.ends_with(".age"))
                    names.insert(path);
            }
            return {};
        };
        TRY(walk(walk, std::string(archive::kKeysName), 0));
        TRY(walk(walk, std::string(archive::kJournalName), 2));
        return names;
    };
    TRY_LET(const auto main, listed(""));
    TRY_LET(const auto mirror, listed(archive::kMirrorName));
    // Segments that a rollup in both places stands for may be left in one of them, where their
    // removal was cut off.
    archive::RollupIndex rollups;
    for (const auto& name : main) {
        const auto file = journal_name(name);
        if (file && mirror.contains(name)) rollups.add(*file);
    }
    const auto is_rolled_up = [&](const std::string& name) {
        const auto file = journal_name(name);
        return file && rollups.stands_for(*file);
    };
    for (const auto& name : main)
        if (!mirror.contains(name) && !is_rolled_up(name))
            missing(mirrored(name), "it is in the archive and not in its mirror");
    for (const auto& name : mirror)
        if (!main.contains(name) && !is_rolled_up(name))
            missing(name, "it is in the mirror and not in the archive itself");
    return {};
}

Result<std::vector<std::string>> FileChecker::list_objects() {
    std::vector<std::string> paths;
    const std::string objects(archive::kObjectsName);
    auto groups = environment_->files.list(os::join_path(archive_path_, objects));
    if (!groups && groups.error().code() == ErrorCode::not_found) {
        missing(objects, "the folder is not there");
        return paths;
    }
    TRY(groups);
    for (const auto& group : *groups) {
        const auto folder = os::join_path(objects, group.name);
        if (group.kind != os::FileKind::directory) {
            stranger(folder, "no file of the archive's; set aside");
            continue;
        }
        TRY_LET(const auto entries, environment_->files.list(os::join_path(archive_path_, folder)));
        for (const auto& entry : entries) {
            const auto hash = archive::hash_of_name(entry.name);
            if (hash && entry.kind == os::FileKind::regular && entry.name.starts_with(group.name))
                paths.push_back(os::join_path(folder, entry.name));
            else
                stranger(os::join_path(folder, entry.name), "no file of the archive's; set aside");
        }
    }
    return paths;
}

Result<CheckReport> check_without_key(const Environment& environment, const std::string& path,
                                      Listener& listener) {
    TRY(archive::open_copy(environment.files, path));
    FileChecker checker(environment, path, listener);
    auto checked = checker.check_names(true);
    auto report = checker.finish();
    if (!checked && checked.error().code() != ErrorCode::cancelled)
        return std::move(checked).error();
    return report;
}

}  // namespace keepsake::library
