#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "os/descriptor.h"
#include "os/file_system.h"
#include "os/held_folder.h"
#include "os/posix_rename.h"

namespace keepsake::os {

/// The system's own files, by openat and friends.
/// Holds one directory open in each file system that it wrote to (see sync_everything), so such a
/// file system cannot be unmounted before the object is destroyed.
class PosixFileSystem : public FileSystem {
  public:
    explicit PosixFileSystem(RenameMethod first_method = RenameMethod::no_replace)
        : first_method_(first_method) {}

    Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
    Result<std::unique_ptr<WritableFile>> create(const std::string& path, bool secret) override;
    Result<> rename_exclusive(const std::string& from, const std::string& to) override;
    Result<> rename_replacing(const std::string& from, const std::string& to) override;
    Result<> remove_file(const std::string& path) override;
    Result<> remove_directory(const std::string& path) override;
    Result<> make_directory(const std::string& path, bool secret) override;
    Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
    Result<FileInfo> info(const std::string& path) override;
    Result<FileInfo> info_following(const std::string& path) override;
    Result<std::string> real_path(const std::string& path) override;
    Result<> set_directory_modified(const std::string& path, Instant modified) override;
    Result<> sync_directory(const std::string& path) override;
    Result<> sync_everything(const std::string& path) override;
    Result<std::unique_ptr<HeldFolder>> hold_folder(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    Result<std::uint64_t> largest_file_bytes(const std::string& path) override;
    Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override;

  private:
    Result<int> watch(dev_t device, const std::string& directory);

    RenameMethod first_method_;
    std::mutex watched_mutex_;
    /// By file system, a descriptor from before the first write: syncfs() tells each descriptor
    /// only of the errors that came after it was opened.
    std::map<dev_t, Descriptor> watched_;
};

/// What statfs calls FAT, whose files end at 4 GiB - 1; UINT64_MAX for all others.
std::uint64_t largest_file_bytes_of(std::uint64_t file_system_type);
/// False for those whose syncfs() says nothing about the disk behind them.
bool syncs_as_a_whole(std::uint64_t file_system_type);
/// Of uname's release, "5.8.0-12-amd64" or later.
bool reports_errors_by_syncfs(const std::string& kernel_release);

}  // namespace keepsake::os
