#pragma once

#include "base/result.h"

namespace keepsake::decode {

/// What libraries want to read before they decode anything: settings, tables, fonts. Before the
/// cage closes; starts no thread. Errors: unsupported.
Result<> warm_up();
/// Errors: unsupported in a build that could not decode in the cage.
Result<> fit_for_cage();

/// Decodes pictures of our own, from within the cage: that it works, and quickly from then on.
/// Errors: unsupported.
Result<> rehearse();

}  // namespace keepsake::decode
