// What people said, and the timeline, as the pages ask for them.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/packing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"
#include "catalog/values.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {

Result<> Catalog::for_each_field(std::string_view field,
                                 const std::function<Result<>(const FieldRecord&)>& visit) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT subject, person, value FROM fields WHERE field = "
                                         "?1 ORDER BY subject, person"));
    rows.bind_blob(1, as_bytes(field));
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        if (is_null_value(rows.column_text(2))) continue;
        FieldRecord record;
        record.subject.text = rows.column_text(0);
        record.person = model::PersonId::from_bytes(rows.column_blob(1));
        record.value = rows.column_text(2);
        TRY(visit(record));
    }
}

Result<std::vector<LinkRecord>> Catalog::links(const model::Subject& of, std::string_view as) {
    TRY_LET(auto rows, state_->database->prepare("SELECT target, value FROM links WHERE subject = "
                                                 "?1 AND relation = ?2 ORDER BY target"));
    rows.bind_blob(1, as_bytes(of.text)).bind_blob(2, as_bytes(as));
    std::vector<LinkRecord> links;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return links;
        if (!is_null_value(rows.column_text(1)))
            links.push_back({{std::string(rows.column_text(0))}, std::string(rows.column_text(1))});
    }
}

Result<std::vector<model::MomentId>> Catalog::moments_that_hold(const model::ItemId& item) {
    const auto target = model::Subject::of(item);
    TRY_LET(auto rows, state_->database->prepare("SELECT subject, value FROM links WHERE target = "
                                                 "?1 AND relation = ?2 ORDER BY subject"));
    rows.bind_blob(1, as_bytes(target.text)).bind_blob(2, as_bytes("holds"));
    std::vector<model::MomentId> moments;
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return moments;
        const auto moment = model::Subject{std::string(rows.column_text(0))}.moment();
        if (moment && !is_null_value(rows.column_text(1))) moments.push_back(*moment);
    }
}

Result<> Catalog::for_each_listed(const std::function<Result<>(const ListedItem&)>& visit) {
    TRY_LET(auto* const database, state_->settled());
    TRY_LET(auto rows, database->prepare("SELECT date, item, kind, taken FROM listed WHERE "
                                         "state = ?1 ORDER BY date, item"));
    rows.bind(1, kStateKept);
    for (;;) {
        TRY_LET(const bool found, rows.step());
        if (!found) return {};
        ListedItem listed;
        listed.date = rows.column_text(0);
        listed.item = id_of_key<model::ItemId>(rows.column_int(1));
        if (const auto kind = rows.column_int(2); kind != kNoKind)
            listed.kind = static_cast<media::Kind>(kind);
        if (const auto packed = rows.column_text(3); !packed.empty()) {
            Unpacker unpacker(packed);
            const auto when = unpack_taken(unpacker.text());
            listed.dated = when && when->source != media::TakenSource::file_time;
            while (listed.size == Dimensions() && unpacker.ok() && !unpacker.at_end())
                if (const auto brief = unpack_brief_without_taken(unpacker.text()))
                    take_size(listed.size, *brief);
        }
        TRY(visit(listed));
    }
}

}  // namespace keepsake::catalog
