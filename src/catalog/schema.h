#pragma once

#include <cstdint>

#include "base/result.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {

/// What `items`, `numbers` and `listed` hold as `state`.
inline constexpr int kStateKept = 0;
inline constexpr int kStateLetGo = 1;
/// Added to either: shown as a part of another item, and not by itself.
inline constexpr int kHidden = 2;
/// Without kHidden.
constexpr std::int64_t letting_of(std::int64_t state) { return state & 1; }
/// `kind` of an item of which nothing was read.
inline constexpr int kNoKind = -1;

/// Flags of `listed`: what else has to be asked for.
inline constexpr int kHasWords = 1;
inline constexpr int kHasCover = 2;
inline constexpr int kHasParts = 4;

/// Makes the tables where the file is new, else looks whether they are of this version. Errors:
/// corrupt where they are not, or where the key does not fit.
Result<> prepare_schema(Database& database);
/// The same tables with nothing in them. Requires: a transaction.
Result<> empty_schema(Database& database);

}  // namespace keepsake::catalog
