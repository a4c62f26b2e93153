#pragma once

#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"
#include "model/entry.h"

namespace keepsake::catalog {

/// Takes a segment and its entries in. What is said goes into its tables at once, what is derived
/// from it into `stage`. Nothing happens if this very segment was taken in before. Requires: a
/// transaction.
Result<> ingest_segment(Database& database, Stage& stage, const SegmentRecord& record,
                        const std::vector<model::Entry>& entries);

}  // namespace keepsake::catalog
