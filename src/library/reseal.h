#pragma once

#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"

namespace keepsake::library {

/// Encrypts every original of this copy anew for the current epoch; the old object goes once the
/// new one is proved and journaled. Can be stopped and run again: what is sealed for the current
/// epoch already is passed over. Errors: cancelled; no_space; io. An original that is damaged is
/// named and left.
Result<> reseal_everything(Library& library, Listener& listener);

}  // namespace keepsake::library
