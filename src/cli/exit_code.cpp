#include "cli/exit_code.h"

#include "base/error.h"

namespace keepsake::cli {

ExitCode exit_code_of(ErrorCode code) {
    if (code == ErrorCode::cancelled) return ExitCode::stopped;
    if (code == ErrorCode::corrupt) return ExitCode::damage;
    return ExitCode::failed;
}

}  // namespace keepsake::cli
