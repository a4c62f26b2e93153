#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace keepsake::os {

enum class FileKind { regular, directory, symbolic_link, other };

/// What stat tells. `device` and `inode` identify a file while it is open.
struct FileInfo {
    FileKind kind = FileKind::other;
    std::uint64_t size_bytes = 0;
    Instant modified;
    Instant changed;  ///< ctime
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

struct DirectoryEntry {
    std::string name;  ///< bytes as they are; never "." or ".."
    FileKind kind = FileKind::other;
};

/// A file open for reading at offsets. Thread safety: read_at may be called from any thread.
class ReadableFile {
  public:
    virtual ~ReadableFile() = default;
    /// Fills `out` from `offset_bytes` as far as the file reaches; fewer bytes mean its end. EINTR
    /// and short reads are handled inside.
    virtual Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const = 0;
    virtual Result<FileInfo> info() const = 0;
    /// Asks that following reads come from the disk, not from memory; a hint that may do nothing.
    virtual void drop_cache() const = 0;
};

/// A new file open for appending. Destroyed without close(): the handle goes, the file stays as it
/// is; whoever created it under a temporary name removes it. Invariant: once an operation failed,
/// every later one fails with the same error ("a writer that failed once stays failed"); in
/// particular sync() is never retried and believed.
class WritableFile {
  public:
    virtual ~WritableFile() = default;
    /// Asks that what follows goes to the disk past the cache: append() then waits for the disk,
    /// and sync() for little more. A hint that may do nothing, and does nothing from the first
    /// bytes on that are not whole pages (of 4096 bytes, beginning at one in the file and in
    /// memory).
    virtual void write_past_cache() = 0;
    virtual Result<> append(ByteView bytes) = 0;
    /// Makes `size_bytes` of zeros without writing them where the file system can (a hole).
    virtual Result<> append_zeros(std::uint64_t size_bytes) = 0;
    /// Starts writing back what was appended, without waiting: a later sync() finds less to do.
    virtual void start_writeback() = 0;
    /// fsync. Durability: the bytes survive a crash; the name does so after sync_directory().
    virtual Result<> sync() = 0;
    virtual Result<> set_modified(Instant modified) = 0;
    /// Must be called and checked: a close may report what a write could not.
    virtual Result<> close() = 0;
};

/// Holds an exclusive lock on a file until destroyed. Only ever a courtesy (never what safety rests
/// on).
class FileLock {
  public:
    virtual ~FileLock() = default;
};

class HeldFolder;

/// Everything the program asks of a disk. One implementation is the system's (posix_file_system.h),
/// one is simulated (for tests). Paths are bytes; a relative one is relative to the working
/// directory; paths longer than PATH_MAX work. No call follows a symbolic link in the last
/// component unless it says so. Thread safety: all calls from any thread.
class FileSystem {
  public:
    virtual ~FileSystem() = default;

    /// Errors: not_found; permission; invalid if it is not a regular file (devices and pipes are
    /// never opened: opening some of them has effects).
    virtual Result<std::unique_ptr<ReadableFile>> open(const std::string& path) = 0;
    /// Creates exclusively (O_CREAT | O_EXCL), mode 0600 where `secret`, else 0644 less the umask.
    /// Errors: exists; no_space; read_only.
    virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path, bool secret) = 0;

    /// Moves within one file system; `to` must not exist. Atomic where the system can (renameat2
    /// RENAME_NOREPLACE, else link and unlink); where it cannot (FAT, some mounts) a look before a
    /// plain rename. Errors: exists.
    virtual Result<> rename_exclusive(const std::string& from, const std::string& to) = 0;
    /// Atomically replaces `to`.
    virtual Result<> rename_replacing(const std::string& from, const std::string& to) = 0;
    /// Removes a file. Errors: not_found.
    virtual Result<> remove_file(const std::string& path) = 0;
    /// Removes an empty directory. Errors: not_found; exists (not empty).
    virtual Result<> remove_directory(const std::string& path) = 0;
    /// Errors: exists. Mode 0700 where `secret`, else 0755 less the umask.
    virtual Result<> make_directory(const std::string& path, bool secret) = 0;
    /// Every name in it, in no order. A listing that fails midway is an error, never a shorter
    /// list.
    virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
    /// lstat. Errors: not_found.
    virtual Result<FileInfo> info(const std::string& path) = 0;
    /// stat: follows symbolic links.
    virtual Result<FileInfo> info_following(const std::string& path) = 0;
    /// The path with every link resolved. Errors: not_found; limit (a loop).
    virtual Result<std::string> real_path(const std::string& path) = 0;
    /// Sets a directory's modification time.
    virtual Result<> set_directory_modified(const std::string& path, Instant modified) = 0;

    /// fsync of a directory: names created, renamed and removed in it survive a crash. Follows
    /// symbolic links, as do the calls below: they are about the place, not about the name.
    virtual Result<> sync_directory(const std::string& path) = 0;
    /// syncfs: everything written to the file system that holds `path` survives a crash, contents
    /// and names. Errors: unsupported where the system reports no write errors through it (before
    /// Linux 5.8), or where what is behind the file system need not hear of it (FUSE, SMB, 9P).
    virtual Result<> sync_everything(const std::string& path) = 0;

    /// Holds a folder, to write below it and nowhere else (held_folder.h). Follows symbolic links:
    /// the folder is what the path means now. This default is for file systems without symbolic
    /// links; the result must not outlive this object.
    virtual Result<std::unique_ptr<HeldFolder>> hold_folder(const std::string& path);

    /// Bytes that may still be written by this user.
    virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
    /// The largest file that the file system at `path` can hold (FAT32: 4 GiB - 1); UINT64_MAX if
    /// unknown.
    virtual Result<std::uint64_t> largest_file_bytes(const std::string& path) = 0;
    /// Creates the file if need be and locks it, without waiting; never through a symbolic link.
    /// Errors: exists if another holds it, or removed it while it was being locked; unsupported
    /// where the file system has no locks (some network and FUSE mounts).
    virtual Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) = 0;
};

/// "a/b" from "a" and "b"; "" joined with "b" is "b".
std::string join_path(const std::string& parent, const std::string& name);
/// The last component ("c" of "/a/b/c", "/" of "/").
std::string file_name_of(const std::string& path);
/// All but the last component ("." if there is none, "/" of "/a").
std::string parent_of(const std::string& path);
/// One name a child can have: not empty, not "." or "..", no '/' and no NUL, at most 255 bytes.
bool is_file_name(std::string_view name);

/// make_directory for it and every missing parent; existing ones are fine. Each directory that got
/// a new child is synced, so that the whole path survives a crash.
Result<> make_directories(FileSystem& files, const std::string& path, bool secret);
/// The same for who syncs everything before anything depends on them (sync_everything): adds to
/// `made` those that were missing, outermost first. Where that sync fails they are to be removed:
/// left there, whoever comes next would take them for ones that survive a crash.
Result<> make_directories_unsynced(FileSystem& files, const std::string& path,
                                   std::vector<std::string>& made);

/// The whole file, at most `limit_bytes`. Errors: limit.
Result<Bytes> read_file(FileSystem& files, const std::string& path, std::uint64_t limit_bytes);

/// Writes a whole file so that after a crash either the old state or the new one stands: under a
/// temporary name beside it (".<16 random hex digits>.tmp"), write, sync, rename (exclusive: fails
/// with `exists`; replacing: takes its place), sync of the directory. On failure the temporary file
/// is removed.
enum class Existing { refuse, replace };
Result<> write_file(FileSystem& files, const std::string& path, ByteView bytes, Existing existing,
                    bool secret);

}  // namespace keepsake::os
