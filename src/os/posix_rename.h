#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "os/posix_paths.h"

/// Renaming, by what the system has for it.
namespace keepsake::os {

/// The first way an exclusive rename tries; where the system has not got it, the next one follows.
enum class RenameMethod : std::uint8_t {
    no_replace,       ///< renameat2(RENAME_NOREPLACE)
    link_and_unlink,  ///< link() fails where the name is taken
    look_first,       ///< a look, then rename(): not atomic, the last resort (FAT, some mounts)
};

/// Both ends of a rename, and how its error's message begins.
struct Move {
    const Place& from;
    const Place& to;
    std::string doing;
};
std::string describe_rename(const std::string& from, const std::string& to);

/// Errors: exists.
Result<> rename_to_free_name(const Move& move, RenameMethod first_method);
/// Replaces what stands there.
Result<> rename_over(const Move& move);

}  // namespace keepsake::os
