#pragma once

#include "archive/staging.h"
#include "base/result.h"
#include "library/check_files.h"
#include "library/environment.h"
#include "library/library.h"

namespace keepsake::library {

/// Heals what a check found hurt and held back, tells what was healed and from what, and tells the
/// checker what still is hurt. `library`: none where nobody opened it.
/// Errors: those of writing; cancelled. All that is still hurt is told also then.
Result<> repair_found(FileChecker& checker, const Environment& environment,
                      archive::Staging& staging, Library* library, Listener& listener);

}  // namespace keepsake::library
