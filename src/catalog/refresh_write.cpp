// What was derived of items, written: each tree in one pass.
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/groups.h"
#include "catalog/marks.h"
#include "catalog/refreshing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "model/ids.h"

namespace keepsake::catalog {

Result<> Refresh::write_found() {
    // FTS5 writes what it has gathered whenever a number is less than the last one.
    std::vector<const Draft*> by_number;
    for (const auto& draft : drafts_)
        if (draft.row->renew_text) by_number.push_back(&draft);
    std::ranges::sort(by_number, {}, [](const Draft* draft) { return draft->row->no; });
    TRY_LET(auto remove, database_.prepare("DELETE FROM found WHERE rowid = ?1"));
    TRY_LET(auto put, database_.prepare("INSERT INTO found(rowid, text) VALUES(?1, ?2)"));
    for (const auto* draft : by_number) {
        if (draft->row->stood) TRY(remove.bind(1, draft->row->no).run());
        if (draft->row->state >= kHidden) continue;
        TRY(put.bind(1, draft->row->no).bind_text(2, draft->text).run());
    }
    return {};
}

// Plain DELETE and INSERT, no REPLACE: SQLite opens a savepoint for that, at which FTS5 writes what
// it has gathered.
Result<> Refresh::write_listed() {
    std::vector<const Draft*> by_place;
    by_place.reserve(drafts_.size());
    for (const auto& draft : drafts_) by_place.push_back(&draft);
    std::ranges::sort(by_place, [](const Draft* a, const Draft* b) {
        return std::pair(a->row->state, a->row->place()) <
               std::pair(b->row->state, b->row->place());
    });
    TRY_LET(auto remove, database_.prepare("DELETE FROM listed WHERE state = ?1 AND date = ?2 AND "
                                           "item = ?3"));
    TRY_LET(auto insert, database_.prepare("INSERT INTO listed(state, date, item, no, flags, "
                                           "kind, taken, keeps) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
                                           "?7, ?8)"));
    for (const auto* draft : by_place) {
        const auto& row = *draft->row;
        if (row.stood) {
            remove.bind(1, row.old_state).bind_blob(2, as_bytes(draft->old_date));
            TRY(remove.bind(3, row.item).run());
        }
        insert.bind(1, row.state).bind_blob(2, as_bytes(row.date)).bind(3, row.item);
        insert.bind(4, row.no).bind(5, draft->flags).bind(6, row.kind);
        insert.bind_blob(7, as_bytes(draft->packed_taken));
        TRY(insert.bind_blob(8, as_bytes(draft->packed)).run());
    }
    return {};
}

Result<> Refresh::write_items() {
    TRY_LET(auto number, database_.prepare("INSERT INTO numbers(no, item, state, date, kind) "
                                           "VALUES(?1, ?2, ?3, ?4, ?5)"));
    TRY_LET(auto renumber, database_.prepare("UPDATE numbers SET item = ?2, state = ?3, date = ?4, "
                                             "kind = ?5 WHERE no = ?1"));
    if (!std::ranges::is_sorted(rows_, {}, &Row::no)) std::ranges::sort(rows_, {}, &Row::no);
    std::vector<std::pair<std::int64_t, Mark>> marks;
    marks.reserve(rows_.size());
    for (const auto& row : rows_) {
        marks.emplace_back(row.no, Mark(row.date, row.state, row.kind));
        auto& put = row.stood ? renumber : number;
        put.bind(1, row.no).bind(2, row.item).bind(3, row.state).bind_blob(4, as_bytes(row.date));
        TRY(put.bind(5, row.kind).run());
    }
    TRY(write_marks(database_, marks));
    std::ranges::sort(rows_, {}, &Row::item);
    TRY_LET(auto insert, database_.prepare("INSERT INTO items(item, state, date, no) "
                                           "VALUES(?1, ?2, ?3, ?4)"));
    TRY_LET(auto update,
            database_.prepare("UPDATE items SET state = ?2, date = ?3 WHERE item = ?1"));
    for (const auto& row : rows_) {
        if (!row.moved) continue;
        auto& put = row.stood ? update : insert;
        if (!row.stood) put.bind(4, row.no);
        TRY(put.bind(1, row.item).bind(2, row.state).bind_blob(3, as_bytes(row.date)).run());
    }
    return {};
}

Result<> Refresh::write_parts() {
    if (!present_.belongs && !present_.parts) return {};
    TRY_LET(auto remove, database_.prepare("DELETE FROM parts WHERE lead = ?1"));
    TRY_LET(auto insert, database_.prepare("INSERT INTO parts(lead, item, role) VALUES(?1, ?2, "
                                           "?3)"));
    for (const auto& row : rows_) {
        TRY(remove.bind(1, row.item).run());
        for (const auto part : row.parts) {
            TRY_LET(const auto role, role_of(database_, part));
            TRY(insert.bind(1, row.item).bind(2, part).bind_blob(3, as_bytes(role)).run());
        }
    }
    return {};
}

Result<> Refresh::write_unread() {
    std::ranges::sort(unread_);
    TRY_LET(auto insert, database_.prepare("INSERT OR IGNORE INTO unread(content) VALUES(?1)"));
    for (const auto& content : unread_) TRY(insert.bind_blob(1, content.bytes).run());
    return {};
}

Result<> Refresh::write_days() {
    TRY_LET(auto add, database_.prepare("INSERT INTO days(state, day, count) VALUES(?1, ?2, ?3) ON "
                                        "CONFLICT DO UPDATE SET count = count + excluded.count"));
    for (const auto& [place, more] : more_days_)
        if (more != 0)
            TRY(add.bind(1, place.first).bind_blob(2, as_bytes(place.second)).bind(3, more).run());
    return database_.execute("DELETE FROM days WHERE count = 0");
}

Result<> Refresh::write_totals() {
    TRY_LET(auto add,
            database_.prepare("UPDATE totals SET kept = kept + ?1, let_go = let_go + ?2"));
    return add.bind(1, more_kept_).bind(2, more_let_go_).run();
}

}  // namespace keepsake::catalog
