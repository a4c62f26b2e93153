#include "server/moment_json.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "media/kind.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/item_json.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

// A moment's date is told by so many of its items at most.
constexpr std::size_t kMostDated = 1'000;

struct Dates {
    std::string from;
    std::string to;
};

Result<Dates> dates_of(const Eyes& eyes, const catalog::MomentRecord& moment) {
    Dates dates;
    const auto count = std::min(moment.items.size(), kMostDated);
    for (std::size_t i = 0; i < count; ++i) {
        // Of what is covered from this viewer the date says something, too.
        if (eyes.told.cover_of(moment.items[i], eyes.viewer, eyes.opened)) continue;
        TRY_LET(const auto item, eyes.library.catalog().item(moment.items[i]));
        if (!item || !item->taken) continue;
        if (dates.from.empty() || *item->taken < dates.from) dates.from = *item->taken;
        dates.to = std::max(dates.to, *item->taken);
    }
    return dates;
}

Result<> put_dates(Json& json, const Eyes& eyes, const catalog::MomentRecord& moment) {
    TRY_LET(const auto value,
            eyes.library.catalog().field(model::Subject::of(moment.moment), "taken"));
    const auto hand = Json::parse(value.value_or("null"), nullptr, false);
    const auto text_in = [&](const char* name) -> std::string {
        const auto found = hand.is_object() ? hand.find(name) : hand.end();
        return hand.is_object() && found != hand.end() && found->is_string()
                   ? shortened(found->get<std::string>())
                   : "";
    };
    Dates dates{text_in("from"), text_in("to")};
    if (dates.from.empty()) {
        TRY_LET(dates, dates_of(eyes, moment));
        if (dates.to == dates.from) dates.to.clear();
    }
    json["date"] = dates.from;
    if (!dates.to.empty()) json["date_to"] = dates.to;
    if (const auto text = text_in("text"); !text.empty()) json["date_text"] = text;
    return {};
}

Result<Json> cover_json(const Eyes& eyes, const catalog::MomentRecord& moment, const Cover& cover) {
    Json json;
    json["line"] = to_utf8_lossy(cover.line);
    if (!cover.more.empty()) json["more"] = to_utf8_lossy(cover.more);
    if (const auto by = eyes.told.name_of(cover.by); !by.empty()) json["by"] = to_utf8_lossy(by);
    std::map<std::string, std::size_t> counts;
    for (const auto& id : moment.items) {
        TRY_LET(const auto item, eyes.library.catalog().item(id));
        if (item) ++counts[item->kind ? std::string(media::name_of(*item->kind)) : "unread"];
    }
    for (const auto& words : moment.words)
        if (words.field == "story" && !words.text.empty()) counts["story"] = 1;
    json["counts"] = counts;
    if (counts.empty()) json["counts"] = Json::object();
    return json;
}

/// The picture that was chosen, if it may be seen.
Result<> put_front(Json& json, const Eyes& eyes, const catalog::MomentRecord& moment) {
    const auto front = eyes.told.front(moment.moment);
    if (!front || eyes.told.cover_of(*front, eyes.viewer, eyes.opened)) return {};
    TRY_LET(const auto item, eyes.library.catalog().item(*front));
    if (!item || item->let_go || item->lead) return {};
    TRY_LET(json["front"], listed_json(eyes, *item));
    return {};
}

/// `MomentCard`, and `Moment` as far as they are the same; whether it is open.
Result<bool> begin_json(Json& json, const Eyes& eyes, const catalog::MomentRecord& moment) {
    json["id"] = moment.moment.hex();
    json["name"] = to_utf8_lossy(moment.name);
    const auto cover = eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened);
    json["covered"] = nullptr;
    if (cover) {
        TRY_LET(json["covered"], cover_json(eyes, moment, *cover));
    }
    json["quiet"] = eyes.told.is_quiet(model::Subject::of(moment.moment), eyes.viewer);
    return !cover;
}

}  // namespace

Result<Json> moment_card_json(const Eyes& eyes, const catalog::MomentRecord& moment) {
    Json json;
    TRY_LET(const bool open, begin_json(json, eyes, moment));
    json["date"] = "";
    if (!open) return json;
    TRY(put_dates(json, eyes, moment));
    TRY(put_front(json, eyes, moment));
    return json;
}

Result<Json> moment_json(const Eyes& eyes, const catalog::MomentRecord& moment) {
    Json json;
    TRY_LET(const bool open, begin_json(json, eyes, moment));
    if (!open) return json;
    const auto subject = model::Subject::of(moment.moment);
    TRY(put_dates(json, eyes, moment));
    TRY_LET(json["people"], people_json(eyes, subject, "there"));
    json["stories"] = Json::array();
    for (const auto& words : moment.words)
        if (words.field == "story" && !words.text.empty())
            json["stories"].push_back(to_utf8_lossy(words.text));
    TRY(put_front(json, eyes, moment));
    json["items"] = moment.items.size();
    json["cover"] = line_json(eyes.told.line(subject, std::nullopt));
    json["own_cover"] =
        line_json(eyes.viewer ? eyes.told.line(subject, eyes.viewer) : std::nullopt);
    json["leave_open"] = eyes.told.left_open(subject, eyes.viewer);
    return json;
}

}  // namespace keepsake::server
