#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite_handle.h"

/// What belongs together. Each item may be a part of one other (docs/belongs-together.md): by hand,
/// else by a rule. Parts of parts, and items that two devices made parts of each other, are one
/// group all the same.
namespace keepsake::catalog {

inline constexpr std::string_view kBelongs = "belongs";                ///< the field; by hand
inline constexpr std::string_view kBelongsByRule = "belongs_by_rule";  ///< the field; by a rule

/// What a field says: of which item it is a part, and as what.
struct Belonging {
    std::optional<std::int64_t> target;  ///< none: of none (decided by hand)
    std::string role;
};
/// None where the value decides nothing.
std::optional<Belonging> belonging_of(std::string_view json);

/// Brings `belongs` up to date with the item's two fields. What changed: the items whose groups are
/// to be looked at anew.
Result<std::vector<std::int64_t>> update_belongs(Database& database, std::int64_t item);

struct Group {
    std::int64_t lead = 0;
    std::vector<std::int64_t> items;  ///< with the lead, ascending
};
/// The group of an item; itself alone where nothing belongs to it.
Result<Group> group_of(Database& database, std::int64_t item);
/// All items of all groups of several that one of these is in; ascending, each once.
Result<std::vector<std::int64_t>> grouped_with(Database& database,
                                               std::span<const std::int64_t> items);
/// As what the item belongs to another; "" if it does not.
Result<std::string> role_of(Database& database, std::int64_t item);

}  // namespace keepsake::catalog
