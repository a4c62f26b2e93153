#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file_system.h"

namespace keepsake::os {

/// A folder that is held, and what stands below it, reached through real folders alone: no call
/// follows a symbolic link at any depth or leaves the folder, also where somebody puts a link in
/// the way meanwhile. Paths are names joined by '/'; "" is the folder itself. Errors of all calls:
/// invalid for a path that is none of these (".." in it, a leading '/', NUL), or where a link
/// stands in the way. Thread safety: all calls from any thread.
class HeldFolder {
  public:
    virtual ~HeldFolder() = default;
    /// These are as FileSystem's.
    virtual Result<std::unique_ptr<ReadableFile>> open(const std::string& path) = 0;
    virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
    virtual Result<FileInfo> info(const std::string& path) = 0;
    virtual Result<> rename_exclusive(const std::string& from, const std::string& to) = 0;
    virtual Result<> remove_file(const std::string& path) = 0;
    /// It and its missing parents below the folder; each that got a new child is synced. Errors:
    /// exists where a file stands in the way.
    virtual Result<> make_directories(const std::string& path) = 0;
    virtual Result<> sync_directory(const std::string& path) = 0;
    virtual Result<> sync_everything() = 0;
};

/// Names joined by '/', each one that a file can have; or empty.
bool is_path_below(std::string_view path);

}  // namespace keepsake::os
