#pragma once

#include <functional>
#include <string>
#include <vector>

#include "faults/family_world.h"

namespace keepsake::testing {

/// Something that people do with their archive.
struct Scenario {
    std::string name;
    std::function<void(FamilyWorld&)> before;  ///< nothing goes wrong yet
    std::function<void(FamilyWorld&)> run;     ///< here it may
    std::string keep_again;                    ///< kept afterwards, whatever happened; may be empty
    bool can_sync_as_a_whole = true;
    bool has_locks = true;
    unsigned weight = 1;  ///< how much longer it takes than most: so many fewer cases are sampled
};

/// All of them. Each goes on where a single step failed, as a program with several wishes would.
std::vector<Scenario> scenarios();

}  // namespace keepsake::testing
