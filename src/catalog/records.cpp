#include "catalog/records.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/packing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/values.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

constexpr const char* kStandingOfSubject =
    "SELECT w.field, w.stamp, w.text, w.content, w.person, l.text FROM words w "
    "LEFT JOIN long_texts l ON w.content <> x'' AND l.content = w.content "
    "WHERE w.subject = ?1 AND NOT EXISTS(SELECT 1 FROM replaced r WHERE "
    "r.subject = w.subject AND r.field = w.field AND r.stamp = w.stamp) "
    "ORDER BY w.field, w.stamp, w.text, w.content, w.person";
constexpr const char* kStandingOfField =
    "SELECT w.field, w.stamp, w.text, w.content, w.person, l.text FROM words w "
    "LEFT JOIN long_texts l ON w.content <> x'' AND l.content = w.content "
    "WHERE w.subject = ?1 AND w.field = ?2 AND NOT EXISTS(SELECT 1 FROM replaced r WHERE "
    "r.subject = w.subject AND r.field = w.field AND r.stamp = w.stamp) "
    "ORDER BY w.stamp, w.text, w.content, w.person";
constexpr const char* kVersionsOfField =
    "SELECT w.field, w.stamp, '', w.content, w.person, NULL, EXISTS(SELECT 1 FROM replaced r WHERE "
    "r.subject = w.subject AND r.field = w.field AND r.stamp = w.stamp) FROM words w "
    "WHERE w.subject = ?1 AND w.field = ?2 ORDER BY w.stamp, w.text, w.content, w.person";
constexpr const char* kOneVersion =
    "SELECT w.field, w.stamp, w.text, w.content, w.person, l.text, EXISTS(SELECT 1 FROM replaced r "
    "WHERE r.subject = w.subject AND r.field = w.field AND r.stamp = w.stamp) FROM words w "
    "LEFT JOIN long_texts l ON w.content <> x'' AND l.content = w.content "
    "WHERE w.subject = ?1 AND w.field = ?2 AND w.stamp = ?3 "
    "ORDER BY w.text, w.content, w.person LIMIT 1";

Result<WordsRecord> words_from(const Statement& row) {
    WordsRecord record;
    record.field = row.column_text(0);
    TRY_LET(record.version, unpack_stamp(row.column_blob(1)));
    record.text = row.column_text(2);
    if (const auto content = row.column_blob(3); !content.empty()) {
        TRY_LET(record.content, id_from<model::ContentId>(content));
        if (!row.is_null(5)) record.text = row.column_text(5);
    }
    if (const auto person = row.column_blob(4); !person.empty()) {
        TRY_LET(record.person, id_from<model::PersonId>(person));
    }
    return record;
}

}  // namespace

Result<std::vector<WordsRecord>> read_standing_words(Database& database, std::string_view subject,
                                                     std::optional<std::string_view> field) {
    TRY_LET(auto rows, database.prepare(field ? kStandingOfField : kStandingOfSubject));
    rows.bind_blob(1, as_bytes(subject));
    if (field) rows.bind_blob(2, as_bytes(*field));
    std::vector<WordsRecord> words;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return words;
        TRY_LET(auto record, words_from(rows));
        words.push_back(std::move(record));
    }
}

Result<std::vector<WordsRecord>> read_versions(Database& database, std::string_view subject,
                                               std::string_view field) {
    TRY_LET(auto rows, database.prepare(kVersionsOfField));
    rows.bind_blob(1, as_bytes(subject)).bind_blob(2, as_bytes(field));
    std::vector<WordsRecord> words;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return words;
        TRY_LET(auto record, words_from(rows));
        record.replaced = rows.column_int(6) != 0;
        words.push_back(std::move(record));
    }
}

Result<std::optional<WordsRecord>> read_version(Database& database, std::string_view subject,
                                                std::string_view field,
                                                const model::Version& version) {
    TRY_LET(auto row, database.prepare(kOneVersion));
    const auto stamp = pack_stamp(version.clock, version.device);
    row.bind_blob(1, as_bytes(subject)).bind_blob(2, as_bytes(field)).bind_blob(3, stamp);
    TRY_LET(const bool found, row.step());
    if (!found) return std::optional<WordsRecord>();
    TRY_LET(auto record, words_from(row));
    record.replaced = row.column_int(6) != 0;
    return std::optional(std::move(record));
}

Result<std::optional<std::string>> read_field(Database& database, std::string_view subject,
                                              std::string_view field) {
    TRY_LET(auto row, database.prepare("SELECT value FROM fields WHERE subject = ?1 AND field = ?2 "
                                       "AND person = x''"));
    row.bind_blob(1, as_bytes(subject)).bind_blob(2, as_bytes(field));
    TRY_LET(const bool found, row.step());
    if (!found || is_null_value(row.column_text(0))) return std::optional<std::string>();
    return std::optional<std::string>(row.column_text(0));
}

Result<std::optional<std::string>> read_text_field(Database& database, std::string_view subject,
                                                   std::string_view field) {
    TRY_LET(const auto value, read_field(database, subject, field));
    return value ? string_value(*value) : std::nullopt;
}

namespace {

void add_files(ItemRecord& record, const model::ItemId& item, UnpackedKeeps keeps) {
    record.files.reserve(record.files.size() + keeps.files.size());
    for (auto& [file, root] : keeps.files)
        record.files.push_back({file.content, file.bytes, std::move(file.name),
                                std::move(file.folder), root, file.modified, std::nullopt,
                                std::nullopt, item});
}

Result<> add_parts(Database& database, ItemRecord& record) {
    TRY_LET(auto parts,
            database.prepare("SELECT p.item, l.keeps FROM parts p CROSS JOIN items i ON "
                             "i.item = p.item CROSS JOIN listed l ON l.state = i.state "
                             "AND l.date = i.date AND l.item = i.item WHERE p.lead = "
                             "?1 ORDER BY p.item"));
    parts.bind(1, key_of(record.item));
    for (;;) {
        TRY_LET(const bool found, parts.step());
        if (!found) return {};
        record.parts.push_back(id_of_key<model::ItemId>(parts.column_int(0)));
        TRY_LET(auto keeps, unpack_keeps(parts.column_text(1)));
        add_files(record, record.parts.back(), std::move(keeps));
    }
}

Result<> add_lead(Database& database, ItemRecord& record) {
    TRY_LET(auto lead, database.prepare("SELECT lead FROM parts WHERE item = ?1"));
    TRY_LET(const bool found, lead.bind(1, key_of(record.item)).step());
    if (!found) return damaged("list of items");
    record.lead = id_of_key<model::ItemId>(lead.column_int(0));
    return {};
}

/// `packed`: when it was taken, then the brief of each file.
Result<> add_briefs(ItemRecord& record, std::string_view packed) {
    if (packed.empty()) return {};
    Unpacker unpacker(packed);
    record.when = unpack_taken(unpacker.text());
    if (record.when && record.when->source != media::TakenSource::file_time)
        record.taken = media::to_text(record.when->at);
    for (auto& file : record.files) {
        if (unpacker.at_end()) break;
        const auto brief = unpack_brief(unpacker.text());
        if (!brief) continue;
        file.kind = brief->kind;
        take_size(record.size, *brief);
        if (brief->taken) file.taken = media::to_text(brief->taken->at);
    }
    return unpacker.ok() ? Result<>() : damaged("list of items");
}

Result<> add_said(Database& database, ItemRecord& record, std::int64_t flags) {
    if ((flags & (kHasWords | kHasCover)) == 0) return {};
    auto items = record.parts;
    items.insert(items.begin(), record.item);
    for (const auto& item : items) {
        const auto subject = model::Subject::of(item).text;
        if ((flags & kHasWords) != 0) {
            TRY_LET(auto words, read_standing_words(database, subject, std::nullopt));
            std::ranges::move(words, std::back_inserter(record.words));
        }
        if ((flags & kHasCover) != 0 && !record.cover) {
            TRY_LET(record.cover, read_text_field(database, subject, "cover"));
        }
    }
    return {};
}

}  // namespace

Result<ItemRecord> read_listed(Database& database, const Statement& row, WithParts with_parts) {
    ItemRecord record;
    const auto state = row.column_int(0);
    record.let_go = letting_of(state) == kStateLetGo;
    record.date = row.column_text(1);
    record.item = id_of_key<model::ItemId>(row.column_int(2));
    const auto flags = row.column_int(3);
    if (const auto kind = row.column_int(6); kind != kNoKind)
        record.kind = static_cast<media::Kind>(kind);
    TRY_LET(auto keeps, unpack_keeps(row.column_text(5)));
    record.kept = keeps.kept;
    record.kept_clock = keeps.clock;
    add_files(record, record.item, std::move(keeps));
    if ((flags & kHasParts) != 0 && with_parts == WithParts::yes) TRY(add_parts(database, record));
    if (state >= kHidden) TRY(add_lead(database, record));
    TRY(add_briefs(record, row.column_text(4)));
    TRY(add_said(database, record, flags));
    return record;
}

}  // namespace keepsake::catalog
