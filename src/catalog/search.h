#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {

/// The items (by number, ascending) in whose names, folders, words and moments' names each of these
/// words stands, as the beginning of a word. A word without a letter or digit is in none. Errors:
/// limit past 64 words. `any_of`: where it is not empty, one of these is to be there as well, or by
/// itself where there are no words.
Result<std::vector<std::int64_t>> find_items(Database& database,
                                             const std::vector<std::string>& words,
                                             const std::vector<std::string>& any_of = {});

}  // namespace keepsake::catalog
