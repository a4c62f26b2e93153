#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// Errors as a person reads them.
namespace keepsake::cli {

/// What was done before an error ended a command: nothing, or something that stands.
enum class Stands { nothing, something };

/// One line, fit for a terminal: of a full disk, a place that may not be written or one that may
/// not be read, what it means and what to do, instead of the system's words. `archive`: the
/// archive's path as it was used, "" if none was.
std::string plain_words(const Error& error, std::string_view archive, Stands stands);

/// `why` without the name that stands before it already.
std::string_view without_name(std::string_view why, std::string_view name);

}  // namespace keepsake::cli
