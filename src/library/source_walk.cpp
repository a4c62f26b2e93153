#include "library/source_walk.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

// Folders reached through links inside links: enough for any real tree, too few for one built to
// explode.
constexpr int kMostLinksInLinks = 8;
constexpr std::size_t kDeepestFolder = 4096;

model::RootId root_id(const model::DeviceId& device, const std::string& path) {
    crypto::Sha256 hash;
    constexpr std::uint8_t kNul[1] = {0};
    hash.update(as_bytes("keepsake-root-v1"));
    hash.update(kNul);
    hash.update(as_bytes(device.hex()));
    hash.update(kNul);
    hash.update(as_bytes(path));
    const auto digest = hash.finish();
    return *model::RootId::from_bytes(ByteView(digest).first(model::RootId::kBytes));
}

bool is_inside(const std::string& path, const std::string& folder) {
    if (folder == "/") return true;
    return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

std::string given_name(std::string path, const std::string& real_path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const auto name = os::file_name_of(path);
    return os::is_file_name(name) ? name : os::file_name_of(real_path);
}

// The system takes a disk out of this list when it is pulled out, whatever is still in memory.
// File systems that span disks or are none (btrfs, a network) are not in it.
std::string disk_of(os::FileSystem& files, std::uint64_t device) {
    const auto path = "/sys/dev/block/" + std::to_string(gnu_dev_major(device)) + ":" +
                      std::to_string(gnu_dev_minor(device));
    return files.info_following(path) ? path : std::string();
}

std::string joined(const std::string& folder, const std::string& name) {
    return folder.empty() ? name : folder + "/" + name;
}

}  // namespace

std::string reason_of(const Error& error) {
    switch (error.code()) {
        case ErrorCode::permission:
        case ErrorCode::read_only:
            return "you may not read it";
        case ErrorCode::not_found:
            return "it is not there any more";
        case ErrorCode::changed:
            return "it kept changing while it was read";
        case ErrorCode::limit:
            return "its path is too long, or leads round in a circle";
        case ErrorCode::invalid:
        case ErrorCode::unsupported:
            return "it is no file or folder (a device, a pipe or a socket)";
        default:
            return "the disk could not read it";
    }
}

bool is_there(os::FileSystem& files, const Source& source) {
    const auto info = files.info(source.real_path);
    if (!info || info->device != source.device) return false;
    if (source.is_folder != (info->kind == os::FileKind::directory)) return false;
    return source.disk.empty() || files.info_following(source.disk).has_value();
}

Error gone(const Source& source) {
    return {ErrorCode::not_found,
            printable(source.shown) +
                " is not there any more. If it stands on a disk of its own, connect that disk "
                "again; then keep it once more."};
}

std::vector<Source> resolve_sources(
    os::FileSystem& files, std::span<const std::string> paths, const model::DeviceId& device,
    const std::function<void(const std::string&, const std::string&)>& problem) {
    std::vector<Source> sources;
    for (const auto& path : paths) {
        Source source;
        source.shown = path;
        auto real_path = files.real_path(path);
        const auto info =
            real_path ? files.info(*real_path) : Result<os::FileInfo>(real_path.error());
        if (!info) {
            problem(path, info.error().code() == ErrorCode::not_found ? "it is not there"
                                                                      : reason_of(info.error()));
            continue;
        }
        source.real_path = std::move(*real_path);
        source.device = info->device;
        source.disk = disk_of(files, info->device);
        source.is_folder = info->kind == os::FileKind::directory;
        source.name = given_name(path, source.real_path);
        if (source.name == "/") source.name.clear();
        if (!source.is_folder && info->kind != os::FileKind::regular) {
            problem(path, "it is no file or folder (a device, a pipe or a socket)");
            continue;
        }
        const auto twice = [&](const Source& other) {
            return other.real_path == source.real_path && other.name == source.name;
        };
        if (std::ranges::any_of(sources, twice)) continue;
        source.root =
            root_id(device, source.is_folder ? source.real_path : os::parent_of(source.real_path));
        sources.push_back(std::move(source));
    }
    return sources;
}

Result<> SourceWalker::walk(const Source& source) {
    source_ = &source;
    open_.clear();
    if (source.is_folder) return walk_folder({source.real_path, source.shown, source.name}, 0);
    return visit_file(source.real_path,
                      {os::parent_of(source.real_path), os::parent_of(source.shown), ""},
                      source.name);
}

Result<> SourceWalker::walk_folder(const Folder& folder, int links_followed) {
    const auto info = files_->info(folder.path);
    if (!info) return unreadable(folder.shown, info.error());
    const std::pair identity{info->device, info->inode};
    if (std::ranges::find(open_, identity) != open_.end()) {
        problem_(folder.shown, "a link that leads back to a folder above it");
        return {};
    }
    if (open_.size() >= kDeepestFolder) {
        problem_(folder.shown, "folders are nested more than 4,096 deep");
        return {};
    }
    auto entries = files_->list(folder.path);
    if (!entries) return unreadable(folder.shown, entries.error());
    std::ranges::sort(*entries, {}, &os::DirectoryEntry::name);
    open_.push_back(identity);
    Result<> result;
    for (const auto& entry : *entries) {
        result = enter(folder, entry, links_followed);
        if (!result) break;
    }
    open_.pop_back();
    return result;
}

Result<> SourceWalker::enter(const Folder& folder, const os::DirectoryEntry& entry,
                             int links_followed) {
    const auto path = os::join_path(folder.path, entry.name);
    const auto shown = os::join_path(folder.shown, entry.name);
    switch (entry.kind) {
        case os::FileKind::regular:
            return visit_file(path, folder, entry.name);
        case os::FileKind::directory:
            return walk_folder({path, shown, joined(folder.recorded, entry.name)}, links_followed);
        case os::FileKind::symbolic_link:
            return follow_link(folder, entry.name, links_followed);
        case os::FileKind::other:
            break;
    }
    problem_(shown, "it is no file or folder (a device, a pipe or a socket)");
    return {};
}

Result<> SourceWalker::follow_link(const Folder& folder, const std::string& name,
                                   int links_followed) {
    const auto shown = os::join_path(folder.shown, name);
    const auto target = files_->real_path(os::join_path(folder.path, name));
    if (!target) {
        const auto code = target.error().code();
        problem_(shown, code == ErrorCode::not_found ? "a link to something that is not there"
                        : code == ErrorCode::limit   ? "a link that leads round in a circle"
                                                     : reason_of(target.error()));
        return {};
    }
    if (!is_inside(*target, source_->real_path)) {
        problem_(shown, "a link that leads outside of the folder");
        return {};
    }
    const auto info = files_->info(*target);
    if (!info) return unreadable(shown, info.error());
    if (info->kind == os::FileKind::regular) return visit_file(*target, folder, name);
    if (info->kind != os::FileKind::directory) {
        problem_(shown, "a link to what is no file or folder");
        return {};
    }
    if (links_followed >= kMostLinksInLinks) {
        problem_(shown, "links inside links, more than 8 deep");
        return {};
    }
    return walk_folder({*target, shown, joined(folder.recorded, name)}, links_followed + 1);
}

Result<> SourceWalker::unreadable(const std::string& shown, const Error& error) {
    if (error.code() != ErrorCode::permission && !is_there(*files_, *source_))
        return gone(*source_);
    problem_(shown, reason_of(error));
    return {};
}

Result<> SourceWalker::visit_file(const std::string& path, const Folder& folder,
                                  const std::string& name) {
    const auto shown = source_->is_folder ? os::join_path(folder.shown, name) : source_->shown;
    const auto info = files_->info(path);
    if (!info) return unreadable(shown, info.error());
    return visit_({path, shown, folder.recorded, name, info->size_bytes, source_});
}

}  // namespace keepsake::library
