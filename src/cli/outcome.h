#pragma once

#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "library/library.h"
#include "library/parity_upkeep.h"

namespace keepsake::cli {

/// Work that ended early after some of it was done: says why, and on the output what stands.
ExitCode tell_stopped(Context& context, const Error& why, std::string_view what_stands);

/// The same where nothing was done yet: a failure, unless the person stopped it.
Result<ExitCode> tell_stopped_at_once(Context& context, const Error& why, std::string_view what);

/// The quiet upkeep after keeping and letting go. What it cannot do waits for the next time, and is
/// said; what was done before stands.
void tend_quietly(Context& context, library::Library& library);

/// Says what was kept, at once: also into a pipe nobody waits for what is still made for it.
void tell_kept(Context& context, std::string_view line);

/// Looks at what was just kept: when, where and with what it was taken, and how it looks. What is
/// cut off or cannot be looked at waits for `keepsake tend`, and is said; what was kept stands.
void look_at_kept(Context& context, library::Library& library, const library::JustKept& kept);

/// Makes recovery data for what was just kept. False, and said, where that did not come to its end;
/// what was kept stands.
bool protect_kept(Context& context, library::Library& library, const library::JustKept& kept);

}  // namespace keepsake::cli
