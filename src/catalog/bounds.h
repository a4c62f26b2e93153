#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {

// Dates are digits, signs, T and Z: all below it.
inline constexpr std::string_view kPastEveryDate = "~";
/// What a filter asks of each item beside its words.
struct Bounds {
    explicit Bounds(const ItemFilter& filter)
        : state(filter.let_go ? kStateLetGo : kStateKept),
          from(filter.from),
          before(filter.before.empty() ? kPastEveryDate : std::string_view(filter.before)) {
        for (const auto kind : filter.kinds) kinds |= 1U << static_cast<unsigned>(kind);
    }
    bool holds(std::int64_t of_state, std::string_view date, std::int64_t kind) const {
        return of_state == state && date >= from && date < before && holds(kind);
    }
    bool holds(std::int64_t kind) const {
        return kinds == 0 || (kind != kNoKind && (kinds >> static_cast<unsigned>(kind) & 1U) != 0);
    }
    int state;
    std::string_view from;
    std::string_view before;
    unsigned kinds = 0;  // a bit each; 0: all
};

/// The numbers of what the filter's words find, ascending; kinds and a date are words of what
/// search knows, so that it looks at few. Requires: words or a date.
Result<std::vector<std::int64_t>> find_words(Database& database, const ItemFilter& filter);

}  // namespace keepsake::catalog
