#pragma once

#include "base/result.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {

/// What `items` and `listed` hold as `state`, and `letting` as `op`.
inline constexpr int kStateKept = 0;
inline constexpr int kStateLetGo = 1;

/// Flags of `listed`: what else has to be asked for.
inline constexpr int kHasWords = 1;
inline constexpr int kHasCover = 2;

/// Makes the tables where the file is new, else looks whether they are of this version. Errors:
/// corrupt where they are not, or where the key does not fit.
Result<> prepare_schema(Database& database);
/// The same tables with nothing in them. Requires: a transaction.
Result<> empty_schema(Database& database);

}  // namespace keepsake::catalog
