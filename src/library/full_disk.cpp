#include "library/full_disk.h"

#include <functional>

#include "archive/reserve.h"
#include "base/error.h"
#include "base/result.h"
#include "library/library.h"

namespace keepsake::library {

Result<> with_reserve(Library& library, const std::function<Result<>()>& act) {
    auto done = act();
    if (done || done.error().code() != ErrorCode::no_space) return done;
    if (!archive::give_reserve_up(library.environment().files, library.copy().path)) return done;
    return act();
}

}  // namespace keepsake::library
