#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"

/// Files that a fuzzer makes up, without a disk.
namespace keepsake::fuzz {

/// A file that may lie about its size. Counts what is asked of it.
class MemoryFile final : public os::ReadableFile {
  public:
    MemoryFile(Bytes bytes, std::uint64_t told_bytes)
        : bytes_(std::move(bytes)), told_bytes_(told_bytes) {}
    explicit MemoryFile(Bytes bytes) : MemoryFile(std::move(bytes), 0) {
        told_bytes_ = bytes_.size();
    }
    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const override;
    Result<os::FileInfo> info() const override;
    void drop_cache() const override {}
    std::uint64_t reads() const { return reads_; }

  private:
    Bytes bytes_;
    std::uint64_t told_bytes_;
    mutable std::uint64_t reads_ = 0;
};

/// As much of a file system as whole small files need. Every folder is there.
class MemoryFiles final : public os::FileSystem {
  public:
    std::map<std::string, Bytes> contents;

    Result<std::unique_ptr<os::ReadableFile>> open(const std::string& path) override;
    Result<std::unique_ptr<os::WritableFile>> create(const std::string& path, bool secret) override;
    Result<> rename_exclusive(const std::string& from, const std::string& to) override;
    Result<> rename_replacing(const std::string& from, const std::string& to) override;
    Result<> remove_file(const std::string& path) override;
    Result<> remove_directory(const std::string& path) override;
    Result<> make_directory(const std::string& path, bool secret) override;
    Result<std::vector<os::DirectoryEntry>> list(const std::string& path) override;
    Result<os::FileInfo> info(const std::string& path) override;
    Result<os::FileInfo> info_following(const std::string& path) override;
    Result<std::string> real_path(const std::string& path) override { return path; }
    Result<> set_directory_modified(const std::string&, Instant) override { return {}; }
    Result<> sync_directory(const std::string&) override { return {}; }
    Result<> sync_everything(const std::string&) override { return {}; }
    Result<std::uint64_t> free_bytes(const std::string&) override { return UINT64_MAX; }
    Result<std::uint64_t> largest_file_bytes(const std::string&) override { return UINT64_MAX; }
    Result<std::unique_ptr<os::FileLock>> try_lock(const std::string& path) override;
};

}  // namespace keepsake::fuzz
