#pragma once

#include "base/result.h"

namespace keepsake::decode {

/// Allows what decoding needs, and ends the process at anything else. `control`: the socket.
/// Errors: unsupported where the kernel has no seccomp filters.
Result<> allow_only_decoding(int control);

}  // namespace keepsake::decode
