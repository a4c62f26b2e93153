#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How arguments pass through CLI11 unchanged.
///
/// CLI11 gives a meaning to some arguments that here have none: "[a,b]" is split into two, "{}" is
/// an empty list, "++" ends a command, "" may be dropped, and "--" is honoured only while
/// positional arguments are missing. A folder may be called "[2020]"; so such arguments pass
/// through it with a mark before them, which is taken off again.
namespace keepsake::cli {

/// What is to be given to CLI11: marked where it would not be taken as it stands.
std::vector<std::string> marked_arguments(std::span<const char* const> arguments);

/// The argument as it was typed.
std::string unmarked(std::string argument);

/// A message of CLI11's about marked arguments, without the marks.
std::string without_marks(std::string_view message);

}  // namespace keepsake::cli
