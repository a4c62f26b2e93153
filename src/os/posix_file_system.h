#pragma once

#include "os/file_system.h"

namespace keepsake::os {

/// The system's own files, by openat and friends.
class PosixFileSystem final : public FileSystem {
  public:
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
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    Result<std::uint64_t> largest_file_bytes(const std::string& path) override;
    Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override;
};

}  // namespace keepsake::os
