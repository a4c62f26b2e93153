#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"
#include "support/fault_plan.h"
#include "support/simulated_disk.h"

namespace keepsake::testing {

class SimulatedMachine;

/// A file system in memory that behaves as badly as the interface allows, in a way that its seed
/// decides, for tests such as
///
///     const auto count = run(kNever);       // how many operations are there?
///     for (std::uint64_t at = 0; at < count; ++at) run(at);
///
///     std::uint64_t run(std::uint64_t at) {
///         SimulatedFileSystem files(seed + at);
///         ...what is there before...
///         files.settle();
///         files.set_plan({.fail_at = at, .crash = true});
///         ...the scenario, noting what was acknowledged...
///         const auto count = files.operation_count();
///         files.crash();
///         ...what was acknowledged is there...
///         return count;
///     }
///
/// What a crash leaves (and nothing more may be relied on):
/// - a file's bytes and size as of its last successful sync(); of what came later any length, and
///   sectors (512 bytes) of zeros in it;
/// - the names that were in a directory at its last successful sync_directory(). Later changes are
///   kept or undone each by itself; a rename is atomic, undone it gives back the old name and what
///   it replaced. A rename is sure once the directory that it went to was synced;
/// - a directory that is not sure vanishes with all in it;
/// - after sync_everything(), all of it;
/// - what a failed sync (or close) did not write may be gone although every later sync succeeds.
///   drop_cache() on the file shows it;
/// - handles from before the crash fail; locks are free.
///
/// An append that fails leaves any part of its bytes, from the first on. There are no symbolic
/// links. Relative paths start at the root. A failed call other than append, sync and close
/// changes nothing. A file has at most 1 GiB. Thread safety: as the interface; but with several
/// threads the seed alone does not decide.
class SimulatedFileSystem final : public os::FileSystem {
  public:
    explicit SimulatedFileSystem(std::uint64_t seed);

    /// Counting starts anew.
    void set_plan(FaultPlan plan);
    std::uint64_t operation_count() const;
    std::vector<Operation> operations() const;
    /// "append /a/b (12 bytes)"; for a failing test's message. Requires: n < operation_count().
    std::string operation_name(std::uint64_t n) const;
    /// The plan's fault has come to pass, or something found no room.
    bool has_failed() const;

    /// The machine stops and starts again: what was not synced is dealt with. The plan is over.
    void crash(Unsynced unsynced = Unsynced::at_random);
    /// Makes everything durable, whatever failed before.
    void settle();

    /// Bytes of content in all; an append beyond writes what fits and fails with ENOSPC. Names and
    /// holes take none.
    void set_capacity(std::uint64_t capacity_bytes);
    /// Beyond it an append fails with EFBIG (FAT32: 4 GiB - 1).
    void set_largest_file(std::uint64_t size_bytes);
    /// Where false, sync_everything() fails with `unsupported`.
    void set_syncs_as_a_whole(bool does);
    /// Where false, try_lock() fails with `unsupported` (and makes the file all the same).
    void set_has_locks(bool has);
    /// By the machine's own clock, which gives files their times and moves on by a second with each
    /// operation.
    void pass_seconds(std::int64_t seconds);

    /// For looking and meddling from outside: not counted, never failing by plan. Paths are those
    /// of files, from the root, such as "/a/b".
    std::map<std::string, Bytes> snapshot() const;
    /// Directories too, "/a/"; sorted.
    std::vector<std::string> paths() const;
    /// Puts a file there, or other bytes into it, and settles everything; its directory must exist.
    void put(const std::string& path, ByteView bytes);
    void flip_bit(const std::string& path, std::uint64_t bit);

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
    Result<std::string> real_path(const std::string& path) override;
    Result<> set_directory_modified(const std::string& path, Instant modified) override;
    Result<> sync_directory(const std::string& path) override;
    Result<> sync_everything(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    Result<std::uint64_t> largest_file_bytes(const std::string& path) override;
    Result<std::unique_ptr<os::FileLock>> try_lock(const std::string& path) override;

  private:
    std::shared_ptr<SimulatedMachine> machine_;
};

}  // namespace keepsake::testing
