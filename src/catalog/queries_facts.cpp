#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
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
#include "media/facts.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

ByteView bytes_of(const std::optional<model::ContentId>& content) {
    return content ? ByteView(content->bytes) : ByteView();
}

}  // namespace

Result<std::optional<media::Facts>> Catalog::facts(const model::ContentId& content) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto row,
            database->prepare("SELECT r.json FROM facts f CROSS JOIN findings r ON r.no = "
                              "f.no WHERE f.content = ?1"));
    TRY_LET(const bool found, row.bind_blob(1, content.bytes).step());
    if (!found) return std::optional<media::Facts>();
    TRY_LET(auto facts, media::facts_from_json(row.column_text(0)));
    return std::optional<media::Facts>(std::move(facts));
}

Result<std::vector<model::ContentId>> Catalog::unread(const std::optional<model::ContentId>& after,
                                                      std::size_t most) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT content FROM unread WHERE content > ?1 ORDER BY "
                                         "content LIMIT ?2"));
    rows.bind_blob(1, bytes_of(after)).bind(2, static_cast<std::int64_t>(most));
    return read_ids<model::ContentId>(rows);
}

Result<std::vector<model::ContentId>> Catalog::read_before(
    std::uint64_t reader, const std::optional<model::ContentId>& after, std::size_t most) {
    TRY_LET(auto* const database, state_->settled());
    Packer rank;
    rank.big_endian(reader);
    TRY_LET(auto rows, database->prepare("SELECT content FROM facts WHERE content > ?1 AND rank < "
                                         "?3 ORDER BY content LIMIT ?2"));
    rows.bind_blob(1, bytes_of(after)).bind(2, static_cast<std::int64_t>(most));
    rows.bind_blob(3, as_bytes(rank.out()));
    return read_ids<model::ContentId>(rows);
}

Result<std::vector<Look>> Catalog::looks() {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT content, look, pixels FROM looks ORDER BY "
                                         "content"));
    std::vector<Look> looks;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return looks;
        auto& look = looks.emplace_back();
        TRY_LET(look.content, id_from<model::ContentId>(rows.column_blob(0)));
        look.look = static_cast<std::uint64_t>(rows.column_int(1));
        look.pixels = rows.column_text(2);
    }
}

Result<std::vector<DayCount>> Catalog::days(bool let_go) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT day, count FROM days WHERE state = ?1 ORDER BY "
                                         "day"));
    rows.bind(1, let_go ? kStateLetGo : kStateKept);
    std::vector<DayCount> days;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return days;
        days.push_back(
            {std::string(rows.column_text(0)), static_cast<std::uint64_t>(rows.column_int(1))});
    }
}

Result<> Catalog::for_each_item_from(std::uint64_t first, std::uint64_t count, bool let_go,
                                     const std::function<Result<>(const ItemRecord&)>& visit) {
    TRY_LET(const auto all, days(let_go));
    auto day = all.begin();
    for (; day != all.end() && day->items <= first; ++day) first -= day->items;
    if (day == all.end()) return {};
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT state, date, item, flags, taken, keeps, kind FROM "
                                         "listed WHERE state = ?1 AND date >= ?2 ORDER BY date, "
                                         "item LIMIT ?3 OFFSET ?4"));
    rows.bind(1, let_go ? kStateLetGo : kStateKept).bind_blob(2, as_bytes(day->day));
    rows.bind(3, static_cast<std::int64_t>(count)).bind(4, static_cast<std::int64_t>(first));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        TRY_LET(const auto record, read_listed(*database, rows));
        TRY(visit(record));
    }
}

}  // namespace keepsake::catalog
