#pragma once

#include <string_view>

#include "base/error.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace keepsake::cli {

/// Work that ended early after some of it was done: says why, and on the output what stands.
ExitCode tell_stopped(Context& context, const Error& why, std::string_view what_stands);

}  // namespace keepsake::cli
