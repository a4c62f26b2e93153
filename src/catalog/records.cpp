#include "catalog/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/values.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

constexpr const char* kStandingOfSubject =
    "SELECT w.field, w.stamp, w.text, w.content, l.text FROM words w "
    "LEFT JOIN long_texts l ON w.content <> x'' AND l.content = w.content "
    "WHERE w.subject = ?1 AND NOT EXISTS(SELECT 1 FROM replaced r WHERE "
    "r.subject = w.subject AND r.field = w.field AND r.stamp = w.stamp) "
    "ORDER BY w.field, w.stamp, w.text, w.content";
constexpr const char* kStandingOfField =
    "SELECT w.field, w.stamp, w.text, w.content, l.text FROM words w "
    "LEFT JOIN long_texts l ON w.content <> x'' AND l.content = w.content "
    "WHERE w.subject = ?1 AND w.field = ?2 AND NOT EXISTS(SELECT 1 FROM replaced r WHERE "
    "r.subject = w.subject AND r.field = w.field AND r.stamp = w.stamp) "
    "ORDER BY w.stamp, w.text, w.content";

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
        WordsRecord record;
        record.field = rows.column_text(0);
        TRY_LET(record.version, unpack_stamp(rows.column_blob(1)));
        record.text = rows.column_text(2);
        if (const auto content = rows.column_blob(3); !content.empty()) {
            TRY_LET(record.content, id_from<model::ContentId>(content));
            if (!rows.is_null(4)) record.text = rows.column_text(4);
        }
        words.push_back(std::move(record));
    }
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

Result<ItemRecord> read_listed(Database& database, const Statement& row) {
    ItemRecord record;
    record.let_go = row.column_int(0) == kStateLetGo;
    record.date = row.column_text(1);
    record.item = id_of_key<model::ItemId>(row.column_int(2));
    const auto flags = row.column_int(3);
    const auto packed_taken = row.column_text(4);
    TRY_LET(auto keeps, unpack_keeps(row.column_text(5)));
    record.kept = keeps.kept;
    record.kept_clock = keeps.clock;
    Unpacker taken(packed_taken);
    record.files.reserve(keeps.files.size());
    for (auto& [file, root] : keeps.files) {
        auto& out = record.files.emplace_back(
            FileRecord{file.content, file.bytes, std::move(file.name), std::move(file.folder), root,
                       file.modified, std::nullopt});
        if (packed_taken.empty()) continue;
        if (const auto text = taken.text(); !text.empty()) out.taken = text;
        if (!record.taken) record.taken = out.taken;
    }
    if (!taken.ok() || !taken.at_end()) return damaged("list of items");
    if (flags == 0) return record;
    const auto subject = model::Subject::of(record.item).text;
    if ((flags & kHasWords) != 0) {
        TRY_LET(record.words, read_standing_words(database, subject, std::nullopt));
    }
    if ((flags & kHasCover) != 0) {
        TRY_LET(record.cover, read_text_field(database, subject, "cover"));
    }
    return record;
}

}  // namespace keepsake::catalog
