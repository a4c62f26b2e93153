#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"

namespace keepsake::cli {

/// Whether an item was let go and an original of it is not in this copy any more.
Result<bool> is_erased(library::Library& library, const catalog::ItemRecord& item);

}  // namespace keepsake::cli
