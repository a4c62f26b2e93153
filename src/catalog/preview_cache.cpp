#include "catalog/preview_cache.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/records.h"
#include "catalog/sqlite_handle.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

constexpr std::int64_t kVersion = 2;
constexpr std::size_t kUsesAtOnce = 64;

constexpr const char* kTables = R"sql(
CREATE TABLE pictures(
  no INTEGER PRIMARY KEY, content BLOB NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL,
  bytes INTEGER NOT NULL, jpeg BLOB NOT NULL, UNIQUE(content, size)) STRICT;
CREATE INDEX pictures_by_use ON pictures(used, bytes);
CREATE TABLE packs(no INTEGER PRIMARY KEY, pack BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE packed(
  half BLOB NOT NULL, pack INTEGER NOT NULL, PRIMARY KEY(half, pack)) STRICT, WITHOUT ROWID;
CREATE TABLE totals(
  one INTEGER PRIMARY KEY CHECK(one = 1), bytes INTEGER NOT NULL, used INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES(1, 0, 0);
PRAGMA user_version=2;
)sql";

/// Came later, and is made where it is missing.
constexpr const char* kFilmTable = R"sql(
CREATE TABLE IF NOT EXISTS films(
  no INTEGER PRIMARY KEY, content BLOB NOT NULL, inside INTEGER NOT NULL, used INTEGER NOT NULL,
  name TEXT NOT NULL, identity TEXT NOT NULL, head_bytes INTEGER NOT NULL, bytes INTEGER NOT NULL,
  facts TEXT NOT NULL, UNIQUE(content, inside)) STRICT;
)sql";

}  // namespace

struct PreviewCache::State {
    std::unique_ptr<Database> database;
    std::uint64_t most_bytes = 0;
    std::vector<std::int64_t> used;  ///< and not written down yet, the last one last

    /// The next number of `used`.
    Result<std::int64_t> next_use() {
        TRY(database->execute("UPDATE totals SET used = used + 1"));
        return number("SELECT used FROM totals");
    }
    Result<std::int64_t> number(const char* sql) {
        TRY_LET(auto row, database->prepare(sql));
        TRY_LET(const bool found, row.step());
        if (!found) return damaged("previews");
        return row.column_int(0);
    }
    Result<> remove(std::int64_t no, std::int64_t bytes) {
        TRY_LET(auto remove, database->prepare("DELETE FROM pictures WHERE no = ?1"));
        TRY(remove.bind(1, no).run());
        TRY_LET(auto less, database->prepare("UPDATE totals SET bytes = bytes - ?1"));
        return less.bind(1, bytes).run();
    }
    Result<> write_uses();
    Result<> make_room(std::uint64_t wanted_bytes);
    Result<> put(const model::ContentId& content, PictureSize size, ByteView jpeg);
    Result<> note(const Pack& pack);
    Result<> in_transaction(const auto& work) {
        TRY(database->execute("BEGIN IMMEDIATE"));
        auto done = work();
        if (done) return database->execute("COMMIT");
        if (database->in_transaction()) static_cast<void>(database->execute("ROLLBACK"));
        return done;
    }
};

Result<> PreviewCache::State::write_uses() {
    TRY_LET(auto update, database->prepare("UPDATE pictures SET used = ?2 WHERE no = ?1"));
    for (const auto no : std::exchange(used, {})) {
        TRY_LET(const auto use, next_use());
        TRY(update.bind(1, no).bind(2, use).run());
    }
    return {};
}

/// What was not asked for longest goes.
Result<> PreviewCache::State::make_room(std::uint64_t wanted_bytes) {
    TRY(write_uses());
    for (;;) {
        TRY_LET(const auto bytes, number("SELECT bytes FROM totals"));
        if (static_cast<std::uint64_t>(bytes) + wanted_bytes <= most_bytes) return {};
        std::int64_t no = 0;
        std::int64_t of_it = 0;
        {
            TRY_LET(auto oldest, database->prepare("SELECT no, bytes FROM pictures ORDER BY used "
                                                   "LIMIT 1"));
            TRY_LET(const bool found, oldest.step());
            if (!found) return {};
            no = oldest.column_int(0);
            of_it = oldest.column_int(1);
        }
        TRY(remove(no, of_it));
    }
}

PreviewCache::PreviewCache(std::unique_ptr<State> state) : state_(std::move(state)) {}
PreviewCache::PreviewCache(PreviewCache&&) noexcept = default;
PreviewCache& PreviewCache::operator=(PreviewCache&&) noexcept = default;
PreviewCache::~PreviewCache() = default;

Result<PreviewCache> PreviewCache::try_open(const std::string& path, ByteView key,
                                            std::uint64_t most_bytes) {
    auto state = std::make_unique<State>();
    state->most_bytes = most_bytes;
    TRY_LET(state->database, Database::open(path, key));
    if (state->database->is_read_only())
        return Error(ErrorCode::read_only, "the previews " + path + " cannot be written");
    // Nothing is lost where a power cut takes the last of it, or all.
    TRY(
        state->database->execute("PRAGMA synchronous=OFF; PRAGMA trusted_schema=OFF; "
                                 "PRAGMA secure_delete=ON"));
    TRY_LET(const auto version, state->number("PRAGMA user_version"));
    if (version == 0)
        TRY(state->in_transaction([&] { return state->database->execute(kTables); }));
    else if (version != kVersion)
        return Error(ErrorCode::corrupt, "previews: made by another version");
    TRY(state->database->execute(kFilmTable));
    return PreviewCache(std::move(state));
}

Result<PreviewCache> PreviewCache::open(const std::string& path, ByteView key,
                                        std::uint64_t most_bytes) {
    auto opened = try_open(path, key, most_bytes);
    if (opened || opened.error().code() != ErrorCode::corrupt) return opened;
    TRY(Catalog::remove(path));
    return try_open(path, key, most_bytes);
}

Result<std::optional<Bytes>> PreviewCache::get(const model::ContentId& content, PictureSize size) {
    std::optional<Bytes> jpeg;
    std::int64_t no = 0;
    {
        TRY_LET(auto row, state_->database->prepare("SELECT no, jpeg FROM pictures WHERE content = "
                                                    "?1 AND size = ?2"));
        row.bind_blob(1, content.bytes).bind(2, static_cast<std::int64_t>(size));
        TRY_LET(const bool found, row.step());
        if (!found) return jpeg;
        no = row.column_int(0);
        const auto bytes = row.column_blob(1);
        jpeg.emplace(bytes.begin(), bytes.end());
    }
    // A transaction takes longer than to find and to send it.
    state_->used.push_back(no);
    if (state_->used.size() >= kUsesAtOnce)
        TRY(state_->in_transaction([&] { return state_->write_uses(); }));
    return jpeg;
}

Result<> PreviewCache::State::put(const model::ContentId& content, PictureSize size,
                                  ByteView jpeg) {
    TRY(make_room(jpeg.size()));
    TRY_LET(const auto use, next_use());
    TRY_LET(auto insert, database->prepare("INSERT OR IGNORE INTO pictures(content, size, used, "
                                           "bytes, jpeg) VALUES(?1, ?2, ?3, ?4, ?5)"));
    insert.bind_blob(1, content.bytes).bind(2, static_cast<std::int64_t>(size)).bind(3, use);
    const auto bytes = static_cast<std::int64_t>(jpeg.size());
    TRY(insert.bind(4, bytes).bind_blob(5, jpeg).run());
    if (database->changes() == 0) return {};
    TRY_LET(auto more, database->prepare("UPDATE totals SET bytes = bytes + ?1"));
    return more.bind(1, bytes).run();
}

Result<> PreviewCache::put(const model::ContentId& content, PictureSize size, ByteView jpeg) {
    if (jpeg.size() > state_->most_bytes) return {};
    return state_->in_transaction([&] { return state_->put(content, size, jpeg); });
}

Result<> PreviewCache::forget(const model::ContentId& content) {
    return state_->in_transaction([&]() -> Result<> {
        std::vector<std::pair<std::int64_t, std::int64_t>> gone;
        {
            TRY_LET(auto rows,
                    state_->database->prepare("SELECT no, bytes FROM pictures WHERE content = "
                                              "?1"));
            rows.bind_blob(1, content.bytes);
            for (;;) {
                TRY_LET(const bool found, rows.step());
                if (!found) break;
                gone.emplace_back(rows.column_int(0), rows.column_int(1));
            }
        }
        for (const auto& [no, bytes] : gone) TRY(state_->remove(no, bytes));
        TRY_LET(auto films, state_->database->prepare("DELETE FROM films WHERE content = ?1"));
        return films.bind_blob(1, content.bytes).run();
    });
}

Result<std::uint64_t> PreviewCache::size_bytes() {
    TRY_LET(const auto bytes, state_->number("SELECT bytes FROM totals"));
    return static_cast<std::uint64_t>(bytes);
}

Result<std::optional<FilmRecord>> PreviewCache::film(const model::ContentId& content, bool inside) {
    std::optional<FilmRecord> film;
    {
        TRY_LET(auto row, state_->database->prepare("SELECT name, identity, head_bytes, bytes, "
                                                    "facts FROM films WHERE content = ?1 AND "
                                                    "inside = ?2"));
        row.bind_blob(1, content.bytes).bind(2, static_cast<std::int64_t>(inside));
        TRY_LET(const bool found, row.step());
        if (!found) return film;
        film = FilmRecord{.name = std::string(row.column_text(0)),
                          .identity = std::string(row.column_text(1)),
                          .head_bytes = static_cast<std::uint64_t>(row.column_int(2)),
                          .bytes = static_cast<std::uint64_t>(row.column_int(3)),
                          .facts = std::string(row.column_text(4))};
    }
    TRY(state_->in_transaction([&]() -> Result<> {
        TRY_LET(const auto use, state_->next_use());
        TRY_LET(auto update, state_->database->prepare("UPDATE films SET used = ?3 WHERE content = "
                                                       "?1 AND inside = ?2"));
        return update.bind_blob(1, content.bytes)
            .bind(2, static_cast<std::int64_t>(inside))
            .bind(3, use)
            .run();
    }));
    return film;
}

Result<> PreviewCache::put_film(const model::ContentId& content, bool inside,
                                const FilmRecord& film, std::uint64_t most_bytes) {
    return state_->in_transaction([&]() -> Result<> {
        TRY_LET(const auto use, state_->next_use());
        TRY_LET(auto insert, state_->database->prepare(
                                 "INSERT OR REPLACE INTO films(content, inside, used, name, "
                                 "identity, head_bytes, bytes, facts) VALUES(?1, ?2, ?3, ?4, ?5, "
                                 "?6, ?7, ?8)"));
        TRY(insert.bind_blob(1, content.bytes)
                .bind(2, static_cast<std::int64_t>(inside))
                .bind(3, use)
                .bind_text(4, film.name)
                .bind_text(5, film.identity)
                .bind(6, static_cast<std::int64_t>(film.head_bytes))
                .bind(7, static_cast<std::int64_t>(film.bytes))
                .bind_text(8, film.facts)
                .run());
        // Those that are left when the newest are counted up to where there is too much.
        TRY_LET(auto remove, state_->database->prepare(
                                 "DELETE FROM films WHERE no IN (SELECT no FROM (SELECT no, "
                                 "sum(bytes) OVER (ORDER BY used DESC, no DESC) AS together FROM "
                                 "films) WHERE together > ?1)"));
        return remove.bind(1, static_cast<std::int64_t>(most_bytes)).run();
    });
}

Result<std::vector<std::string>> PreviewCache::film_names() {
    TRY_LET(auto rows, state_->database->prepare("SELECT name FROM films ORDER BY name"));
    std::vector<std::string> names;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return names;
        names.emplace_back(rows.column_text(0));
    }
}

Result<> PreviewCache::State::note(const Pack& pack) {
    TRY_LET(auto insert, database->prepare("INSERT OR IGNORE INTO packs(pack) VALUES(?1)"));
    TRY(insert.bind_blob(1, pack.pack.bytes).run());
    if (database->changes() == 0) return {};  // its name says what it holds
    TRY_LET(const auto no, number("SELECT max(no) FROM packs"));
    TRY_LET(auto hold,
            database->prepare("INSERT OR IGNORE INTO packed(half, pack) VALUES(?1, ?2)"));
    for (const auto& content : pack.contents)
        TRY(hold.bind_blob(1, half_of(content)).bind(2, no).run());
    return {};
}

Result<> PreviewCache::note_packs(const std::vector<Pack>& packs) {
    if (packs.empty()) return {};
    return state_->in_transaction([&]() -> Result<> {
        for (const auto& pack : packs) TRY(state_->note(pack));
        return {};
    });
}

Result<> PreviewCache::forget_pack(const model::FileHash& pack) {
    return state_->in_transaction([&]() -> Result<> {
        // Through all of them: it is rare, and an order by pack would cost each one as much again.
        TRY_LET(auto held, state_->database->prepare("DELETE FROM packed WHERE pack = (SELECT no "
                                                     "FROM packs WHERE pack = ?1)"));
        TRY(held.bind_blob(1, pack.bytes).run());
        TRY_LET(auto remove, state_->database->prepare("DELETE FROM packs WHERE pack = ?1"));
        return remove.bind_blob(1, pack.bytes).run();
    });
}

Result<std::vector<model::FileHash>> PreviewCache::packs() {
    TRY_LET(auto rows, state_->database->prepare("SELECT pack FROM packs ORDER BY pack"));
    return read_ids<model::FileHash>(rows);
}

Result<std::vector<model::FileHash>> PreviewCache::packs_with(const model::ContentId& content) {
    TRY_LET(auto rows, state_->database->prepare("SELECT packs.pack FROM packed JOIN packs ON "
                                                 "packs.no = packed.pack WHERE half = ?1 ORDER BY "
                                                 "packs.pack"));
    rows.bind_blob(1, half_of(content));
    return read_ids<model::FileHash>(rows);
}

}  // namespace keepsake::catalog
