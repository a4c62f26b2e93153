// Whether what is kept is safe: the ledger, checks and restore tests.
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "library/care.h"
#include "library/library.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/checking.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

Json time_or_null(const std::optional<Instant>& time) {
    return time ? Json(to_rfc3339(*time, Fraction::none)) : Json(nullptr);
}

Json care_json(const library::CareReport& report) {
    Json json;
    json["originals"] = report.originals;
    json["unprotected"] = report.unprotected;
    json["damaged"] = report.damaged;
    json["missing"] = report.missing;
    json["other_places"] = report.other_places;
    json["other_folders"] = report.other_folders;
    json["checked"] = time_or_null(report.whole);
    json["other_seen"] = time_or_null(report.other_seen);
    json["copies"] = Json::array();
    for (const auto& copy : report.others)
        json["copies"].push_back({{"same_disk", copy.same_disk},
                                  {"seen", to_rfc3339(copy.seen, Fraction::none)},
                                  {"checked", time_or_null(copy.whole)},
                                  {"damaged", copy.damaged},
                                  {"missing", copy.missing}});
    if (report.restored)
        json["restored"] = {{"date", to_rfc3339(*report.restored, Fraction::none)},
                            {"originals", report.restored_originals}};
    return json;
}

}  // namespace

Api::Answer Api::get_care(Call& call) {
    Quietly quietly;
    TRY_LET(const auto report,
            library::care(house_->environment(), house_->archive_path(), quietly));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        catalog::ItemFilter let_go;
        let_go.let_go = true;
        auto json = care_json(report);
        TRY_LET(json["let_go"], eyes.library.catalog().item_count(let_go));
        TRY_LET(json["bytes"], library::originals_bytes(eyes.library));
        json["just_kept"] = eyes.told.just_kept().size();
        return json_answer(200, json);
    });
}

Api::Answer Api::get_damaged(Call& call) {
    TRY_LET(const auto page, page_of(call));
    const auto hurt = checking_->hurt();
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        std::set<model::ItemId> seen;
        std::vector<model::ItemId> items;
        auto& catalog = eyes.library.catalog();
        for (const auto& object : hurt) {
            TRY_LET(const auto content, catalog.content_of_object(object));
            if (!content) continue;
            TRY_LET(const auto holders, catalog.items_of_content(*content, false));
            for (const auto& holder : holders) {
                // The raw of a pair is shown as a part of its photograph.
                TRY_LET(const auto record, catalog.item(holder));
                if (!record) continue;
                const auto item = record->lead.value_or(holder);
                if (seen.insert(item).second) items.push_back(item);
            }
        }
        TRY_LET(auto listed, listed_by_id(eyes, page.of(items)));
        auto json = page.told(items.size(), "items", std::move(listed));
        json["originals"] = hurt.size();
        return json_answer(200, json);
    });
}

Api::Answer Api::begin_check(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"repair"}));
    TRY_LET(const auto repair, bool_member(json, "repair"));
    TRY(checking_->begin(repair.value_or(false) ? Checking::What::repair : Checking::What::check));
    return json_answer(202, checking_->state());
}

Api::Answer Api::begin_restoring(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {}));
    TRY(checking_->begin(Checking::What::restore));
    return json_answer(202, checking_->state());
}

Api::Answer Api::get_check(Call& /*call*/) { return json_answer(200, checking_->state()); }

Api::Answer Api::stop_check(Call& /*call*/) {
    checking_->stop();
    return nothing();
}

}  // namespace keepsake::server
