#include "os/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "os/descriptor.h"
#include "os/file_system.h"
#include "os/held_folder.h"
#include "os/posix_files.h"
#include "os/posix_held_folder.h"
#include "os/posix_paths.h"
#include "os/posix_rename.h"

namespace keepsake::os {
namespace {

class PosixFileLock final : public FileLock {
  public:
    explicit PosixFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  private:
    Descriptor descriptor_;  // flock() ends with it
};

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

Error failed(std::string_view doing, const std::string& path) {
    return Error::from_errno(errno, describe_call(doing, path), true);
}

Result<struct stat> status_of(const std::string& path, int flags) {
    TRY_LET(const Place place, place_of(path));
    struct stat status{};
    if (::fstatat(place.directory(), place.name(), &status, flags) != 0)
        return Error::from_errno(errno, describe_call("look at", path));
    return status;
}

/// Opening a device or a pipe may have effects: a look at what it is comes first. O_NONBLOCK for
/// what takes its place between look and opening; the descriptor is then looked at again.
Result<> refuse_unless_regular(const std::string& path) {
    TRY_LET(const struct stat status, status_of(path, AT_SYMLINK_NOFOLLOW));
    if (!S_ISREG(status.st_mode))
        return Error(ErrorCode::invalid, describe_call("not a regular file:", path));
    return {};
}

constexpr int kWithoutEffects = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

FileKind kind_of_entry(unsigned char type) {
    switch (type) {
        case DT_REG:
            return FileKind::regular;
        case DT_DIR:
            return FileKind::directory;
        case DT_LNK:
            return FileKind::symbolic_link;
        default:
            return FileKind::other;
    }
}

Result<std::vector<DirectoryEntry>> read_directory(DIR* stream, const std::string& path) {
    std::vector<DirectoryEntry> entries;
    while (true) {
        errno = 0;
        const dirent* const entry = ::readdir(stream);  // NOLINT(concurrency-mt-unsafe)
        if (entry == nullptr && errno != 0)
            return Error::from_errno(errno, describe_call("list", path));
        if (entry == nullptr) return entries;
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        FileKind kind = kind_of_entry(entry->d_type);
        if (entry->d_type == DT_UNKNOWN) {
            struct stat status{};
            const int result =
                ::fstatat(::dirfd(stream), name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
            if (result != 0 && errno == ENOENT) continue;  // gone since
            if (result != 0) return Error::from_errno(errno, describe_call("list", path));
            kind = file_kind_of(status.st_mode);
        }
        entries.push_back({name, kind});
    }
}

bool system_reports_errors_by_syncfs() {
    utsname system{};
    return ::uname(&system) == 0 && reports_errors_by_syncfs(system.release);
}

Result<struct statfs> file_system_status(int descriptor, const std::string& path) {
    struct statfs status{};
    if (::fstatfs(descriptor, &status) != 0)
        return Error::from_errno(errno, describe_call("look at the file system of", path));
    return status;
}

}  // namespace

Result<std::unique_ptr<ReadableFile>> PosixFileSystem::open(const std::string& path) {
    TRY(refuse_unless_regular(path));
    TRY_LET(Descriptor descriptor,
            open_descriptor(path, O_RDONLY | kWithoutEffects, 0, false, "open"));
    return readable_file(std::move(descriptor), path);
}

Result<std::unique_ptr<WritableFile>> PosixFileSystem::create(const std::string& path,
                                                              bool secret) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY;
    TRY_LET(const struct stat parent, status_of(parent_of(path), 0));
    std::ignore = watch(parent.st_dev, parent_of(path));  // one may write where one may not look
    TRY_LET(Descriptor descriptor,
            open_descriptor(path, kFlags, secret ? 0600 : 0644, true, "create"));
    return writable_file(std::move(descriptor), path);
}

Result<> PosixFileSystem::rename_exclusive(const std::string& from, const std::string& to) {
    TRY_LET(const Place from_place, place_of(from));
    TRY_LET(const Place to_place, place_of(to));
    return rename_to_free_name({from_place, to_place, describe_rename(from, to)}, first_method_);
}

Result<> PosixFileSystem::rename_replacing(const std::string& from, const std::string& to) {
    TRY_LET(const Place from_place, place_of(from));
    TRY_LET(const Place to_place, place_of(to));
    return rename_over({from_place, to_place, describe_rename(from, to)});
}

Result<> PosixFileSystem::remove_file(const std::string& path) {
    TRY_LET(const Place place, place_of(path));
    if (::unlinkat(place.directory(), place.name(), 0) != 0) return failed("remove", path);
    return {};
}

Result<> PosixFileSystem::remove_directory(const std::string& path) {
    TRY_LET(const Place place, place_of(path));
    if (::unlinkat(place.directory(), place.name(), AT_REMOVEDIR) != 0)
        return failed("remove", path);
    return {};
}

Result<> PosixFileSystem::make_directory(const std::string& path, bool secret) {
    TRY_LET(const Place place, place_of(path));
    if (::mkdirat(place.directory(), place.name(), secret ? 0700 : 0755) != 0)
        return failed("make directory", path);
    return {};
}

Result<std::vector<DirectoryEntry>> PosixFileSystem::list(const std::string& path) {
    TRY_LET(Descriptor descriptor,
            open_descriptor(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, false, "list"));
    const DirectoryStream stream(::fdopendir(descriptor.get()));
    if (!stream) return Error::from_errno(errno, describe_call("list", path));
    std::ignore = descriptor.release();  // the stream's now
    return read_directory(stream.get(), path);
}

Result<FileInfo> PosixFileSystem::info(const std::string& path) {
    TRY_LET(const struct stat status, status_of(path, AT_SYMLINK_NOFOLLOW));
    return file_info_of(status);
}

Result<FileInfo> PosixFileSystem::info_following(const std::string& path) {
    TRY_LET(const struct stat status, status_of(path, 0));
    return file_info_of(status);
}

Result<std::string> PosixFileSystem::real_path(const std::string& path) {
    return resolve_path(path);
}

Result<> PosixFileSystem::set_directory_modified(const std::string& path, Instant modified) {
    TRY_LET(const Descriptor descriptor,
            open_descriptor(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, true, "open"));
    return set_descriptor_modified(descriptor.get(), modified,
                                   describe_call("set the time of", path));
}

Result<> PosixFileSystem::sync_directory(const std::string& path) {
    TRY_LET(const Descriptor descriptor,
            open_descriptor(path, O_RDONLY | O_DIRECTORY, 0, true, "sync directory"));
    auto synced = sync_descriptor(descriptor.get(), describe_call("sync directory", path));
    if (synced) return synced;
    // Some file systems have no fsync of directories; the whole then is the least there is.
    const int number = synced.error().system_code();
    if (number != EINVAL && number != EOPNOTSUPP && number != ENOSYS) return synced;
    if (::syncfs(descriptor.get()) != 0) return failed("sync directory", path);
    return {};
}

Result<> PosixFileSystem::sync_everything(const std::string& path) {
    if (!system_reports_errors_by_syncfs())
        return Error(ErrorCode::unsupported, "this system reports no errors by syncfs()");
    TRY_LET(const std::string real, resolve_path(path));
    TRY_LET(const struct stat status, status_of(real, 0));
    TRY_LET(const int watched,
            watch(status.st_dev, S_ISDIR(status.st_mode) ? real : parent_of(real)));
    TRY_LET(const struct statfs kind, file_system_status(watched, path));
    if (!syncs_as_a_whole(static_cast<std::uint64_t>(kind.f_type)))
        return Error(ErrorCode::unsupported,
                     describe_call("not to be synced as a whole: the file system of", path));
    if (::syncfs(watched) != 0) return failed("sync the file system of", path);
    return {};
}

/// The descriptor by which syncfs() tells of every error since the first write. Kept until the
/// object's end, so that no error falls between two of them.
Result<int> PosixFileSystem::watch(dev_t device, const std::string& directory) {
    const std::lock_guard lock(watched_mutex_);
    const auto found = watched_.find(device);
    if (found != watched_.end()) return found->second.get();
    TRY_LET(Descriptor opened,
            open_descriptor(directory, O_RDONLY | O_DIRECTORY, 0, true, "open directory"));
    const int number = opened.get();
    watched_.emplace(device, std::move(opened));
    return number;
}

Result<std::unique_ptr<HeldFolder>> PosixFileSystem::hold_folder(const std::string& path) {
    TRY_LET(Descriptor descriptor,
            open_descriptor(path, O_RDONLY | O_DIRECTORY, 0, false, "open directory"));
    TRY_LET(const struct statfs kind, file_system_status(descriptor.get(), path));
    return hold_descriptor(std::move(descriptor), path, first_method_,
                           system_reports_errors_by_syncfs() &&
                               syncs_as_a_whole(static_cast<std::uint64_t>(kind.f_type)));
}

Result<std::uint64_t> PosixFileSystem::free_bytes(const std::string& path) {
    TRY_LET(const Descriptor descriptor, open_descriptor(path, O_PATH, 0, false, "look at"));
    struct statvfs status{};
    if (::fstatvfs(descriptor.get(), &status) != 0)
        return Error::from_errno(errno, describe_call("look at the file system of", path));
    const std::uint64_t block_bytes = status.f_frsize != 0 ? status.f_frsize : status.f_bsize;
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(std::uint64_t{status.f_bavail}, block_bytes, &bytes))
        return std::numeric_limits<std::uint64_t>::max();
    return bytes;
}

Result<std::uint64_t> PosixFileSystem::largest_file_bytes(const std::string& path) {
    TRY_LET(const Descriptor descriptor, open_descriptor(path, O_PATH, 0, false, "look at"));
    TRY_LET(const struct statfs status, file_system_status(descriptor.get(), path));
    return largest_file_bytes_of(static_cast<std::uint64_t>(status.f_type));
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::try_lock(const std::string& path) {
    const auto regular = refuse_unless_regular(path);
    if (!regular && regular.error().code() != ErrorCode::not_found) return regular.error();
    TRY_LET(Descriptor descriptor,
            open_descriptor(path, O_RDWR | O_CREAT | kWithoutEffects, 0644, true, "lock"));
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) return failed("lock", path);
    if (!S_ISREG(status.st_mode))
        return Error(ErrorCode::invalid, describe_call("not a regular file:", path));
    int result = 0;
    do {
        result = ::flock(descriptor.get(), LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK)
        return Error(ErrorCode::exists, describe_call("another program holds", path));
    if (result != 0 && (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS))
        return Error(ErrorCode::unsupported, describe_call("no locks in the file system of", path));
    if (result != 0) return failed("lock", path);
    // Who held it until now may have removed it: a lock on what has no name keeps nobody out.
    if (::fstat(descriptor.get(), &status) != 0) return failed("lock", path);
    if (status.st_nlink == 0)
        return Error(ErrorCode::exists, describe_call("another program held and removed", path));
    return std::make_unique<PosixFileLock>(std::move(descriptor));
}

std::uint64_t largest_file_bytes_of(std::uint64_t file_system_type) {
    if (file_system_type == MSDOS_SUPER_MAGIC) return (std::uint64_t{1} << 32U) - 1;
    return std::numeric_limits<std::uint64_t>::max();
}

bool syncs_as_a_whole(std::uint64_t file_system_type) {
    switch (file_system_type & 0xFFFFFFFFU) {  // sign-extended by some systems
        case FUSE_SUPER_MAGIC:
        case SMB_SUPER_MAGIC:
        case CIFS_SUPER_MAGIC:
        case SMB2_SUPER_MAGIC:
        case V9FS_MAGIC:
            return false;
        default:
            return true;
    }
}

bool reports_errors_by_syncfs(const std::string& kernel_release) {
    int major = 0;
    int minor = 0;
    if (::sscanf(kernel_release.c_str(), "%d.%d", &major, &minor) != 2) return false;
    return major > 5 || (major == 5 && minor >= 8);
}

}  // namespace keepsake::os
