#include "os/posix_held_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "os/descriptor.h"
#include "os/file_system.h"
#include "os/held_folder.h"
#include "os/posix_files.h"
#include "os/posix_paths.h"
#include "os/posix_rename.h"

namespace keepsake::os {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kWithoutEffects = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr int kCreate = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;

int open_again(int directory, const char* name, int flags, mode_t mode) {
    int number = -1;
    do {
        number = ::openat(directory, name, flags, mode);
    } while (number < 0 && errno == EINTR);
    return number;
}

/// Takes the first name off a path.
std::string take_name(std::string_view& path) {
    const auto slash = path.find('/');
    std::string name(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    return name;
}

class PosixHeldFolder final : public HeldFolder {
  public:
    PosixHeldFolder(Descriptor descriptor, std::string path, RenameMethod first_method,
                    bool syncs_as_a_whole)
        : root_(std::move(descriptor)),
          path_(std::move(path)),
          first_method_(first_method),
          syncs_as_a_whole_(syncs_as_a_whole) {}

    Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override {
        TRY_LET(const Place place, place_below(path));
        struct stat status{};
        if (::fstatat(place.directory(), place.name(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return failed("open", path, false);
        // Opening a device or a pipe may have effects.
        if (!S_ISREG(status.st_mode))
            return Error(ErrorCode::invalid, describe_call("not a regular file:", shown(path)));
        Descriptor file(open_again(place.directory(), place.name(), O_RDONLY | kWithoutEffects, 0));
        if (!file.is_open()) return failed("open", path, false);
        return readable_file(std::move(file), shown(path));
    }

    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        TRY_LET(const Place place, place_below(path));
        Descriptor file(open_again(place.directory(), place.name(), kCreate, 0644));
        if (!file.is_open()) return failed("create", path);
        return writable_file(std::move(file), shown(path));
    }

    Result<FileInfo> info(const std::string& path) override {
        TRY_LET(const Place place, place_below(path));
        struct stat status{};
        if (::fstatat(place.directory(), place.name(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return failed("look at", path, false);
        return file_info_of(status);
    }

    Result<> rename_exclusive(const std::string& from, const std::string& to) override {
        TRY_LET(const Place from_place, place_below(from));
        TRY_LET(const Place to_place, place_below(to));
        return rename_to_free_name({from_place, to_place, describe_rename(shown(from), shown(to))},
                                   first_method_);
    }

    Result<> remove_file(const std::string& path) override {
        TRY_LET(const Place place, place_below(path));
        if (::unlinkat(place.directory(), place.name(), 0) != 0) return failed("remove", path);
        return {};
    }

    Result<> make_directories(const std::string& path) override {
        TRY(require_path(path));
        Descriptor reached;
        std::string walked;
        for (std::string_view rest = path; !rest.empty();) {
            const auto name = take_name(rest);
            walked = join_path(walked, name);
            TRY_LET(Descriptor next,
                    made(reached.is_open() ? reached.get() : root_.get(), name, walked));
            reached = std::move(next);
        }
        return {};
    }

    Result<> sync_directory(const std::string& path) override {
        TRY_LET(const Descriptor directory, walk(path));
        auto synced =
            sync_descriptor(directory.get(), describe_call("sync directory", shown(path)));
        if (synced) return synced;
        // Some file systems have no fsync of directories; the whole then is the least there is.
        const int number = synced.error().system_code();
        if (number != EINVAL && number != EOPNOTSUPP && number != ENOSYS) return synced;
        if (::syncfs(directory.get()) != 0) return failed("sync directory", path);
        return {};
    }

    Result<> sync_everything() override {
        if (!syncs_as_a_whole_)
            return Error(ErrorCode::unsupported,
                         describe_call("not to be synced as a whole: the file system of", path_));
        if (::syncfs(root_.get()) != 0) return failed("sync the file system of", "");
        return {};
    }

  private:
    std::string shown(const std::string& path) const { return join_path(path_, path); }

    Error failed(std::string_view doing, const std::string& path, bool writing = true) const {
        return Error::from_errno(errno, describe_call(doing, shown(path)), writing);
    }

    Result<> require_path(const std::string& path) const {
        if (is_path_below(path)) return {};
        return Error(ErrorCode::invalid, printable(path) + " is no path below " + printable(path_));
    }

    /// A child that is a folder. What else stands there is told apart: a link is not followed.
    Result<Descriptor> child(int directory, const std::string& name, const std::string& path) {
        Descriptor next(open_again(directory, name.c_str(), kOpenFolder, 0));
        if (next.is_open()) return next;
        const int number = errno;
        struct stat status{};
        if ((number == ENOTDIR || number == ELOOP) &&
            ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISLNK(status.st_mode))
                return Error(ErrorCode::invalid,
                             printable(shown(path)) +
                                 " is a link to another place; nothing is written through it");
            if (!S_ISDIR(status.st_mode))
                return Error(ErrorCode::exists,
                             printable(shown(path)) + " is there and no directory");
        }
        return Error::from_errno(number, describe_call("reach", shown(path)));
    }

    /// The same, made if it is missing.
    Result<Descriptor> made(int directory, const std::string& name, const std::string& path) {
        auto there = child(directory, name, path);
        if (there || there.error().system_code() != ENOENT) return there;
        const bool is_new = ::mkdirat(directory, name.c_str(), 0755) == 0;
        // Another thread, or another program, may have been first.
        if (!is_new && errno != EEXIST) return failed("make directory", path);
        if (is_new) {
            auto synced =
                sync_descriptor(directory, describe_call("sync directory", parent_of(shown(path))));
            const int number = synced ? 0 : synced.error().system_code();
            if (number == EINVAL || number == EOPNOTSUPP || number == ENOSYS)
                synced = ::syncfs(directory) == 0 ? Result<>()
                                                  : Result<>(failed("sync directory", path));
            if (!synced) {
                // Left there, the next attempt would take it for one that survives a crash.
                ::unlinkat(directory, name.c_str(), AT_REMOVEDIR);
                return std::move(synced).error();
            }
        }
        return child(directory, name, path);
    }

    Result<Descriptor> walk(const std::string& path) {
        TRY(require_path(path));
        Descriptor reached(open_again(root_.get(), ".", kOpenFolder, 0));
        if (!reached.is_open()) return failed("reach", path);
        std::string walked;
        for (std::string_view rest = path; !rest.empty();) {
            const auto name = take_name(rest);
            walked = join_path(walked, name);
            TRY_LET(Descriptor next, child(reached.get(), name, walked));
            reached = std::move(next);
        }
        return reached;
    }

    Result<Place> place_below(const std::string& path) {
        if (path.empty()) return Error(ErrorCode::invalid, "no name below " + printable(path_));
        TRY(require_path(path));
        const auto slash = path.rfind('/');
        Place place;
        TRY_LET(place.held, walk(slash == std::string::npos ? "" : path.substr(0, slash)));
        place.rest = path.substr(slash == std::string::npos ? 0 : slash + 1);
        return place;
    }

    Descriptor root_;
    std::string path_;
    RenameMethod first_method_;
    bool syncs_as_a_whole_;
};

}  // namespace

std::unique_ptr<HeldFolder> hold_descriptor(Descriptor descriptor, std::string path,
                                            RenameMethod first_method, bool syncs_as_a_whole) {
    return std::make_unique<PosixHeldFolder>(std::move(descriptor), std::move(path), first_method,
                                             syncs_as_a_whole);
}

}  // namespace keepsake::os
