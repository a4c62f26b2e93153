#include "catalog/schema.h"

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_handle.h"

namespace keepsake::catalog {
namespace {

// "Keep" in ASCII: what PRAGMA application_id holds.
constexpr std::int64_t kApplicationId = 0x4b656570;

// Tables of what the segments say. `stamp` is the packed (clock, device) of the entry that wrote
// the row; ids of 8 bytes are integers that sort as they do (packing.h). `findings` holds the text
// of the facts that won, in order of arrival; `belongs` what each item is a part of (groups.h).
constexpr const char* kSaid = R"sql(
CREATE TABLE segments(
  device BLOB NOT NULL, seq INTEGER NOT NULL, text BLOB NOT NULL, previous BLOB,
  clock BLOB NOT NULL, seconds INTEGER NOT NULL, nanoseconds INTEGER NOT NULL, seen BLOB NOT NULL,
  PRIMARY KEY(device, seq, text)) STRICT, WITHOUT ROWID;
-- What is missing is counted at each opening: without reading all that the segments say.
CREATE INDEX segment_numbers ON segments(device, seq);
CREATE TABLE journal_files(
  file BLOB PRIMARY KEY, device BLOB NOT NULL, first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE heads(
  device BLOB PRIMARY KEY, seq INTEGER NOT NULL, text BLOB NOT NULL, seconds INTEGER NOT NULL,
  nanoseconds INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE named_heads(
  device BLOB NOT NULL, seq INTEGER NOT NULL, text BLOB NOT NULL,
  PRIMARY KEY(device, seq, text)) STRICT, WITHOUT ROWID;
CREATE TABLE forks(device BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE authority(
  clock BLOB NOT NULL, line BLOB NOT NULL, device BLOB NOT NULL, seq INTEGER NOT NULL,
  text BLOB NOT NULL, PRIMARY KEY(clock, line, device, seq, text)) STRICT, WITHOUT ROWID;
CREATE TABLE met(
  writer BLOB NOT NULL, item INTEGER NOT NULL, stamp BLOB NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(writer, item, stamp)) STRICT, WITHOUT ROWID;
CREATE TABLE ways(way BLOB PRIMARY KEY, stamp BLOB NOT NULL, line BLOB NOT NULL) STRICT,
  WITHOUT ROWID;
CREATE TABLE revoked_ways(way BLOB PRIMARY KEY, clock BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE plain_files(
  name BLOB NOT NULL, file BLOB NOT NULL, PRIMARY KEY(name, file)) STRICT, WITHOUT ROWID;
CREATE TABLE fields(
  subject BLOB NOT NULL, field BLOB NOT NULL, person BLOB NOT NULL, stamp BLOB NOT NULL,
  value BLOB NOT NULL, PRIMARY KEY(subject, field, person)) STRICT, WITHOUT ROWID;
CREATE TABLE words(
  subject BLOB NOT NULL, field BLOB NOT NULL, stamp BLOB NOT NULL, text BLOB NOT NULL,
  content BLOB NOT NULL, person BLOB NOT NULL,
  PRIMARY KEY(subject, field, stamp, text, content, person)) STRICT, WITHOUT ROWID;
CREATE INDEX words_by_content ON words(content) WHERE content <> x'';
CREATE TABLE replaced(
  subject BLOB NOT NULL, field BLOB NOT NULL, stamp BLOB NOT NULL,
  PRIMARY KEY(subject, field, stamp)) STRICT, WITHOUT ROWID;
CREATE TABLE links(
  subject BLOB NOT NULL, relation BLOB NOT NULL, target BLOB NOT NULL, stamp BLOB NOT NULL,
  value BLOB NOT NULL, PRIMARY KEY(subject, relation, target)) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_target ON links(target, relation, subject);
CREATE TABLE letting(
  item INTEGER PRIMARY KEY, stamp BLOB NOT NULL, op BLOB NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE TABLE moments(moment INTEGER PRIMARY KEY, first_clock BLOB NOT NULL) STRICT;
CREATE TABLE facts(
  content BLOB PRIMARY KEY, rank BLOB NOT NULL, brief BLOB NOT NULL, no INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE findings(
  no INTEGER PRIMARY KEY, json BLOB NOT NULL, words BLOB NOT NULL) STRICT;
CREATE TABLE belongs(item INTEGER PRIMARY KEY, target INTEGER NOT NULL, role BLOB NOT NULL) STRICT;
CREATE INDEX belongs_by_target ON belongs(target);
CREATE TABLE objects(
  no INTEGER PRIMARY KEY, object BLOB NOT NULL, content BLOB NOT NULL, bytes INTEGER NOT NULL,
  object_bytes INTEGER NOT NULL, header BLOB NOT NULL) STRICT;
)sql";

// Indexes kept by hand (of objects by the first 8 bytes of their ids, of files by half the
// content's hash), so that a large intake can fill each in its own order (stage.h), and what is
// derived for each item (refresh.h). `listed` is clustered by date: a month is read in one go.
// Items are found by small numbers handed out as they come: lists of random ids would be seven
// times as long. `marks` holds day, state and kind of a thousand of them together (marks.h). `days`
// counts what is listed, `unread` holds contents without facts, `looks` how pictures look.
constexpr const char* kDerived = R"sql(
CREATE TABLE long_texts(content BLOB PRIMARY KEY, text BLOB NOT NULL) STRICT;
CREATE TABLE object_by_content(
  content INTEGER NOT NULL, no INTEGER NOT NULL, PRIMARY KEY(content, no)) STRICT, WITHOUT ROWID;
CREATE TABLE several(content INTEGER PRIMARY KEY) STRICT;
CREATE TABLE object_by_id(
  object INTEGER NOT NULL, no INTEGER NOT NULL, PRIMARY KEY(object, no)) STRICT, WITHOUT ROWID;
CREATE TABLE sizes(bytes INTEGER PRIMARY KEY) STRICT;
CREATE TABLE file_by_content(
  content BLOB NOT NULL, place INTEGER NOT NULL, item INTEGER NOT NULL,
  PRIMARY KEY(content, place, item)) STRICT, WITHOUT ROWID;
CREATE TABLE items(
  item INTEGER PRIMARY KEY, state INTEGER NOT NULL, date BLOB NOT NULL, no INTEGER NOT NULL)
  STRICT;
CREATE TABLE numbers(
  no INTEGER PRIMARY KEY, item INTEGER NOT NULL, state INTEGER NOT NULL, date BLOB NOT NULL,
  kind INTEGER NOT NULL) STRICT;
CREATE TABLE marks(block INTEGER PRIMARY KEY, marks BLOB NOT NULL) STRICT;
CREATE TABLE listed(
  state INTEGER NOT NULL, date BLOB NOT NULL, item INTEGER NOT NULL, no INTEGER NOT NULL,
  flags INTEGER NOT NULL, kind INTEGER NOT NULL, taken BLOB NOT NULL, keeps BLOB NOT NULL,
  PRIMARY KEY(state, date, item)) STRICT, WITHOUT ROWID;
CREATE TABLE parts(
  lead INTEGER NOT NULL, item INTEGER NOT NULL, role BLOB NOT NULL, PRIMARY KEY(lead, item))
  STRICT, WITHOUT ROWID;
CREATE INDEX parts_by_item ON parts(item);
CREATE TABLE days(
  state INTEGER NOT NULL, day BLOB NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(state, day))
  STRICT, WITHOUT ROWID;
CREATE TABLE unread(content BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE looks(
  content BLOB PRIMARY KEY, look INTEGER NOT NULL, pixels BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5(
  text, content='', contentless_delete=1, detail=none, prefix='2 3',
  tokenize='unicode61 remove_diacritics 2');
INSERT INTO found(found, rank) VALUES('hashsize', 16777216);
INSERT INTO found(found, rank) VALUES('automerge', 8);
CREATE TABLE totals(
  one INTEGER PRIMARY KEY CHECK(one = 1), latest_clock BLOB NOT NULL, kept INTEGER NOT NULL,
  let_go INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES(1, x'', 0, 0);
)sql";

Result<std::int64_t> number_of(Database& database, const char* sql) {
    TRY_LET(auto statement, database.prepare(sql));
    TRY_LET(const bool row, statement.step());
    if (!row) return Error(ErrorCode::corrupt, "catalog: no answer to a question about itself");
    return statement.column_int(0);
}

Result<bool> is_new(Database& database) {
    TRY_LET(const auto version, number_of(database, "PRAGMA user_version"));
    TRY_LET(const auto application, number_of(database, "PRAGMA application_id"));
    if (version == 0 && application == 0) {
        TRY_LET(const auto tables, number_of(database, "SELECT count(*) FROM sqlite_schema"));
        if (tables == 0) return true;
    }
    if (application != kApplicationId)
        return Error(ErrorCode::corrupt, "catalog: this file is not a catalog");
    if (version != Catalog::kVersion)
        return Error(ErrorCode::corrupt, "catalog: made by another version");
    return false;
}

Result<> create(Database& database) {
    TRY(database.execute("BEGIN IMMEDIATE"));
    const auto made = [&]() -> Result<> {
        // Another program may have been faster.
        TRY_LET(const bool still_new, is_new(database));
        if (!still_new) return {};
        TRY(database.execute(kSaid));
        TRY(database.execute(kDerived));
        const std::string marks = "PRAGMA application_id=" + std::to_string(kApplicationId) +
                                  "; PRAGMA user_version=" + std::to_string(Catalog::kVersion);
        return database.execute(marks.c_str());
    }();
    if (!made) {
        if (database.in_transaction()) static_cast<void>(database.execute("ROLLBACK"));
        return made.error();
    }
    return database.execute("COMMIT");
}

Result<std::vector<std::string>> tables_of(Database& database) {
    // FTS5's own tables, found_*, go with it.
    TRY_LET(auto rows, database.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' "
                                        "AND name NOT GLOB 'sqlite_*' AND name NOT GLOB "
                                        "'found_*'"));
    std::vector<std::string> names;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return names;
        names.emplace_back(rows.column_text(0));
    }
}

}  // namespace

Result<> empty_schema(Database& database) {
    TRY_LET(const auto tables, tables_of(database));
    for (const auto& name : tables) TRY(database.execute(("DROP TABLE main." + name).c_str()));
    TRY(database.execute(kSaid));
    return database.execute(kDerived);
}

Result<> prepare_schema(Database& database) {
    // NORMAL: a rollback journal and synced commits, so that what a power cut leaves is the state
    // before or one that fails its page tags. The cache holds the inner pages of a million items.
    TRY(
        database.execute("PRAGMA cache_size=-114688; PRAGMA synchronous=NORMAL; "
                         "PRAGMA trusted_schema=OFF"));
    TRY_LET(const bool fresh, is_new(database));
    return fresh ? create(database) : Result<>();
}

}  // namespace keepsake::catalog
