#pragma once

#include <string>

#include "faults/family_world.h"

namespace keepsake::testing {

/// What must hold after any fault and any crash (docs/write-ordering.md, "Must"), found out by
/// programs that begin anew: everything acknowledged is there, bit for bit; nothing is listed that
/// is not; every way in that remains opens. Then the archive goes on: what was to be kept is kept,
/// tending and checking find nothing wrong, nothing is left in tmp/; and all of that survives
/// another crash. Broken ones are reported as failures of the running test.
void expect_invariants(FamilyWorld& world, const std::string& keep_again);

/// The first half of that: what was acknowledged is there. For a disk that spoiled what it was
/// given to hold: that is found later, by check.
void expect_nothing_lost(FamilyWorld& world);

}  // namespace keepsake::testing
