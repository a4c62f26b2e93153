#pragma once

#include <cstdint>

#include "base/result.h"
#include "library/library.h"
#include "library/parity_upkeep.h"

namespace keepsake::library {

inline constexpr int kDaysToUndo = 90;

struct TendReport {
    std::uint64_t erased_objects = 0;
    std::uint64_t erased_bytes = 0;
    std::uint64_t rolled_up = 0;  ///< journal files that became part of a rollup
};

/// The quiet upkeep of one copy: erases what was let go 90 days ago by this device's own count,
/// drops second objects of one content, rolls up this device's old segments, and mends what was cut
/// off: the mirror, a rollup, what is left in tmp/. Run at the end of keep
/// and let-go, and by `keepsake tend`. Errors are those of writing; a copy that may not be written
/// is left alone.
Result<TendReport> tend(Library& library, Listener& listener);

/// tend_parity() for a library that can tell what is missed.
Result<ParityReport> tend_recovery_data(Library& library, Listener& listener);

}  // namespace keepsake::library
