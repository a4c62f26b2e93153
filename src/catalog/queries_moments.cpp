#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/records.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"
#include "catalog/values.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

struct HeldItem {
    std::string order;
    model::HybridTime clock;
    model::ItemId item;
    friend auto operator<=>(const HeldItem&, const HeldItem&) = default;
};

/// The item that shows it among those kept: itself, or what it is a part of.
Result<std::optional<model::ItemId>> shown_kept(Database& database, const model::ItemId& item) {
    TRY_LET(auto row, database.prepare("SELECT i.state, p.lead FROM items i LEFT JOIN parts p ON "
                                       "p.item = i.item WHERE i.item = ?1"));
    TRY_LET(const bool found, row.bind(1, key_of(item)).step());
    if (!found || letting_of(row.column_int(0)) != kStateKept)
        return std::optional<model::ItemId>();
    return std::optional(row.is_null(1) ? item : id_of_key<model::ItemId>(row.column_int(1)));
}

/// Whether anything is held at all, even if let go, tells apart an empty moment from one that was
/// taken away.
Result<bool> read_held(Database& database, std::string_view subject,
                       std::vector<model::ItemId>& items) {
    TRY_LET(auto rows, database.prepare("SELECT target, stamp, value FROM links WHERE subject = ?1 "
                                        "AND relation = ?2"));
    rows.bind_blob(1, as_bytes(subject)).bind_blob(2, as_bytes("holds"));
    bool any = false;
    std::vector<HeldItem> held;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        const model::Subject target{std::string(rows.column_text(0))};
        const auto item = target.item();
        if (!item || is_null_value(rows.column_text(2))) continue;
        any = true;
        TRY_LET(const auto shown, shown_kept(database, *item));
        if (!shown) continue;
        TRY_LET(const auto stamp, unpack_stamp(rows.column_blob(1)));
        held.push_back(
            {string_member(rows.column_text(2), "order").value_or(""), stamp.clock, *shown});
    }
    std::ranges::sort(held);
    std::set<model::ItemId> seen;
    for (const auto& one : held)
        if (seen.insert(one.item).second) items.push_back(one.item);
    return any;
}

/// Words that were taken away stand as an empty text.
bool says_nothing(const WordsRecord& words) { return words.text.empty() && !words.content; }

/// A moment is there as long as it has a name, holds something or has words.
Result<std::optional<MomentRecord>> read_moment(Database& database, const model::MomentId& moment) {
    const auto subject = model::Subject::of(moment).text;
    MomentRecord record;
    record.moment = moment;
    TRY_LET(const auto name, read_text_field(database, subject, "name"));
    record.name = name.value_or("");
    TRY_LET(record.cover, read_text_field(database, subject, "cover"));
    TRY_LET(const bool holds, read_held(database, subject, record.items));
    TRY_LET(record.words, read_standing_words(database, subject, std::nullopt));
    if (!name && !holds && std::ranges::all_of(record.words, says_nothing))
        return std::optional<MomentRecord>();
    return std::optional<MomentRecord>(std::move(record));
}

}  // namespace

Result<std::vector<MomentRecord>> Catalog::moments() {
    TRY_LET(auto* const database, state_->settled());
    struct Ordered {
        std::string order;
        std::string first_clock;
        MomentRecord record;
    };
    std::vector<Ordered> ordered;
    TRY_LET(auto rows,
            database->prepare("SELECT moment, first_clock FROM moments ORDER BY moment"));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        const auto id = id_of_key<model::MomentId>(rows.column_int(0));
        TRY_LET(auto record, read_moment(*database, id));
        if (!record) continue;
        TRY_LET(const auto order, read_text_field(*database, model::Subject::of(id).text, "order"));
        ordered.push_back(
            {order.value_or(""), std::string(rows.column_text(1)), *std::move(record)});
    }
    std::ranges::sort(ordered, {}, [](const Ordered& moment) {
        return std::tie(moment.order, moment.first_clock, moment.record.moment);
    });
    std::vector<MomentRecord> moments;
    moments.reserve(ordered.size());
    for (auto& moment : ordered) moments.push_back(std::move(moment.record));
    return moments;
}

Result<std::optional<MomentRecord>> Catalog::moment(const model::MomentId& moment) {
    TRY_LET(auto* const database, state_->settled());
    return read_moment(*database, moment);
}

Result<std::vector<model::MomentId>> Catalog::moments_by_prefix(std::string_view hex,
                                                                std::size_t most) {
    std::vector<model::MomentId> moments;
    const auto range = keys_with_prefix(hex);
    if (!range) return moments;
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT moment FROM moments WHERE moment BETWEEN ?1 AND "
                                         "?2 ORDER BY moment"));
    rows.bind(1, range->first).bind(2, range->last);
    while (moments.size() < most) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        const auto id = id_of_key<model::MomentId>(rows.column_int(0));
        TRY_LET(const auto record, read_moment(*database, id));
        if (record) moments.push_back(id);
    }
    return moments;
}

}  // namespace keepsake::catalog
