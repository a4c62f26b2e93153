#pragma once

#include <span>

#include "cli/context.h"

namespace keepsake::cli {

/// The program: understands the command line, does the command, says what went wrong.
/// Gives the exit code (exit_code.h).
int run_program(std::span<const char* const> arguments, Wiring& wiring);

}  // namespace keepsake::cli
