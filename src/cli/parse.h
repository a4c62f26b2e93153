#pragma once

#include <span>
#include <string>
#include <variant>

#include "cli/exit_code.h"
#include "cli/invocation.h"

namespace keepsake::cli {

/// The command line asked only to be told something (done: for standard output), or was not
/// understood (usage: one line for standard error). Ends with LF.
struct Told {
    ExitCode code = ExitCode::done;
    std::string text;
};

/// Understands a command line, the program's name first.
std::variant<Invocation, Told> parse(std::span<const char* const> arguments);

}  // namespace keepsake::cli
