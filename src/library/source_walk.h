#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "model/ids.h"
#include "os/file_system.h"

/// Walking what is to be kept: files and whole folders, links followed inside the given folder
/// only.
namespace keepsake::library {

/// What the person gave, resolved.
struct Source {
    std::string shown;  ///< as given
    std::string real_path;
    std::string
        name;  ///< recorded name: the last component as given, or as resolved for "." and the like
    bool is_folder = false;
    std::uint64_t device = 0;  ///< of the disk that it is on, as stat tells it
    std::string disk;          ///< where the system lists that disk; empty where it does not
    model::RootId root;
};

/// One regular file that is to be kept.
struct SourceFile {
    std::string path;    ///< to open; never a link
    std::string shown;   ///< by the path that the person gave
    std::string folder;  ///< as it is recorded: "src/2020"
    std::string name;
    std::uint64_t bytes = 0;
    const Source* source = nullptr;  ///< what it was found in
};

/// Why a source could not be read, in plain words without a path.
std::string reason_of(const Error& error);

/// Whether what the person gave is still there, on the same disk, and the disk still connected.
/// Asked after a file could not be read: of one that was pulled out every file fails, and the
/// system may go on showing folders that it has in memory.
bool is_there(os::FileSystem& files, const Source& source);

/// What is told, once, of a source that went away while it was kept.
Error gone(const Source& source);

/// Resolves each path. A path given twice counts once.
/// Errors: none; a path that is not there goes to `problem`.
std::vector<Source> resolve_sources(
    os::FileSystem& files, std::span<const std::string> paths, const model::DeviceId& device,
    const std::function<void(const std::string&, const std::string&)>& problem);

/// Walks sources in a fixed order (by name within a folder). Memory: one listing per level.
/// `visit` may end the walk by an error. What cannot be kept goes to `problem`: other kinds of
/// files, folders that cannot be listed, links that lead outside, nowhere or back. Errors: those of
/// `visit`; gone() if the source itself goes away meanwhile.
class SourceWalker {
  public:
    using Visit = std::function<Result<>(const SourceFile&)>;
    using Problem = std::function<void(const std::string&, const std::string&)>;
    SourceWalker(os::FileSystem& files, Visit visit, Problem problem)
        : files_(&files), visit_(std::move(visit)), problem_(std::move(problem)) {}

    Result<> walk(const Source& source);

  private:
    struct Folder {
        std::string path;  // real
        std::string shown;
        std::string recorded;
    };
    Result<> walk_folder(const Folder& folder, int links_followed);
    Result<> enter(const Folder& folder, const os::DirectoryEntry& entry, int links_followed);
    Result<> follow_link(const Folder& folder, const std::string& name, int links_followed);
    /// Names it, or ends the walk where the whole source is gone.
    Result<> unreadable(const std::string& shown, const Error& error);
    Result<> visit_file(const std::string& path, const Folder& folder, const std::string& name);

    os::FileSystem* files_;
    Visit visit_;
    Problem problem_;
    const Source* source_ = nullptr;
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
        open_;  // (device, inode) of the folders above
};

}  // namespace keepsake::library
