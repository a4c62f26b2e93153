#include "catalog/refresh.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/packing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"
#include "catalog/values.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

// How much is held in memory at once; 16 thousand items are about 12 MB.
constexpr std::size_t kMostDrafts = 16'384;
constexpr std::size_t kMostDraftBytes = 16UL << 20U;

/// Which tables have anything to say at all. In a first intake most have not, and a million
/// questions each are spared.
struct Present {
    bool items = false;
    bool letting = false;
    bool facts = false;
    bool fields = false;
    bool words = false;
    bool links = false;
};

/// One item whose derived rows are to be made anew.
struct Row {
    std::int64_t item = 0;
    std::int64_t no = 0;
    std::string date;  // as it stood, or a guess; then as it is
    bool stood = false;
    bool renew_text = false;
    bool moved = false;
    int state = kStateKept;
    std::span<const Stage::Keep> keeps;  // new ones
    auto place() const { return std::tie(date, item); }
};

/// What is read and derived of one item.
struct Draft {
    Row* row = nullptr;
    int old_state = kStateKept;
    std::string old_date;
    std::string packed;  // all keep entries
    UnpackedKeeps keeps;
    std::vector<std::string> taken;  // of each file, "" for unknown
    int flags = 0;
    std::string packed_taken;
    std::string text;
};

/// What `facts` says of a content: "" for nothing.
struct KnownFacts {
    model::ContentId content;
    std::string taken;
};

struct WantedFacts {
    model::ContentId content;
    std::size_t draft = 0;
    std::size_t file = 0;
};

/// Reads in the order of items, writes in the order of dates, and items last in their own order:
/// each tree is passed through once, not touched at random.
class Refresh {
  public:
    Refresh(Database& database, const std::vector<std::string>& blocks)
        : database_(database), blocks_(blocks) {}

    Result<> run(std::span<const Stage::Touch> touched, std::span<const Stage::Keep> keeps);

  private:
    Result<> look_around();
    Result<bool> exists(const char* sql);
    std::string_view view_of(const Stage::Keep& keep) const {
        return std::string_view(blocks_[keep.block]).substr(keep.offset, keep.size);
    }
    Result<> add_row(const Stage::Touch& touch, std::span<const Stage::Keep> keeps);
    Result<> add_draft(Row& row);
    Result<> finish_chunk();
    Result<> learn_facts();
    Result<> read_facts();
    Result<> derive(Draft& draft);
    Result<> read_letting(Row& row);
    Result<std::optional<std::string>> read_fields(Draft& draft, std::string_view subject);
    Result<> read_words(Draft& draft, std::string_view subject);
    Result<> read_moment_names(Draft& draft, std::string_view subject);
    Result<> write_found();
    Result<> write_listed();
    Result<> write_items();
    Result<> write_totals();

    Database& database_;
    const std::vector<std::string>& blocks_;
    Present present_;
    std::int64_t last_no_ = 0;
    std::vector<Row> rows_;
    std::vector<KnownFacts> known_facts_;  // by content
    std::vector<Draft> drafts_;
    std::size_t draft_bytes_ = 0;
    std::int64_t more_kept_ = 0;
    std::int64_t more_let_go_ = 0;
};

Result<bool> Refresh::exists(const char* sql) {
    TRY_LET(auto statement, database_.prepare(sql));
    return statement.step();
}

Result<> Refresh::look_around() {
    TRY_LET(present_.items, exists("SELECT 1 FROM items LIMIT 1"));
    TRY_LET(present_.letting, exists("SELECT 1 FROM letting LIMIT 1"));
    TRY_LET(present_.facts, exists("SELECT 1 FROM facts LIMIT 1"));
    TRY_LET(present_.fields, exists("SELECT 1 FROM fields LIMIT 1"));
    TRY_LET(present_.words, exists("SELECT 1 FROM words LIMIT 1"));
    TRY_LET(present_.links, exists("SELECT 1 FROM links LIMIT 1"));
    TRY_LET(auto last, database_.prepare("SELECT coalesce(max(no), 0) FROM numbers"));
    TRY_LET(const bool found, last.step());
    if (!found) return damaged("numbers");
    last_no_ = last.column_int(0);
    return {};
}

Result<> Refresh::run(std::span<const Stage::Touch> touched, std::span<const Stage::Keep> keeps) {
    TRY(look_around());
    rows_.reserve(touched.size());
    for (const auto& touch : touched) {
        std::size_t count = 0;
        while (count < keeps.size() && keeps[count].item == touch.item) ++count;
        TRY(add_row(touch, keeps.first(count)));
        keeps = keeps.subspan(count);
    }
    if (present_.facts) TRY(learn_facts());
    std::ranges::sort(rows_, [](const Row& a, const Row& b) { return a.place() < b.place(); });
    for (auto& row : rows_) {
        TRY(add_draft(row));
        if (drafts_.size() >= kMostDrafts || draft_bytes_ >= kMostDraftBytes) TRY(finish_chunk());
    }
    TRY(finish_chunk());
    TRY(write_items());
    return write_totals();
}

Result<> Refresh::add_row(const Stage::Touch& touch, std::span<const Stage::Keep> keeps) {
    Row row;
    row.item = touch.item;
    row.renew_text = touch.text;
    row.keeps = keeps;
    if (present_.items) {
        TRY_LET(auto old, database_.prepare("SELECT state, date, no FROM items WHERE item = ?1"));
        TRY_LET(row.stood, old.bind(1, row.item).step());
        if (row.stood) {
            row.state = static_cast<int>(old.column_int(0));
            row.date = old.column_text(1);
            row.no = old.column_int(2);
        }
    }
    if (!row.stood) {
        if (keeps.empty()) return {};  // spoken of, but never kept as far as is known
        TRY_LET(const auto modified, first_modified(view_of(keeps.front())));
        row.date = to_rfc3339(modified, Fraction::none);
    }
    rows_.push_back(std::move(row));
    return {};
}

Result<> Refresh::add_draft(Row& row) {
    Draft draft;
    draft.row = &row;
    if (row.stood) {
        TRY_LET(auto old, database_.prepare("SELECT keeps FROM listed WHERE state = ?1 AND date = "
                                            "?2 AND item = ?3"));
        old.bind(1, row.state).bind_blob(2, as_bytes(row.date)).bind(3, row.item);
        TRY_LET(const bool found, old.step());
        if (!found) return damaged("list of items");
        draft.packed = old.column_text(0);
        draft.old_state = row.state;
        draft.old_date = row.date;
    } else {
        row.no = ++last_no_;
    }
    if (!row.keeps.empty()) {
        std::vector<std::string_view> added;
        added.reserve(row.keeps.size());
        for (const auto& keep : row.keeps) added.push_back(view_of(keep));
        TRY_LET(draft.packed, merge_keeps(draft.packed, added));
    }
    TRY_LET(draft.keeps, unpack_keeps(draft.packed));
    draft.taken.resize(draft.keeps.files.size());
    draft_bytes_ += 2 * draft.packed.size();
    drafts_.push_back(std::move(draft));
    return {};
}

Result<> Refresh::finish_chunk() {
    if (present_.facts) TRY(read_facts());
    for (auto& draft : drafts_) TRY(derive(draft));
    TRY(write_found());
    TRY(write_listed());
    drafts_.clear();
    draft_bytes_ = 0;
    return {};
}

/// Of all new items at once, in one pass through `facts`: chunk by chunk, in the order of dates,
/// most of its pages would be read again for each.
Result<> Refresh::learn_facts() {
    std::vector<model::ContentId> contents;
    for (const auto& row : rows_) {
        if (row.stood) continue;
        for (const auto& keep : row.keeps) TRY(add_contents(view_of(keep), contents));
    }
    std::ranges::sort(contents);
    const auto repeated = std::ranges::unique(contents);
    contents.erase(repeated.begin(), repeated.end());
    known_facts_.reserve(contents.size());
    TRY_LET(auto facts, database_.prepare("SELECT taken FROM facts WHERE content = ?1"));
    for (const auto& content : contents) {
        TRY_LET(const bool found, facts.bind_blob(1, content.bytes).step());
        known_facts_.push_back({content, found ? std::string(facts.column_text(0)) : ""});
        if (found) facts.reset();
    }
    return {};
}

Result<> Refresh::read_facts() {
    std::vector<WantedFacts> wanted;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
        const auto& files = drafts_[i].keeps.files;
        for (std::size_t k = 0; k < files.size(); ++k)
            wanted.push_back({files[k].file.content, i, k});
    }
    // In the table's order, so that each of its pages is read once.
    std::ranges::sort(wanted, {}, &WantedFacts::content);
    TRY_LET(auto facts, database_.prepare("SELECT taken FROM facts WHERE content = ?1"));
    for (const auto& want : wanted) {
        auto& taken = drafts_[want.draft].taken[want.file];
        const auto known =
            std::ranges::lower_bound(known_facts_, want.content, {}, &KnownFacts::content);
        if (known != known_facts_.end() && known->content == want.content) {
            taken = known->taken;
            continue;
        }
        TRY_LET(const bool found, facts.bind_blob(1, want.content.bytes).step());
        if (!found) continue;
        taken = facts.column_text(0);
        facts.reset();
    }
    return {};
}

Result<> Refresh::derive(Draft& draft) {
    auto& row = *draft.row;
    const auto subject = model::Subject::of(id_of_key<model::ItemId>(row.item)).text;
    TRY(read_letting(row));
    std::optional<std::string> by_hand;
    if (present_.fields) {
        TRY_LET(by_hand, read_fields(draft, subject));
    }
    for (const auto& [file, root] : draft.keeps.files) {
        if (!row.renew_text) break;
        draft.text += to_utf8_lossy(file.name) + "\n" + to_utf8_lossy(file.folder) + "\n";
    }
    if (present_.words) TRY(read_words(draft, subject));
    if (present_.links && row.renew_text) TRY(read_moment_names(draft, subject));

    const auto dated =
        std::ranges::find_if(draft.taken, [](const auto& taken) { return !taken.empty(); });
    const auto& files = draft.keeps.files;
    if (by_hand)
        row.date = *by_hand;
    else if (dated != draft.taken.end())
        row.date = *dated;
    else
        row.date = to_rfc3339(files.empty() ? draft.keeps.kept : files.front().file.modified,
                              Fraction::none);
    if (dated != draft.taken.end()) {
        Packer packer;
        for (const auto& taken : draft.taken) packer.text(taken);
        draft.packed_taken = packer.take();
    }
    row.moved = !row.stood || row.state != draft.old_state || row.date != draft.old_date;
    if (row.stood) (draft.old_state == kStateKept ? more_kept_ : more_let_go_) -= 1;
    (row.state == kStateKept ? more_kept_ : more_let_go_) += 1;
    draft.keeps = {};
    return {};
}

Result<> Refresh::read_letting(Row& row) {
    row.state = kStateKept;
    if (!present_.letting) return {};
    TRY_LET(auto letting, database_.prepare("SELECT op FROM letting WHERE item = ?1"));
    TRY_LET(const bool found, letting.bind(1, row.item).step());
    if (found && letting.column_text(0) == "let-go") row.state = kStateLetGo;
    return {};
}

Result<std::optional<std::string>> Refresh::read_fields(Draft& draft, std::string_view subject) {
    std::optional<std::string> by_hand;
    TRY_LET(auto fields, database_.prepare("SELECT field, value FROM fields WHERE subject = ?1 AND "
                                           "person = x''"));
    fields.bind_blob(1, as_bytes(subject));
    for (;;) {
        TRY_LET(const bool found, fields.step());
        if (!found) return by_hand;
        if (fields.column_text(0) == "taken") by_hand = hand_date(fields.column_text(1));
        if (fields.column_text(0) == "cover" && !is_null_value(fields.column_text(1)))
            draft.flags |= kHasCover;
    }
}

Result<> Refresh::read_words(Draft& draft, std::string_view subject) {
    TRY_LET(auto words,
            database_.prepare(
                "SELECT w.text, coalesce(l.text, x'') FROM words w "
                "LEFT JOIN long_texts l ON w.content <> x'' AND l.content = w.content "
                "WHERE w.subject = ?1 AND NOT EXISTS(SELECT 1 FROM replaced r WHERE r.subject = "
                "w.subject AND r.field = w.field AND r.stamp = w.stamp) "
                "ORDER BY w.field, w.stamp, w.text, w.content"));
    words.bind_blob(1, as_bytes(subject));
    for (;;) {
        TRY_LET(const bool found, words.step());
        if (!found) return {};
        draft.flags |= kHasWords;
        if (!draft.row->renew_text) continue;
        draft.text += to_utf8_lossy(words.column_text(0)) + "\n";
        draft.text += to_utf8_lossy(words.column_text(1)) + "\n";
    }
}

Result<> Refresh::read_moment_names(Draft& draft, std::string_view subject) {
    TRY_LET(auto names,
            database_.prepare("SELECT l.subject, l.value, f.value FROM links l JOIN fields f ON "
                              "f.subject = l.subject AND f.field = ?3 AND f.person = x'' "
                              "WHERE l.target = ?1 AND l.relation = ?2 ORDER BY l.subject"));
    names.bind_blob(1, as_bytes(subject)).bind_blob(2, as_bytes("holds"));
    names.bind_blob(3, as_bytes("name"));
    for (;;) {
        TRY_LET(const bool found, names.step());
        if (!found) return {};
        const model::Subject holder{std::string(names.column_text(0))};
        if (!holder.moment() || is_null_value(names.column_text(1))) continue;
        if (const auto name = string_value(names.column_text(2)))
            draft.text += to_utf8_lossy(*name) + "\n";
    }
}

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
                                           "taken, keeps) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    for (const auto* draft : by_place) {
        const auto& row = *draft->row;
        if (row.stood) {
            remove.bind(1, draft->old_state).bind_blob(2, as_bytes(draft->old_date));
            TRY(remove.bind(3, row.item).run());
        }
        insert.bind(1, row.state).bind_blob(2, as_bytes(row.date)).bind(3, row.item);
        insert.bind(4, row.no).bind(5, draft->flags).bind_blob(6, as_bytes(draft->packed_taken));
        TRY(insert.bind_blob(7, as_bytes(draft->packed)).run());
    }
    return {};
}

Result<> Refresh::write_items() {
    TRY_LET(auto number, database_.prepare("INSERT INTO numbers(no, item) VALUES(?1, ?2)"));
    for (const auto& row : rows_)
        if (!row.stood) TRY(number.bind(1, row.no).bind(2, row.item).run());
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

Result<> Refresh::write_totals() {
    TRY_LET(auto add,
            database_.prepare("UPDATE totals SET kept = kept + ?1, let_go = let_go + ?2"));
    return add.bind(1, more_kept_).bind(2, more_let_go_).run();
}

}  // namespace

Result<> refresh_items(Database& database, std::span<const Stage::Touch> touched,
                       std::span<const Stage::Keep> keeps, const std::vector<std::string>& blocks) {
    return Refresh(database, blocks).run(touched, keeps);
}

}  // namespace keepsake::catalog
