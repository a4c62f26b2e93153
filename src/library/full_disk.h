#pragma once

#include <functional>

#include "base/result.h"
#include "library/library.h"

namespace keepsake::library {

/// Does what must also work on a full disk: where it fails for want of room, the room that is set
/// aside in the copy is given up and it is done once more. `act` decides anew each time.
Result<> with_reserve(Library& library, const std::function<Result<>()>& act);

}  // namespace keepsake::library
