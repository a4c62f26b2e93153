#pragma once

#include <string_view>

#include "base/error.h"

namespace keepsake::cli {

/// How the program ends. The numbers are promised to scripts: kExitCodesHelp tells them.
enum class ExitCode : int {
    done = 0,
    failed = 1,       ///< nothing was changed
    usage = 2,        ///< the command line was not understood
    some_failed = 3,  ///< done, but for sources or files that were named
    damage = 4,       ///< damage, a gap, or a part that is withheld
    stopped = 5,      ///< what was acknowledged stands
};

inline constexpr std::string_view kExitCodesHelp =
    "Exit codes:\n"
    "  0  done\n"
    "  1  failed; nothing was changed\n"
    "  2  the command line was not understood\n"
    "  3  done, but some could not be kept or given back (each is named, with why)\n"
    "  4  damage, a gap or a withheld part was found\n"
    "  5  stopped; what was acknowledged stands\n";

/// What an error that ended a command means to the caller of the program.
ExitCode exit_code_of(ErrorCode code);

}  // namespace keepsake::cli
