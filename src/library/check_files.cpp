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

#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/parity_store.h"
#include "base/error.h"
#include "base/result.h"
#include "library/bytes_under_way.h"
#include "library/check.h"
#include "library/check_names.h"
#include "library/environment.h"
#include "library/worker_pool.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "parity/work.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kQueued = 256;
constexpr std::uint64_t kLargestPlainBytes = 1UL << 20U;

std::string mirrored(std::string_view name) {
    return os::join_path(std::string(archive::kMirrorName), std::string(name));
}

// Repairing with another program leaves the damaged file beside the mended one: "<sha256>.age.1".
std::string no_file_of_ours(std::string_view path) {
    const auto dot = path.rfind('.');
    const bool is_left_over =
        dot != std::string_view::npos && dot + 1 < path.size() &&
        path.find_first_not_of("0123456789", dot + 1) == std::string_view::npos &&
        archive::object_of_path(path.substr(0, dot));
    return is_left_over ? "left over by par2, which put the damaged file there; it can be deleted"
                        : "no file of the archive's; set aside";
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
    pool_.add(std::move(job), [this] { tell(); });
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

void FileChecker::healed(const std::string& name, const std::string& from) {
    const std::lock_guard guard(mutex_);
    events_.push_back({Kind::healed, name, "whole again, from " + from});
}

void FileChecker::hurt(Hurt hurt) {
    if (!holds_back_) return still_hurt(hurt);
    const std::lock_guard guard(mutex_);
    hurt_.push_back(std::move(hurt));
}

void FileChecker::still_hurt(const Hurt& hurt) {
    const std::lock_guard guard(mutex_);
    events_.push_back({hurt.is_missing ? Kind::missing : Kind::damaged, hurt.name, hurt.why});
    // Any one of them stands for the original.
    if (!hurt.objects.empty() && told_hurt_.size() < kMostHurtTold)
        told_hurt_.push_back(hurt.objects.front());
}

std::vector<Hurt> FileChecker::take_hurt() {
    const std::lock_guard guard(mutex_);
    return std::exchange(hurt_, {});
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
        if (event.kind == Kind::stranger || event.kind == Kind::healed) {
            ++(event.kind == Kind::stranger ? report_.strangers : report_.healed);
            listener_->note(event.name + ": " + event.why);
        } else {
            ++(event.kind == Kind::damaged ? report_.damaged : report_.missing);
            listener_->problem(event.name, event.why);
            told_.insert(event.name);
        }
    }
    listener_->progress(
        {"Checking", files_, total_files_, bytes_ + bytes_under_way_, total_bytes_});
}

void FileChecker::wait() {
    pool_.wait([this] { tell(); });
    tell();
}

CheckReport FileChecker::finish() {
    wait();
    report_.files = files_;
    report_.bytes = bytes_;
    report_.originals = originals_;
    report_.hurt = told_hurt_;
    if (environment_->stop.stop_requested())
        report_.stopped = Error(ErrorCode::cancelled, "stopped");
    return report_;
}

void FileChecker::check_file(const std::string& relative) {
    const auto named = read_name(relative);
    if (!named && archive::is_parity_mark(relative)) return;
    if (!named) return stranger(relative, no_file_of_ours(relative));
    if (!is_in_place(relative, named->place)) return;
    add([this, relative, hash = named->hash](archive::ObjectBuffers& buffers) {
        std::uint64_t bytes = 0;
        const auto why = why_not_whole(relative, hash, buffers, bytes);
        if (environment_->stop.stop_requested()) return;
        count_file(bytes);
        if (!why) return;
        const auto object = archive::object_of_path(relative);
        const bool is_set = relative == archive::parity_path(hash);
        if (object || is_set)
            return hurt({object ? std::vector{*object} : std::vector<model::ObjectId>{},
                         is_set ? std::optional(hash) : std::nullopt, false, relative, *why});
        const auto second = second_copy_of(relative);
        if (!second || why_not_whole(*second, hash, buffers, bytes)) return damaged(relative, *why);
        const bool in_mirror = relative.starts_with(archive::kMirrorName);
        damaged(relative, *why + (in_mirror ? "; its copy in the archive itself is whole"
                                            : "; its copy in mirror/ is whole"));
    });
}

// None if it is what its name says.
std::optional<std::string> FileChecker::why_not_whole(const std::string& relative,
                                                      const model::FileHash& hash,
                                                      archive::ObjectBuffers& buffers,
                                                      std::uint64_t& bytes) {
    const auto file = environment_->files.open(os::join_path(archive_path_, relative));
    if (!file) return file.error().message();
    const auto found = archive::hash_archive_file(CountedFile(**file, bytes_under_way_),
                                                  buffers.plain(0), environment_->stop);
    const auto info = (*file)->info();
    bytes = info ? info->size_bytes : 0;
    if (!found) return found.error().message();
    if (*found != hash) return "its bytes are not what its name says";
    return std::nullopt;
}

// A file that stands elsewhere than its name belongs is found by nobody.
bool FileChecker::is_in_place(const std::string& relative, const std::string& place) {
    const bool in_mirror = relative.starts_with(archive::kMirrorName);
    const auto proper = in_mirror ? mirrored(place) : place;
    if (relative == proper) return true;
    if (environment_->files.info(os::join_path(archive_path_, proper)))
        stranger(relative, "a second one of " + proper + ", in the wrong place; set aside");
    else
        damaged(relative,
                "it stands in the wrong place, where nobody finds it; it belongs to " + proper);
    return false;
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
            check_file(path);
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
        if (main && mirror && *main != *mirror) differing_.emplace_back(name);
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
    static const std::set<std::string_view> known_in_mirror{
        archive::kManifestName, archive::kReadmeName, archive::kScriptName, archive::kKeysName,
        archive::kJournalName};
    TRY_LET(const auto entries, environment_->files.list(archive_path_));
    for (const auto& entry : entries)
        if (!known.contains(entry.name))
            stranger(entry.name, "no file of the archive's; set aside");
    const std::string mirror(archive::kMirrorName);
    const auto mirrored_entries = environment_->files.list(os::join_path(archive_path_, mirror));
    if (!mirrored_entries && mirrored_entries.error().code() != ErrorCode::not_found)
        return mirrored_entries.error();
    if (!mirrored_entries) return {};  // what stood there is told as missing
    for (const auto& entry : *mirrored_entries)
        if (!known_in_mirror.contains(entry.name))
            stranger(os::join_path(mirror, entry.name), "no file of the archive's; set aside");
    return {};
}

void FileChecker::check_objects(const std::vector<std::string>& paths) {
    for (const auto& path : paths) {
        if (environment_->stop.stop_requested()) return;
        check_file(path);
    }
}

Result<> FileChecker::check_members() {
    parity::Work work;
    work.threads = environment_->threads;
    work.stop = environment_->stop;
    TRY_LET(const auto sets, archive::list_parity(environment_->files, archive_path_));
    std::set<model::ObjectId> told;
    for (const auto& set : sets) {
        const auto members = archive::read_members(environment_->files, archive_path_, set, work);
        if (!members) continue;  // a spoiled set is told as such
        for (const auto& member : members->objects) {
            const auto path = archive::object_path(member.object);
            const auto info = environment_->files.info(os::join_path(archive_path_, path));
            if (info || info.error().code() != ErrorCode::not_found) continue;
            if (told.insert(member.object).second)
                hurt({{member.object},
                      {},
                      true,
                      path,
                      "there is repair data of it, and it is not here"});
        }
    }
    return {};
}

Result<> FileChecker::check_names(bool without_key) {
    TRY(check_top());
    TRY(check_plain_files());
    if (without_key)
        for (const auto& name : differing_)
            damaged(name, "it and its copy in mirror/ are not the same; one of them was changed");
    struct Part {
        std::string_view name;
        int depth;
        bool optional;
    };
    for (const auto& part :
         {Part{archive::kKeysName, 0, false}, Part{archive::kJournalName, 2, false},
          Part{archive::kPreviewsName, 0, true}, Part{archive::kParityName, 0, true}}) {
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

Result<std::set<std::string>> FileChecker::list_mirrored(std::string_view base) {
    std::set<std::string> names;
    const auto walk = [&](const auto& self, const std::string& relative, int depth) -> Result<> {
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
}

Result<> FileChecker::check_mirror() {
    TRY_LET(const auto main, list_mirrored(""));
    TRY_LET(const auto mirror, list_mirrored(archive::kMirrorName));
    for (const auto& names : {main, mirror})
        for (const auto& name : names)
            if (const auto file = journal_name(name); file && file->path() == name)
                journal_names_.add(*file);
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

void FileChecker::check_numbers() {
    for (const auto& [copy, original] : journal_names_.copies())
        damaged(copy.path(), "it holds the bytes of " + original.path());
    for (const auto& [device, numbers] : journal_names_.gaps())
        missing(os::join_path(std::string(archive::kJournalName), device.hex()),
                "of the changes that one computer wrote, these are not here (by number): " +
                    to_text(numbers) + "; another copy may have them");
}

Result<std::vector<std::string>> FileChecker::list_objects() {
    std::vector<std::string> paths;
    const std::string objects(archive::kObjectsName);
    const auto groups = environment_->files.list(os::join_path(archive_path_, objects));
    if (!groups && groups.error().code() == ErrorCode::not_found) {
        missing(objects, "the folder is not there");  // a tool that copies no empty folders
        return paths;
    }
    if (!groups) return groups.error();
    for (const auto& group : *groups) {
        const auto folder = os::join_path(objects, group.name);
        if (group.kind != os::FileKind::directory) {
            stranger(folder, "no file of the archive's; set aside");
            continue;
        }
        TRY_LET(const auto entries, environment_->files.list(os::join_path(archive_path_, folder)));
        for (const auto& entry : entries) {
            const auto path = os::join_path(folder, entry.name);
            const auto named = read_name(path);
            if (!named || entry.kind != os::FileKind::regular)
                stranger(path, no_file_of_ours(path));
            else if (is_in_place(path, named->place))
                paths.push_back(path);
        }
    }
    return paths;
}

}  // namespace keepsake::library
