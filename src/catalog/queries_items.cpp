#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/bounds.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/packing.h"
#include "catalog/records.h"
#include "catalog/schema.h"
#include "catalog/search.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

// Up to so many items found by words are looked up one by one; past it, one pass over all items in
// their order costs less.
constexpr std::size_t kFewFound = 20'000;

using VisitItem = std::function<Result<>(const ItemRecord&)>;

struct FoundItem {
    std::string date;
    std::int64_t item = 0;
};

/// Of `found`, those within the bounds, in order of date.
Result<std::vector<FoundItem>> found_within(Database& database,
                                            const std::vector<std::int64_t>& found,
                                            const Bounds& bounds) {
    std::vector<FoundItem> items;
    TRY_LET(auto row,
            database.prepare("SELECT state, date, item, kind FROM numbers WHERE no = ?1"));
    for (const auto no : found) {
        TRY_LET(const bool there, row.bind(1, no).step());
        if (!there) return damaged("list of items");
        if (bounds.holds(row.column_int(0), row.column_text(1), row.column_int(3)))
            items.push_back({std::string(row.column_text(1)), row.column_int(2)});
        row.reset();
    }
    std::ranges::sort(items, {}, [](const FoundItem& i) { return std::tie(i.date, i.item); });
    return items;
}

Result<> visit_found(Database& database, std::span<const FoundItem> items, const Bounds& bounds,
                     const VisitItem& visit) {
    for (const auto& found : items) {
        TRY_LET(auto row,
                database.prepare("SELECT state, date, item, flags, taken, keeps, "
                                 "kind FROM listed WHERE state = ?1 AND date = ?2 AND item = ?3"));
        row.bind(1, bounds.state).bind_blob(2, as_bytes(found.date)).bind(3, found.item);
        TRY_LET(const bool there, row.step());
        if (!there) return damaged("list of items");
        TRY_LET(const auto record, read_listed(database, row));
        TRY(visit(record));
    }
    return {};
}

/// In order of date; `only`, where given, holds the numbers of those wanted, ascending.
Result<> visit_listed(Database& database, const Bounds& bounds,
                      const std::vector<std::int64_t>* only, const VisitItem& visit) {
    TRY_LET(auto rows,
            database.prepare("SELECT state, date, item, flags, taken, keeps, "
                             "kind, no FROM listed WHERE state = ?1 AND date >= ?2 AND date < ?3 "
                             "ORDER BY date, item"));
    rows.bind(1, bounds.state).bind_blob(2, as_bytes(bounds.from));
    rows.bind_blob(3, as_bytes(bounds.before));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        if (!bounds.holds(rows.column_int(6))) continue;
        if (only != nullptr && !std::ranges::binary_search(*only, rows.column_int(7))) continue;
        TRY_LET(const auto record, read_listed(database, rows));
        TRY(visit(record));
    }
}

/// The numbers of what is listed within the bounds, ascending.
Result<std::vector<std::int64_t>> numbers_within(Database& database, const Bounds& bounds) {
    TRY_LET(auto rows, database.prepare("SELECT no FROM listed WHERE state = ?1 AND date >= ?2 AND "
                                        "date < ?3"));
    rows.bind(1, bounds.state).bind_blob(2, as_bytes(bounds.from));
    rows.bind_blob(3, as_bytes(bounds.before));
    std::vector<std::int64_t> numbers;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        numbers.push_back(rows.column_int(0));
    }
    std::ranges::sort(numbers);
    return numbers;
}

/// What is of `filter.date`, and what only speaks of it, in one order.
Result<> visit_dated(Database& database, const ItemFilter& filter, const Bounds& bounds,
                     const VisitItem& visit) {
    if (!filter.words.empty()) {
        TRY_LET(const auto found, find_words(database, filter));
        if (found.size() > kFewFound) return visit_listed(database, bounds, &found, visit);
        TRY_LET(const auto items, found_within(database, found, bounds));
        return visit_found(database, items, bounds, visit);
    }
    const auto end = filter.date + std::string(kPastEveryDate);
    auto inside = bounds;
    inside.from = std::max(inside.from, std::string_view(filter.date));
    inside.before = std::min(inside.before, std::string_view(end));
    TRY_LET(auto spoken, find_items(database, {date_word(filter.date)}));
    TRY_LET(const auto of_then, numbers_within(database, inside));
    std::erase_if(spoken, [&](auto no) { return std::ranges::binary_search(of_then, no); });
    TRY_LET(const auto others, found_within(database, spoken, bounds));

    const auto after = std::ranges::partition_point(
        others, [&](const FoundItem& item) { return item.date < filter.date; });
    TRY(visit_found(database, {others.begin(), after}, bounds, visit));
    TRY(visit_listed(database, inside, nullptr, visit));
    return visit_found(database, {after, others.end()}, bounds, visit);
}

/// The unpacked files of an item in this state; none where it is not.
Result<std::vector<PackedFile>> read_files(Database& database, std::int64_t item, int state) {
    TRY_LET(auto row, database.prepare("SELECT l.keeps FROM items i CROSS JOIN listed l ON l.state "
                                       "= i.state AND l.date = i.date AND l.item = i.item WHERE "
                                       "i.item = ?1 AND (i.state = ?2 OR i.state = ?3)"));
    row.bind(1, item).bind(2, state);
    TRY_LET(const bool found, row.bind(3, state + kHidden).step());
    if (!found) return std::vector<PackedFile>();
    TRY_LET(auto keeps, unpack_keeps(row.column_text(0)));
    return std::move(keeps.files);
}

}  // namespace

Result<std::optional<model::ItemId>> Catalog::find_kept(const model::RootId& root,
                                                        std::string_view folder,
                                                        std::string_view name,
                                                        const model::ContentId& content,
                                                        Instant modified) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT item FROM file_by_content WHERE content = ?1 AND "
                                         "place = ?2 ORDER BY item"));
    rows.bind_blob(1, half_of(content)).bind(2, place_key(root, folder, name, modified));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return std::optional<model::ItemId>();
        TRY_LET(const auto files, read_files(*database, rows.column_int(0), kStateKept));
        const bool same = std::ranges::any_of(files, [&](const PackedFile& of) {
            return of.root == root && of.file.folder == folder && of.file.name == name &&
                   of.file.content == content && of.file.modified == modified;
        });
        if (same) return std::optional(id_of_key<model::ItemId>(rows.column_int(0)));
    }
}

namespace {

Result<std::optional<ItemRecord>> read_item(Database& database, std::int64_t item,
                                            WithParts with_parts) {
    TRY_LET(auto row, database.prepare("SELECT l.state, l.date, l.item, l.flags, l.taken, l.keeps, "
                                       "l.kind FROM items i CROSS JOIN listed l ON l.state = "
                                       "i.state AND l.date = i.date AND l.item = i.item WHERE "
                                       "i.item = ?1"));
    TRY_LET(const bool found, row.bind(1, item).step());
    if (!found) return std::optional<ItemRecord>();
    TRY_LET(auto record, read_listed(database, row, with_parts));
    return std::optional<ItemRecord>(std::move(record));
}

}  // namespace

Result<std::optional<ItemRecord>> Catalog::item(const model::ItemId& item) {
    TRY_LET(auto* const database, state_->settled());
    return read_item(*database, key_of(item), WithParts::yes);
}

Result<std::vector<model::ItemId>> Catalog::items_by_prefix(std::string_view hex,
                                                            std::size_t most) {
    std::vector<model::ItemId> items;
    const auto range = keys_with_prefix(hex);
    if (!range) return items;
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT item FROM items WHERE item BETWEEN ?1 AND ?2 "
                                         "ORDER BY item"));
    rows.bind(1, range->first).bind(2, range->last);
    while (items.size() < most) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        items.push_back(id_of_key<model::ItemId>(rows.column_int(0)));
    }
    return items;
}

namespace {

/// In the order in which things were kept, each item by itself: what sorts is 24 bytes an item,
/// whatever the items hold.
Result<> visit_by_kept(Database& database, const Bounds& bounds, const VisitItem& visit) {
    std::vector<std::pair<model::HybridTime, std::int64_t>> order;
    {
        TRY_LET(auto rows, database.prepare("SELECT item, keeps FROM listed WHERE state = ?1 AND "
                                            "date >= ?2 AND date < ?3"));
        for (const int state : {bounds.state, bounds.state + kHidden}) {
            rows.bind(1, state).bind_blob(2, as_bytes(bounds.from));
            rows.bind_blob(3, as_bytes(bounds.before));
            for (;;) {
                TRY_LET(const bool found, rows.step());
                if (!found) break;
                TRY_LET(const auto keeps, unpack_keeps(rows.column_text(1)));
                order.emplace_back(keeps.clock, rows.column_int(0));
            }
        }
    }
    std::ranges::sort(order);
    for (const auto& [clock, key] : order) {
        TRY_LET(const auto record, read_item(database, key, WithParts::no));
        if (record) TRY(visit(*record));
    }
    return {};
}

}  // namespace

Result<> Catalog::for_each_item(const ItemFilter& filter, const VisitItem& visit) {
    TRY_LET(auto* const database, state_->settled());
    const Bounds bounds(filter);
    if (filter.by_kept) return visit_by_kept(*database, bounds, visit);
    if (!filter.date.empty()) return visit_dated(*database, filter, bounds, visit);
    if (filter.words.empty()) return visit_listed(*database, bounds, nullptr, visit);
    TRY_LET(const auto found, find_words(*database, filter));
    if (found.size() > kFewFound) return visit_listed(*database, bounds, &found, visit);
    TRY_LET(const auto items, found_within(*database, found, bounds));
    return visit_found(*database, items, bounds, visit);
}

namespace {

Result<bool> item_is(Database& database, const model::ItemId& item, int state) {
    TRY_LET(auto row, database.prepare("SELECT 1 FROM items WHERE item = ?1 AND (state = ?2 OR "
                                       "state = ?3)"));
    return row.bind(1, key_of(item)).bind(2, state).bind(3, state + kHidden).step();
}

Result<> add_items_by_file(Database& database, const model::ContentId& content, int state,
                           std::set<model::ItemId>& items) {
    TRY_LET(auto rows, database.prepare("SELECT DISTINCT item FROM file_by_content WHERE content "
                                        "= ?1"));
    rows.bind_blob(1, half_of(content));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        const auto item = rows.column_int(0);
        TRY_LET(const auto files, read_files(database, item, state));
        if (std::ranges::any_of(files,
                                [&](const PackedFile& of) { return of.file.content == content; }))
            items.insert(id_of_key<model::ItemId>(item));
    }
}

Result<> add_items_by_words(Database& database, const model::ContentId& content, int state,
                            std::set<model::ItemId>& items) {
    TRY_LET(auto rows, database.prepare("SELECT DISTINCT subject FROM words WHERE content = ?1 AND "
                                        "content <> x''"));
    rows.bind_blob(1, content.bytes);
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        const auto item = model::Subject{std::string(rows.column_text(0))}.item();
        if (!item) continue;
        TRY_LET(const bool in_state, item_is(database, *item, state));
        if (in_state) items.insert(*item);
    }
}

}  // namespace

Result<std::vector<model::ItemId>> Catalog::items_of_content(const model::ContentId& content,
                                                             bool let_go) {
    TRY_LET(auto* const database, state_->settled());
    const int state = let_go ? kStateLetGo : kStateKept;
    std::set<model::ItemId> items;
    TRY(add_items_by_file(*database, content, state, items));
    TRY(add_items_by_words(*database, content, state, items));
    return std::vector<model::ItemId>(items.begin(), items.end());
}

Result<std::vector<model::ContentId>> Catalog::contents_of_item(const model::ItemId& item) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(const auto record, read_item(*database, key_of(item), WithParts::no));
    std::set<model::ContentId> contents;
    if (record)
        for (const auto& file : record->files) contents.insert(file.content);
    TRY_LET(auto rows,
            database->prepare("SELECT DISTINCT content FROM words WHERE subject = ?1 AND "
                              "content <> x''"));
    const auto subject = model::Subject::of(item);
    rows.bind_blob(1, as_bytes(subject.text));
    TRY_LET(const auto said, read_ids<model::ContentId>(rows));
    contents.insert(said.begin(), said.end());
    return std::vector<model::ContentId>(contents.begin(), contents.end());
}

Result<std::vector<Tombstone>> Catalog::tombstones() {
    TRY_LET(auto rows, state_->database->prepare("SELECT item, stamp, op, seq FROM letting ORDER "
                                                 "BY item"));
    std::vector<Tombstone> tombstones;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return tombstones;
        if (rows.column_text(2) != "let-go") continue;
        TRY_LET(const auto stamp, unpack_stamp(rows.column_blob(1)));
        tombstones.push_back({id_of_key<model::ItemId>(rows.column_int(0)), stamp.clock,
                              stamp.device, static_cast<std::uint64_t>(rows.column_int(3))});
    }
}

Result<std::optional<std::uint64_t>> Catalog::first_met(const model::DeviceId& writer,
                                                        const Tombstone& tombstone) {
    TRY_LET(auto row, state_->database->prepare("SELECT seq FROM met WHERE writer = ?1 AND item = "
                                                "?2 AND stamp = ?3"));
    const auto stamp = pack_stamp(tombstone.clock, tombstone.device);
    row.bind_blob(1, writer.bytes).bind(2, key_of(tombstone.item)).bind_blob(3, stamp);
    TRY_LET(const bool found, row.step());
    if (!found) return std::optional<std::uint64_t>();
    return std::optional(static_cast<std::uint64_t>(row.column_int(0)));
}

Result<std::vector<WordsRecord>> Catalog::standing_words(const model::Subject& of,
                                                         std::string_view field) {
    return read_standing_words(*state_->database, of.text, field);
}

Result<std::vector<WordsRecord>> Catalog::versions(const model::Subject& of,
                                                   std::string_view field) {
    return read_versions(*state_->database, of.text, field);
}

Result<std::optional<WordsRecord>> Catalog::version(const model::Subject& of,
                                                    std::string_view field,
                                                    const model::Version& version) {
    return read_version(*state_->database, of.text, field, version);
}

Result<std::optional<std::string>> Catalog::field(const model::Subject& of,
                                                  std::string_view field) {
    return read_field(*state_->database, of.text, field);
}

}  // namespace keepsake::catalog
