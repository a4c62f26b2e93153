#pragma once

#include <optional>
#include <string>

#include "base/result.h"

/// What the surroundings say: environment variables and the password database.
namespace keepsake::cli {

/// An environment variable; none if it is missing or empty.
std::optional<std::string> environment_variable(const char* name);

/// Where local state stands: KEEPSAKE_STATE, else "keepsake" in XDG_STATE_HOME or in
/// ~/.local/state. Errors: not_found if no home folder is known.
Result<std::string> state_folder();

/// At what address guests find what this device shows (KEEPSAKE_GUESTS_URL); "" if it is not said.
std::string guests_url();

/// The person's language, as "en" or "de"; "en" if none is said.
std::string language();

/// How many threads to work with: as many as there are processors, 8 at most.
unsigned thread_count();

}  // namespace keepsake::cli
