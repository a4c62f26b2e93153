#include "catalog/refresh.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/findings.h"
#include "catalog/groups.h"
#include "catalog/packing.h"
#include "catalog/refreshing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"
#include "catalog/values.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

// How much is held in memory at once; 16 thousand items are about 12 MB.
constexpr std::size_t kMostDrafts = 16'384;
constexpr std::size_t kMostDraftBytes = 16UL << 20U;

}  // namespace

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
    TRY_LET(present_.belongs, exists("SELECT 1 FROM belongs LIMIT 1"));
    TRY_LET(present_.parts, exists("SELECT 1 FROM parts LIMIT 1"));
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
    if (present_.belongs) TRY(gather_groups());
    if (present_.facts) TRY(learn_facts());
    std::ranges::sort(rows_, [](const Row& a, const Row& b) { return a.place() < b.place(); });
    for (auto& row : rows_) {
        TRY(add_draft(row));
        if (drafts_.size() >= kMostDrafts || draft_bytes_ >= kMostDraftBytes) TRY(finish_chunk());
    }
    TRY(finish_chunk());
    TRY(write_items());
    TRY(write_parts());
    TRY(write_unread());
    TRY(write_days());
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
            row.old_state = static_cast<int>(old.column_int(0));
            row.date = old.column_text(1);
            row.no = old.column_int(2);
            old.reset();
        }
    }
    if (!row.stood) {
        if (keeps.empty()) return {};  // spoken of, but never kept as far as is known
        TRY_LET(const auto modified, first_modified(view_of(keeps.front())));
        row.date = to_rfc3339(modified, Fraction::none);
    }
    TRY_LET(row.state, read_letting(row.item));
    rows_.push_back(std::move(row));
    return {};
}

/// Finds out which of these rows stand in groups, and for which of them they are shown. Requires:
/// rows by item, groups whole.
Result<> Refresh::gather_groups() {
    std::vector<std::int64_t> items;
    items.reserve(rows_.size());
    for (const auto& row : rows_) items.push_back(row.item);
    TRY_LET(const auto together, grouped_with(database_, items));
    std::set<std::int64_t> done;
    for (const auto item : together) {
        if (done.contains(item)) continue;
        TRY_LET(const auto group, group_of(database_, item));
        if (!std::ranges::binary_search(group.items, item)) continue;
        done.insert(group.items.begin(), group.items.end());
        TRY(settle_group(group.items, group.lead));
    }
    return {};
}

/// Those that are kept are shown as one, those that are let go as another: as the lead, or as the
/// first of them where that is not among them.
Result<> Refresh::settle_group(std::span<const std::int64_t> items, std::int64_t lead) {
    for (const int state : {kStateKept, kStateLetGo}) {
        std::vector<Row*> rows;
        Row* shown = nullptr;
        for (const auto item : items) {
            const auto at = std::ranges::lower_bound(rows_, item, {}, &Row::item);
            if (at == rows_.end() || at->item != item || letting_of(at->state) != state) continue;
            rows.push_back(&*at);
            if (shown == nullptr || item == lead) shown = &*at;
        }
        if (rows.size() < 2) continue;
        for (auto* const row : rows) {
            row->grouped = true;
            TRY_LET(group_keeps_[row->item], whole_keeps(*row));
            if (row == shown) continue;
            row->state += kHidden;
            shown->parts.push_back(row->item);
        }
    }
    return {};
}

/// The item's keep entries, those that stand and those that are new.
Result<std::string> Refresh::whole_keeps(const Row& row) {
    std::string packed;
    if (row.stood) {
        TRY_LET(auto old, database_.prepare("SELECT keeps FROM listed WHERE state = ?1 AND date = "
                                            "?2 AND item = ?3"));
        old.bind(1, row.old_state).bind_blob(2, as_bytes(row.date)).bind(3, row.item);
        TRY_LET(const bool found, old.step());
        if (!found) return damaged("list of items");
        packed = old.column_text(0);
    }
    if (row.keeps.empty()) return packed;
    std::vector<std::string_view> added;
    added.reserve(row.keeps.size());
    for (const auto& keep : row.keeps) added.push_back(view_of(keep));
    return merge_keeps(packed, added);
}

Result<> Refresh::add_draft(Row& row) {
    Draft draft;
    draft.row = &row;
    if (row.grouped) {
        draft.packed = group_keeps_[row.item];
    } else {
        TRY_LET(draft.packed, whole_keeps(row));
    }
    if (row.stood)
        draft.old_date = row.date;
    else
        row.no = ++last_no_;
    TRY_LET(draft.keeps, unpack_keeps(draft.packed));
    draft.own_files = draft.keeps.files.size();
    for (const auto part : row.parts) {
        TRY_LET(auto keeps, unpack_keeps(group_keeps_[part]));
        std::ranges::move(keeps.files, std::back_inserter(draft.keeps.files));
    }
    draft.briefs.resize(draft.keeps.files.size());
    draft.findings.resize(draft.keeps.files.size());
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
    TRY_LET(auto facts, database_.prepare("SELECT brief, no FROM facts WHERE content = ?1"));
    for (const auto& content : contents) {
        TRY_LET(const bool found, facts.bind_blob(1, content.bytes).step());
        if (!found) continue;
        known_facts_.push_back({content, std::string(facts.column_text(0)), facts.column_int(1)});
        facts.reset();
    }
    contents.shrink_to_fit();
    asked_facts_ = std::move(contents);
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
    TRY_LET(auto facts, database_.prepare("SELECT brief, no FROM facts WHERE content = ?1"));
    for (const auto& want : wanted) {
        auto& brief = drafts_[want.draft].briefs[want.file];
        auto& no = drafts_[want.draft].findings[want.file];
        const auto known =
            std::ranges::lower_bound(known_facts_, want.content, {}, &KnownFacts::content);
        if (known != known_facts_.end() && known->content == want.content) {
            brief = known->brief;
            no = known->no;
            continue;
        }
        if (std::ranges::binary_search(asked_facts_, want.content)) continue;
        TRY_LET(const bool found, facts.bind_blob(1, want.content.bytes).step());
        if (!found) continue;
        brief = facts.column_text(0);
        no = facts.column_int(1);
        facts.reset();
    }
    return {};
}

Result<> Refresh::derive(Draft& draft) {
    auto& row = *draft.row;
    for (std::size_t i = 0; i < draft.own_files; ++i)
        if (draft.briefs[i].empty()) unread_.push_back(draft.keeps.files[i].file.content);
    TRY(read_said(draft, row.item));
    for (const auto part : row.parts) TRY(read_said(draft, part));
    if (!row.parts.empty()) draft.flags |= kHasParts;
    const bool is_hidden = row.state >= kHidden;
    if (row.renew_text && !is_hidden) {
        for (const auto& [file, root] : draft.keeps.files)
            draft.text += to_utf8_lossy(file.name) + "\n" + to_utf8_lossy(file.folder) + "\n";
        draft.text = without_marks(std::move(draft.text));
        draft.text += date_words(draft.text);
        for (const auto& [file, root] : draft.keeps.files)
            draft.text += exact_word('n', name_stem(file.name)) + "\n";
        TRY(read_findings(draft));
    } else {
        draft.text.clear();
    }
    choose_taken(draft);
    if (!draft.text.empty()) {
        draft.text += own_date_word(row.date) + "\n";
        if (row.kind != kNoKind) draft.text += kind_word(static_cast<media::Kind>(row.kind));
    }
    row.moved = !row.stood || row.state != row.old_state || row.date != draft.old_date;
    const auto add_day = [this](int state, std::string_view date, std::int64_t step) {
        constexpr std::size_t kDay = 10;
        if (state < kHidden) more_days_[{state, std::string(date.substr(0, kDay))}] += step;
    };
    if (row.stood) add_day(row.old_state, draft.old_date, -1);
    add_day(row.state, row.date, 1);
    if (row.stood && row.old_state < kHidden)
        (row.old_state == kStateKept ? more_kept_ : more_let_go_) -= 1;
    if (!is_hidden) (row.state == kStateKept ? more_kept_ : more_let_go_) += 1;
    draft.keeps = {};
    return {};
}

/// What the family said of an item.
Result<> Refresh::read_said(Draft& draft, std::int64_t item) {
    const auto subject = model::Subject::of(id_of_key<model::ItemId>(item)).text;
    if (present_.fields) TRY(read_fields(draft, subject));
    if (present_.words) TRY(read_words(draft, subject));
    if (present_.links && draft.row->renew_text) TRY(read_moment_names(draft, subject));
    return {};
}

/// What the files themselves say.
Result<> Refresh::read_findings(Draft& draft) {
    TRY_LET(auto findings, database_.prepare("SELECT words FROM findings WHERE no = ?1"));
    for (const auto no : draft.findings) {
        if (no == 0) continue;
        TRY_LET(const bool found, findings.bind(1, no).step());
        if (!found) return damaged("facts");
        draft.text += findings.column_text(0);
        findings.reset();
    }
    return {};
}

void Refresh::choose_taken(Draft& draft) {
    auto& row = *draft.row;
    std::vector<model::KeptFile> files;
    std::vector<std::optional<Brief>> briefs;
    bool any_read = false;
    row.kind = kNoKind;
    for (std::size_t i = 0; i < draft.briefs.size(); ++i) {
        files.push_back(std::move(draft.keeps.files[i].file));
        const auto& brief = briefs.emplace_back(unpack_brief(draft.briefs[i]));
        any_read = any_read || brief.has_value();
        constexpr auto kSidecar = static_cast<int>(media::Kind::sidecar);
        if (brief && (row.kind == kNoKind || row.kind == kSidecar))
            row.kind = static_cast<int>(brief->kind);
    }
    const auto taken = choose_item_taken(draft.by_hand, files, briefs, draft.keeps.kept);
    const bool is_known = taken && taken->source != media::TakenSource::file_time;
    if (is_known)
        row.date = media::to_text(taken->at);
    else
        row.date =
            to_rfc3339(files.empty() ? draft.keeps.kept : files.front().modified, Fraction::none);
    if (!is_known && !any_read) return;
    Packer packer;
    packer.text(taken ? pack_taken(*taken) : "");
    for (const auto& brief : draft.briefs) packer.text(brief);
    draft.packed_taken = packer.take();
}

Result<int> Refresh::read_letting(std::int64_t item) {
    if (!present_.letting) return kStateKept;
    TRY_LET(auto letting, database_.prepare("SELECT op FROM letting WHERE item = ?1"));
    TRY_LET(const bool found, letting.bind(1, item).step());
    return found && letting.column_text(0) == "let-go" ? kStateLetGo : kStateKept;
}

Result<> Refresh::read_fields(Draft& draft, std::string_view subject) {
    TRY_LET(auto fields, database_.prepare("SELECT field, value FROM fields WHERE subject = ?1 AND "
                                           "person = x''"));
    fields.bind_blob(1, as_bytes(subject));
    for (;;) {
        TRY_LET(const bool found, fields.step());
        if (!found) return {};
        if (fields.column_text(0) == "taken" && !draft.by_hand)
            draft.by_hand = taken_by_hand(fields.column_text(1));
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

Result<> refresh_items(Database& database, std::span<const Stage::Touch> touched,
                       std::span<const Stage::Keep> keeps, const std::vector<std::string>& blocks) {
    return Refresh(database, blocks).run(touched, keeps);
}

}  // namespace keepsake::catalog
