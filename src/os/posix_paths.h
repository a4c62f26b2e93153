#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "os/descriptor.h"
#include "os/file_system.h"

/// How this layer names a file to the system: paths longer than PATH_MAX are walked by openat in
/// pieces, so that every call works at any depth.
namespace keepsake::os {

/// A directory to start from and the rest of the path, short enough for one system call. Trailing
/// slashes are gone: they would make the system follow a symbolic link.
struct Place {
    Descriptor held;  ///< closed where the path was short
    std::string rest;
    int directory() const { return held.is_open() ? held.get() : AT_FDCWD; }
    const char* name() const { return rest.c_str(); }
};

/// Errors: invalid for a NUL inside; limit for a component no system call can take; not_found or
/// permission from the walk.
Result<Place> place_of(const std::string& path);

/// openat(place_of(path), ...) with O_CLOEXEC, again after EINTR. `writing` chooses the error's
/// code; `doing` begins its message.
Result<Descriptor> open_descriptor(const std::string& path, int flags, mode_t mode, bool writing,
                                   std::string_view doing);

/// `doing` and the path as it may be shown to a person.
std::string describe_call(std::string_view doing, const std::string& path);

FileInfo file_info_of(const struct stat& status);
FileKind file_kind_of(mode_t mode);

/// Resolves every symbolic link, at any depth. Errors: not_found; limit after 40 links.
Result<std::string> resolve_path(const std::string& path);

}  // namespace keepsake::os
