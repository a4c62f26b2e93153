#include "catalog/groups.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/packing.h"
#include "catalog/records.h"
#include "catalog/sqlite_handle.h"
#include "catalog/values.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

// Past it, what points on and on is cut off there; nobody makes such groups but to do harm.
constexpr std::size_t kMostParts = model::kLargestFilesPerItem;

Result<std::optional<std::int64_t>> target_of(Database& database, std::int64_t item) {
    TRY_LET(auto row, database.prepare("SELECT target FROM belongs WHERE item = ?1"));
    TRY_LET(const bool found, row.bind(1, item).step());
    return found ? std::optional(row.column_int(0)) : std::optional<std::int64_t>();
}

/// Where the parts of parts lead to. Of items that belong to each other in a circle, the least.
Result<std::int64_t> lead_of(Database& database, std::int64_t item) {
    std::vector<std::int64_t> way{item};
    std::set<std::int64_t> seen{item};
    while (way.size() <= kMostParts) {
        TRY_LET(const auto target, target_of(database, way.back()));
        if (!target) return way.back();
        if (!seen.insert(*target).second) {
            const auto circle = std::ranges::find(way, *target);
            return *std::min_element(circle, way.end());
        }
        way.push_back(*target);
    }
    return way.back();
}

}  // namespace

std::optional<Belonging> belonging_of(std::string_view json) {
    if (is_null_value(json)) return std::nullopt;
    Belonging belonging;
    belonging.role = string_member(json, "as").value_or("");
    if (belonging.role.size() > 64) return std::nullopt;
    if (const auto to = string_member(json, "to")) {
        const auto subject = model::Subject::from_text(*to);
        const auto item = subject ? subject->item() : std::nullopt;
        if (!item) return std::nullopt;
        belonging.target = key_of(*item);
    }
    return belonging;
}

Result<std::vector<std::int64_t>> update_belongs(Database& database, std::int64_t item) {
    const auto subject = model::Subject::of(id_of_key<model::ItemId>(item)).text;
    std::optional<Belonging> now;
    for (const auto field : {kBelongs, kBelongsByRule}) {
        TRY_LET(const auto value, read_field(database, subject, field));
        if (value) now = belonging_of(*value);
        if (now) break;
    }
    if (now && (!now->target || *now->target == item)) now.reset();
    std::vector<std::int64_t> changed;
    TRY_LET(const auto before, target_of(database, item));
    if (before) changed.push_back(*before);
    if (now) {
        changed.push_back(*now->target);
        TRY_LET(auto put, database.prepare("INSERT INTO belongs(item, target, role) VALUES(?1, ?2, "
                                           "?3) ON CONFLICT DO UPDATE SET target = "
                                           "excluded.target, role = excluded.role"));
        TRY(put.bind(1, item).bind(2, *now->target).bind_blob(3, as_bytes(now->role)).run());
    } else if (before) {
        TRY_LET(auto remove, database.prepare("DELETE FROM belongs WHERE item = ?1"));
        TRY(remove.bind(1, item).run());
    }
    if (!changed.empty()) changed.push_back(item);
    return changed;
}

Result<Group> group_of(Database& database, std::int64_t item) {
    Group group;
    TRY_LET(group.lead, lead_of(database, item));
    std::set<std::int64_t> items{group.lead};
    std::vector<std::int64_t> next{group.lead};
    TRY_LET(auto parts, database.prepare("SELECT item FROM belongs WHERE target = ?1 ORDER BY "
                                         "item"));
    while (!next.empty() && items.size() < kMostParts) {
        const auto of = next.back();
        next.pop_back();
        parts.bind(1, of);
        for (;;) {
            TRY_LET(const bool found, parts.step());
            if (!found) break;
            if (items.insert(parts.column_int(0)).second) next.push_back(parts.column_int(0));
        }
    }
    group.items.assign(items.begin(), items.end());
    return group;
}

Result<std::vector<std::int64_t>> grouped_with(Database& database,
                                               std::span<const std::int64_t> items) {
    std::vector<std::int64_t> all;
    TRY_LET(auto any, database.prepare("SELECT 1 FROM belongs LIMIT 1"));
    TRY_LET(const bool some, any.step());
    if (!some) return all;
    any.reset();
    std::set<std::int64_t> seen;
    TRY_LET(auto linked,
            database.prepare("SELECT 1 FROM belongs WHERE item = ?1 UNION ALL SELECT 1 "
                             "FROM belongs WHERE target = ?1 LIMIT 1"));
    for (const auto item : items) {
        if (seen.contains(item)) continue;
        TRY_LET(const bool is_linked, linked.bind(1, item).step());
        if (!is_linked) continue;
        linked.reset();
        TRY_LET(const auto group, group_of(database, item));
        if (group.items.size() > 1) seen.insert(group.items.begin(), group.items.end());
    }
    all.assign(seen.begin(), seen.end());
    return all;
}

Result<std::string> role_of(Database& database, std::int64_t item) {
    TRY_LET(auto row, database.prepare("SELECT role FROM belongs WHERE item = ?1"));
    TRY_LET(const bool found, row.bind(1, item).step());
    return found ? std::string(row.column_text(0)) : std::string();
}

}  // namespace keepsake::catalog
