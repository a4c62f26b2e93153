#include "os/posix_paths.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "os/descriptor.h"
#include "os/file_system.h"

namespace keepsake::os {
namespace {

constexpr std::size_t kLargestPiece = PATH_MAX - 1;  // without the closing NUL
constexpr int kMostLinks = 40;                       // what Linux allows itself

std::string_view without_trailing_slashes(std::string_view path) {
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    return path;
}

int open_again(int directory, const char* name, int flags, mode_t mode) {
    int number = -1;
    do {
        number = ::openat(directory, name, flags | O_CLOEXEC, mode);
    } while (number < 0 && errno == EINTR);
    return number;
}

/// The text of the link that `link` (O_PATH | O_NOFOLLOW) is.
Result<std::string> read_link(int link, const std::string& path) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(link, "", target.data(), target.size());
    if (size < 0) return Error::from_errno(errno, describe_call("read link", path));
    target.resize(static_cast<std::size_t>(size));
    return target;
}

/// Walks a path component by component, holding the directory reached.
class Resolver {
  public:
    explicit Resolver(const std::string& path) : path_(path) { push_front(path); }

    Result<std::string> resolve() {
        TRY(path_.starts_with('/') ? start_at_root() : start_here());
        while (!pending_.empty()) {
            const std::string name = std::move(pending_.front());
            pending_.pop_front();
            if (name == "..")
                TRY(ascend());
            else
                TRY(descend(name));
        }
        return resolved_.empty() ? std::string("/") : resolved_;
    }

  private:
    /// Puts the components of `path` before those that are still to be walked.
    void push_front(std::string_view path) {
        while (!path.empty()) {
            const auto slash = path.rfind('/');
            const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
            if (!name.empty() && name != ".") pending_.emplace_front(name);
            path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
        }
    }

    Result<> start_at_root() {
        reached_ = Descriptor(open_again(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0));
        if (!reached_.is_open()) return failed();
        resolved_.clear();
        return {};
    }

    Result<> start_here() {
        reached_ = Descriptor(open_again(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0));
        if (!reached_.is_open()) return failed();
        const std::unique_ptr<char, decltype(&std::free)> here(::getcwd(nullptr, 0), &std::free);
        if (!here) return failed();
        resolved_ = here.get();
        if (!resolved_.starts_with('/'))
            return Error(ErrorCode::not_found, "the working directory cannot be reached");
        if (resolved_ == "/") resolved_.clear();
        return {};
    }

    Result<> ascend() {
        Descriptor up(open_again(reached_.get(), "..", O_PATH | O_DIRECTORY, 0));
        if (!up.is_open()) return failed();
        reached_ = std::move(up);
        resolved_.erase(resolved_.empty() ? 0 : resolved_.rfind('/'));
        return {};
    }

    Result<> descend(const std::string& name) {
        Descriptor next(open_again(reached_.get(), name.c_str(), O_PATH | O_NOFOLLOW, 0));
        struct stat status{};
        if (!next.is_open() || ::fstat(next.get(), &status) != 0) return failed();
        if (S_ISLNK(status.st_mode)) {
            if (++links_ > kMostLinks) {
                errno = ELOOP;
                return failed();
            }
            TRY_LET(const std::string target, read_link(next.get(), path_));
            push_front(target);
            return target.starts_with('/') ? start_at_root() : Result<>{};
        }
        reached_ = std::move(next);
        resolved_ += '/';
        resolved_ += name;
        return {};
    }

    Error failed() const { return Error::from_errno(errno, describe_call("resolve", path_)); }

    const std::string& path_;
    std::deque<std::string> pending_;
    Descriptor reached_;
    std::string resolved_;  // without the slash where it is the root
    int links_ = 0;
};

}  // namespace

std::string describe_call(std::string_view doing, const std::string& path) {
    return std::string(doing) + " " + printable(path);
}

Result<Place> place_of(const std::string& path) {
    if (path.contains('\0'))
        return Error(ErrorCode::invalid, describe_call("a NUL byte inside the path", path));
    std::string_view rest = without_trailing_slashes(path);
    Place place;
    while (rest.size() > kLargestPiece) {
        const auto cut = rest.rfind('/', kLargestPiece);
        if (cut == 0 || cut == std::string_view::npos)
            return Error::from_errno(ENAMETOOLONG, describe_call("reach", path));
        const std::string piece(rest.substr(0, cut));
        Descriptor next(open_again(place.directory(), piece.c_str(), O_PATH | O_DIRECTORY, 0));
        if (!next.is_open()) return Error::from_errno(errno, describe_call("reach", path));
        place.held = std::move(next);
        // What follows must not begin with a slash: it would start at the root again.
        rest = rest.substr(rest.find_first_not_of('/', cut));
    }
    place.rest = rest;
    return place;
}

Result<Descriptor> open_descriptor(const std::string& path, int flags, mode_t mode, bool writing,
                                   std::string_view doing) {
    TRY_LET(const Place place, place_of(path));
    Descriptor descriptor(open_again(place.directory(), place.name(), flags, mode));
    if (!descriptor.is_open()) return Error::from_errno(errno, describe_call(doing, path), writing);
    return descriptor;
}

FileKind file_kind_of(mode_t mode) {
    if (S_ISREG(mode)) return FileKind::regular;
    if (S_ISDIR(mode)) return FileKind::directory;
    if (S_ISLNK(mode)) return FileKind::symbolic_link;
    return FileKind::other;
}

FileInfo file_info_of(const struct stat& status) {
    const auto instant = [](const timespec& time) {
        return Instant{time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
    };
    return {.kind = file_kind_of(status.st_mode),
            .size_bytes = static_cast<std::uint64_t>(status.st_size),
            .modified = instant(status.st_mtim),
            .changed = instant(status.st_ctim),
            .device = status.st_dev,
            .inode = status.st_ino};
}

Result<std::string> resolve_path(const std::string& path) {
    if (path.empty()) return Error::from_errno(ENOENT, "resolve an empty path");
    if (path.contains('\0'))
        return Error(ErrorCode::invalid, describe_call("a NUL byte inside the path", path));
    return Resolver(path).resolve();
}

}  // namespace keepsake::os
