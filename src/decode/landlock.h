#pragma once

#include "base/result.h"

namespace keepsake::decode {

/// Takes every right that this kernel's Landlock knows, and gives none back. Requires:
/// no_new_privs. Errors: unsupported where the kernel has no Landlock.
Result<> deny_all_by_landlock();

}  // namespace keepsake::decode
