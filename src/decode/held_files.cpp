// Hardened headers would define some of the names below themselves.
#undef _FORTIFY_SOURCE

#include "decode/held_files.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <iconv.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

// The names below are the C library's. Where they are called from within the C library itself, they
// are not: those calls reach the system, and the cage.
namespace keepsake::decode {
namespace {

struct HeldFiles {
    bool only_held = false;
    std::map<std::string, int, std::less<>> descriptors;
    std::set<std::pair<std::string, std::string>> conversions;
};

/// The one thing in this program that is there for all: the C library's calls know no object.
HeldFiles& held() {
    static auto* const files = new HeldFiles;  // never destroyed: calls come until the very end
    return *files;
}

int not_there() {
    errno = ENOENT;
    return -1;
}

/// A held file, from its beginning; all descriptors of one file share their place in it.
int open_held(const char* path) {
    const auto found = held().descriptors.find(std::string_view(path));
    if (found == held().descriptors.end()) return not_there();
    ::lseek(found->second, 0, SEEK_SET);
    return ::dup(found->second);
}

int open_real(int directory, const char* path, int flags, mode_t mode) {
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

int open_any(int directory, const char* path, int flags, mode_t mode) {
    return held().only_held ? open_held(path) : open_real(directory, path, flags, mode);
}

mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

FILE* open_stream(const char* name, const char* path, const char* mode) {
    if (!held().only_held) return real<FILE*(const char*, const char*)>(name)(path, mode);
    const int descriptor = open_held(path);
    return descriptor < 0 ? nullptr : ::fdopen(descriptor, "r");
}

}  // namespace

bool hold_file(const std::string& path) {
    const int descriptor = open_real(AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC, 0);
    if (descriptor < 0) return false;
    if (!held().descriptors.emplace(path, descriptor).second) ::close(descriptor);
    return true;
}

void hold_charset(const char* name) {
    // Never closed: what the C library has loaded for it stays.
    for (const auto& [to, from] : {std::pair("UTF-8", name), std::pair(name, "UTF-8")})
        if (::iconv_open(to, from) !=
            reinterpret_cast<iconv_t>(-1))  // NOLINT(performance-no-int-to-ptr)
            held().conversions.emplace(to, from);
}

void know_only_held_files() { held().only_held = true; }

}  // namespace keepsake::decode

using keepsake::decode::held;
using keepsake::decode::mode_of;
using keepsake::decode::not_there;
using keepsake::decode::open_any;
using keepsake::decode::open_held;
using keepsake::decode::open_stream;
using keepsake::decode::real;

#define KEEPSAKE_STANDS_BEFORE extern "C" __attribute__((visibility("default")))
// NOLINTBEGIN(bugprone-reserved-identifier): the names are the C library's.

#undef open
#undef open64
#undef openat
#undef openat64
#undef fopen
#undef fopen64
#undef stat
#undef stat64
#undef lstat
#undef lstat64
#undef fstat
#undef fstat64

#define KEEPSAKE_OPEN(name)                                             \
    KEEPSAKE_STANDS_BEFORE int name(const char* path, int flags, ...) { \
        va_list arguments;                                              \
        va_start(arguments, flags);                                     \
        const auto mode = mode_of(flags, arguments);                    \
        va_end(arguments);                                              \
        return open_any(AT_FDCWD, path, flags, mode);                   \
    }
KEEPSAKE_OPEN(open)
KEEPSAKE_OPEN(open64)

#define KEEPSAKE_OPENAT(name)                                                          \
    KEEPSAKE_STANDS_BEFORE int name(int directory, const char* path, int flags, ...) { \
        va_list arguments;                                                             \
        va_start(arguments, flags);                                                    \
        const auto mode = mode_of(flags, arguments);                                   \
        va_end(arguments);                                                             \
        return open_any(directory, path, flags, mode);                                 \
    }
KEEPSAKE_OPENAT(openat)
KEEPSAKE_OPENAT(openat64)

// What the compiler makes of open() with checks.
KEEPSAKE_STANDS_BEFORE int __open_2(const char* path, int flags) {
    return open_any(AT_FDCWD, path, flags, 0);
}
KEEPSAKE_STANDS_BEFORE int __open64_2(const char* path, int flags) {
    return open_any(AT_FDCWD, path, flags, 0);
}
KEEPSAKE_STANDS_BEFORE int __openat_2(int directory, const char* path, int flags) {
    return open_any(directory, path, flags, 0);
}
KEEPSAKE_STANDS_BEFORE int __openat64_2(int directory, const char* path, int flags) {
    return open_any(directory, path, flags, 0);
}

KEEPSAKE_STANDS_BEFORE FILE* fopen(const char* path, const char* mode) {
    return open_stream("fopen", path, mode);
}
KEEPSAKE_STANDS_BEFORE FILE* fopen64(const char* path, const char* mode) {
    return open_stream("fopen64", path, mode);
}

#define KEEPSAKE_STAT(name, type, flags)                                                    \
    KEEPSAKE_STANDS_BEFORE int name(const char* path, struct type* out) {                   \
        if (!held().only_held)                                                              \
            return static_cast<int>(::syscall(SYS_newfstatat, AT_FDCWD, path, out, flags)); \
        const int descriptor = open_held(path);                                             \
        if (descriptor < 0) return -1;                                                      \
        const auto result = static_cast<int>(::syscall(SYS_fstat, descriptor, out));        \
        ::close(descriptor);                                                                \
        return result;                                                                      \
    }
KEEPSAKE_STAT(stat, stat, 0)
KEEPSAKE_STAT(stat64, stat64, 0)
KEEPSAKE_STAT(lstat, stat, AT_SYMLINK_NOFOLLOW)
KEEPSAKE_STAT(lstat64, stat64, AT_SYMLINK_NOFOLLOW)

KEEPSAKE_STANDS_BEFORE int fstat(int descriptor, struct stat* out) {
    return static_cast<int>(::syscall(SYS_fstat, descriptor, out));
}
KEEPSAKE_STANDS_BEFORE int fstat64(int descriptor, struct stat64* out) {
    return static_cast<int>(::syscall(SYS_fstat, descriptor, out));
}

KEEPSAKE_STANDS_BEFORE int access(const char* path, int mode) {
    if (!held().only_held) return static_cast<int>(::syscall(SYS_faccessat, AT_FDCWD, path, mode));
    return held().descriptors.contains(std::string_view(path)) && (mode & W_OK) == 0 ? 0
                                                                                     : not_there();
}
KEEPSAKE_STANDS_BEFORE ssize_t readlink(const char* path, char* out, size_t size) {
    if (!held().only_held) return ::syscall(SYS_readlinkat, AT_FDCWD, path, out, size);
    return not_there();
}
KEEPSAKE_STANDS_BEFORE char* getcwd(char* out, size_t size) {
    if (!held().only_held) return real<char*(char*, size_t)>("getcwd")(out, size);
    not_there();
    return nullptr;
}
KEEPSAKE_STANDS_BEFORE int mkstemp(char* pattern) {
    return held().only_held ? not_there() : real<int(char*)>("mkstemp")(pattern);
}
KEEPSAKE_STANDS_BEFORE int mkstemp64(char* pattern) { return mkstemp(pattern); }
KEEPSAKE_STANDS_BEFORE FILE* tmpfile() {
    if (!held().only_held) return real<FILE*()>("tmpfile")();
    not_there();
    return nullptr;
}
// Who a person is, and where their settings lie, is asked of nobody.
KEEPSAKE_STANDS_BEFORE struct passwd* getpwuid(uid_t) {
    not_there();
    return nullptr;
}
KEEPSAKE_STANDS_BEFORE struct passwd* getpwnam(const char*) {
    not_there();
    return nullptr;
}
KEEPSAKE_STANDS_BEFORE iconv_t iconv_open(const char* to, const char* from) {
    if (!held().only_held || held().conversions.contains({to, from}))
        return real<iconv_t(const char*, const char*)>("iconv_open")(to, from);
    errno = EINVAL;
    return reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr)
}
// The type of a stream of names is dirent.h's own, which would declare this one as well.
KEEPSAKE_STANDS_BEFORE void* opendir(const char* path) {
    if (!held().only_held) return real<void*(const char*)>("opendir")(path);
    not_there();
    return nullptr;
}

// NOLINTEND(bugprone-reserved-identifier)
