#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"

namespace keepsake::catalog {

/// Derives `items`, `listed`, `found` and the counts anew for these items from all that is said of
/// them. `keeps` are not in `listed` yet; they point into `blocks`. Requires: both sorted by item,
/// each touched item once, each staged keep's item touched.
Result<> refresh_items(Database& database, std::span<const Stage::Touch> touched,
                       std::span<const Stage::Keep> keeps, const std::vector<std::string>& blocks);

}  // namespace keepsake::catalog
