#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/packing.h"
#include "catalog/records.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

struct ObjectRow {
    model::ContentId content;
    std::uint64_t bytes = 0;
    ObjectRecord object;
};

/// Columns: content, bytes, object, object_bytes, header.
Result<ObjectRow> read_object(const Statement& row) {
    ObjectRow record;
    TRY_LET(record.content, id_from<model::ContentId>(row.column_blob(0)));
    record.bytes = static_cast<std::uint64_t>(row.column_int(1));
    TRY_LET(record.object.object, id_from<model::ObjectId>(row.column_blob(2)));
    record.object.object_bytes = static_cast<std::uint64_t>(row.column_int(3));
    record.object.header = row.column_text(4);
    return record;
}

/// Rows as they came in become records in order, each object once; of two that speak of one object
/// differently, the lesser.
std::vector<ContentRecord> contents_of(std::vector<ObjectRow> rows) {
    std::ranges::sort(rows, {}, [](const ObjectRow& row) {
        return std::tie(row.content, row.object.object, row.bytes, row.object.object_bytes,
                        row.object.header);
    });
    std::vector<ContentRecord> contents;
    for (auto& row : rows) {
        if (contents.empty() || contents.back().content != row.content)
            contents.push_back({row.content, row.bytes, {}});
        auto& objects = contents.back().objects;
        if (objects.empty() || objects.back().object != row.object.object)
            objects.push_back(std::move(row.object));
    }
    return contents;
}

Result<bool> holds_live_file(Database& database, const model::ContentId& content) {
    TRY_LET(auto row, database.prepare("SELECT 1 FROM file_by_content f WHERE f.content = ?1 AND "
                                       "NOT EXISTS(SELECT 1 FROM letting l WHERE l.item = f.item "
                                       "AND l.op = ?2) LIMIT 1"));
    return row.bind_blob(1, half_of(content)).bind_blob(2, as_bytes("let-go")).step();
}

Result<bool> holds_live_words(Database& database, const model::ContentId& content) {
    TRY_LET(auto rows, database.prepare("SELECT DISTINCT subject FROM words WHERE content = ?1 AND "
                                        "content <> x''"));
    TRY_LET(auto letting, database.prepare("SELECT op FROM letting WHERE item = ?1"));
    rows.bind_blob(1, content.bytes);
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return false;
        const model::Subject subject{std::string(rows.column_text(0))};
        const auto item = subject.item();
        if (!item) return true;
        TRY_LET(const bool decided, letting.bind(1, key_of(*item)).step());
        if (!decided || letting.column_text(0) != "let-go") return true;
        letting.reset();
    }
}

Result<bool> read_live(Database& database, const model::ContentId& content) {
    TRY_LET(const bool in_file, holds_live_file(database, content));
    if (in_file) return true;
    return holds_live_words(database, content);
}

}  // namespace

Result<bool> Catalog::any_content_of_size(std::uint64_t bytes) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto row, database->prepare("SELECT 1 FROM sizes WHERE bytes = ?1"));
    return row.bind(1, static_cast<std::int64_t>(bytes)).step();
}

Result<std::optional<ContentRecord>> Catalog::content(const model::ContentId& content) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows,
            database->prepare("SELECT o.content, o.bytes, o.object, o.object_bytes, o.header FROM "
                              "object_by_content b CROSS JOIN objects o ON o.no = b.no WHERE "
                              "b.content = ?1 AND o.content = ?2"));
    rows.bind(1, key_of(content)).bind_blob(2, content.bytes);
    std::vector<ObjectRow> objects;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        TRY_LET(auto object, read_object(rows));
        objects.push_back(std::move(object));
    }
    auto contents = contents_of(std::move(objects));
    if (contents.empty()) return std::optional<ContentRecord>();
    return std::optional<ContentRecord>(std::move(contents.front()));
}

Result<bool> Catalog::is_live(const model::ContentId& content) {
    TRY_LET(auto* const database, state_->settled());
    return read_live(*database, content);
}

Result<std::uint64_t> Catalog::bytes_of_objects() {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto row, database->prepare("SELECT coalesce(sum(bytes), 0) FROM objects"));
    TRY_LET(const bool found, row.step());
    return found ? static_cast<std::uint64_t>(row.column_int(0)) : 0;
}

Result<> Catalog::for_each_content(
    const std::function<Result<>(const ContentRecord&, bool live)>& visit) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows,
            database->prepare("SELECT o.content, o.bytes, o.object, o.object_bytes, o.header FROM "
                              "object_by_content b CROSS JOIN objects o ON o.no = b.no "
                              "ORDER BY b.content, b.no"));
    // Rows of one key stand together: almost always one content, several only by a collision.
    std::vector<ObjectRow> group;
    const auto visit_group = [&]() -> Result<> {
        for (const auto& record : contents_of(std::exchange(group, {}))) {
            TRY_LET(const bool live, read_live(*database, record.content));
            TRY(visit(record, live));
        }
        return {};
    };
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return visit_group();
        TRY_LET(auto object, read_object(rows));
        if (!group.empty() && key_of(group.back().content) != key_of(object.content))
            TRY(visit_group());
        group.push_back(std::move(object));
    }
}

Result<std::optional<model::ContentId>> Catalog::content_of_object(const model::ObjectId& object) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto row,
            database->prepare("SELECT o.content FROM object_by_id b CROSS JOIN objects o ON o.no = "
                              "b.no WHERE b.object = ?1 AND o.object = ?2 ORDER BY o.content "
                              "LIMIT 1"));
    row.bind(1, key_of(object)).bind_blob(2, object.bytes);
    TRY_LET(const bool found, row.step());
    std::optional<model::ContentId> content;
    if (found) {
        TRY_LET(content, id_from<model::ContentId>(row.column_blob(0)));
    }
    return content;
}

Result<std::vector<model::ContentId>> Catalog::contents_with_several_objects() {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT content FROM several"));
    std::vector<std::int64_t> keys;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) break;
        keys.push_back(rows.column_int(0));
    }
    std::set<model::ContentId> contents;
    TRY_LET(auto objects,
            database->prepare("SELECT o.content FROM object_by_content b CROSS JOIN objects o ON "
                              "o.no = b.no WHERE b.content = ?1"));
    for (const auto key : keys) {
        std::map<model::ContentId, int> counts;
        objects.bind(1, key);
        for (;;) {
            TRY_LET(const bool found, objects.step());
            if (!found) break;
            TRY_LET(const auto content, id_from<model::ContentId>(objects.column_blob(0)));
            if (++counts[content] > 1) contents.insert(content);
        }
        objects.reset();
    }
    return std::vector<model::ContentId>(contents.begin(), contents.end());
}

Result<std::vector<model::ContentId>> Catalog::missing_long_texts() {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows,
            database->prepare(
                "SELECT DISTINCT w.content FROM words w WHERE w.content <> x'' AND NOT "
                "EXISTS(SELECT 1 FROM replaced r WHERE r.subject = w.subject AND r.field = w.field "
                "AND r.stamp = w.stamp) AND NOT EXISTS(SELECT 1 FROM long_texts l WHERE l.content "
                "= w.content) ORDER BY w.content"));
    return read_ids<model::ContentId>(rows);
}

}  // namespace keepsake::catalog
