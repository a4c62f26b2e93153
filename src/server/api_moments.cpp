// Moments: what belongs together in the family's own order.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "library/library.h"
#include "library/tell.h"
#include "media/kind.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestName = 800;  // 200 characters
constexpr std::size_t kUsual = 200;
constexpr std::size_t kMost = 1'000;
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
    if (cover.by) {
        const auto by = eyes.told.people().find(*cover.by);
        if (by != eyes.told.people().end()) json["by"] = to_utf8_lossy(by->second);
    }
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

Result<Json> card_json(const Eyes& eyes, const catalog::MomentRecord& moment) {
    Json json;
    TRY_LET(const bool open, begin_json(json, eyes, moment));
    json["date"] = "";
    if (!open) return json;
    TRY(put_dates(json, eyes, moment));
    TRY(put_front(json, eyes, moment));
    return json;
}

Json line_json(const std::optional<std::string>& line) {
    return line ? Json(to_utf8_lossy(*line)) : Json(nullptr);
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

/// Sorts after all that stands: a moment's place in the family's order.
std::string order_text(std::size_t number) {
    const auto digits = std::to_string(number);
    return std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits;
}

model::EntryBody order_entry(const model::MomentId& moment, std::size_t number) {
    return model::Set{model::Subject::of(moment), "order", {}, Json(order_text(number)).dump()};
}

Result<std::string> name_in(const Json& json) {
    TRY_LET(const auto name, text_member(json, "name", kLargestName));
    if (name && name->find_first_of("\r\n") != std::string::npos)
        return Error(ErrorCode::invalid, "A name is one line.");
    return name.value_or("");
}

}  // namespace

Result<model::Subject> Api::moment_subject(const Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Result<model::Subject> {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        return model::Subject::of(moment.moment);
    });
}

Api::Answer Api::get_moments(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        Json json;
        json["moments"] = Json::array();
        TRY_LET(const auto moments, eyes.library.catalog().moments());
        for (const auto& moment : moments) {
            TRY_LET(auto card, card_json(eyes, moment));
            json["moments"].push_back(std::move(card));
        }
        return json_answer(200, json);
    });
}

Api::Answer Api::add_moment(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"name", "items"}));
    TRY_LET(const auto name, name_in(json));
    TRY_LET(const auto items, ids_member<model::ItemId>(json, "items"));
    model::MomentId moment;
    house_->environment().random.fill(moment.bytes);
    TRY(with_eyes(call, [&](const Eyes& eyes) -> Result<> {
        const auto subject = model::Subject::of(moment);
        TRY_LET(const auto others, eyes.library.catalog().moments());
        // A moment without a name stands as well: its name is the empty one.
        std::vector<model::EntryBody> entries{model::Set{subject, "name", {}, Json(name).dump()},
                                              order_entry(moment, others.size())};
        for (const auto& item : items.value_or(std::vector<model::ItemId>()))
            entries.emplace_back(model::Link{subject, model::Subject::of(item), "holds", "{}"});
        return eyes.library.commit(std::move(entries));
    }));
    house_->changed(false);
    visitors_.tell_all("moments", "{}");
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto record, moment_of(eyes, moment.hex()));
        TRY_LET(const auto answer, moment_json(eyes, record));
        return json_answer(201, answer);
    });
}

Api::Answer Api::order_moments(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"moments"}));
    TRY_LET(const auto moments, ids_member<model::MomentId>(json, "moments"));
    if (!moments) return Error(ErrorCode::invalid, "'moments' is wanted.");
    std::vector<model::EntryBody> entries;
    entries.reserve(moments->size());
    for (std::size_t i = 0; i < moments->size(); ++i)
        entries.push_back(order_entry((*moments)[i], i));
    if (!entries.empty())
        TRY(house_->with(
            [&](library::Library& library) { return library.commit(std::move(entries)); }));
    visitors_.tell_all("moments", "{}");
    return nothing();
}

Api::Answer Api::get_moment(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        TRY_LET(const auto json, moment_json(eyes, moment));
        return json_answer(200, json);
    });
}

Api::Answer Api::change_moment(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"name", "date", "people", "front", "story"}));
    TRY_LET(const auto people, ids_member<model::PersonId>(json, "people"));
    TRY_LET(const auto name, name_in(json));
    TRY_LET(const auto front, text_member(json, "front", 16));
    if (front && !model::ItemId::from_hex(*front))
        return Error(ErrorCode::invalid, "'front' is no id.");
    auto changed = with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        const auto subject = model::Subject::of(moment.moment);
        std::vector<model::EntryBody> entries;
        if (json.contains("name"))
            entries.emplace_back(model::Set{subject, "name", {}, Json(name).dump()});
        if (json.contains("front"))
            entries.emplace_back(
                model::Set{subject, "front", {}, front ? Json(*front).dump() : "null"});
        if (json.contains("date")) {
            TRY_LET(auto value, date_entry_value(json["date"]));
            entries.emplace_back(model::Set{subject, "taken", {}, std::move(value)});
        }
        if (people) {
            TRY_LET(auto links, people_entries(eyes, subject, "there", *people));
            std::ranges::move(links, std::back_inserter(entries));
        }
        if (!entries.empty()) TRY(eyes.library.commit(std::move(entries)));
        TRY(tell_words(eyes.library, subject, "story", json, "story"));
        return nothing();
    });
    if (!changed || changed->status != 204) return changed;
    house_->changed(false);
    visitors_.tell_all("moments", "{}");
    return get_moment(call);
}

Api::Answer Api::remove_moment(Call& call) {
    auto removed = with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        // Without it, what it covers would be open to everybody.
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        const auto subject = model::Subject::of(moment.moment);
        std::vector<model::EntryBody> entries;
        for (const char* field : {"name", "cover", "front", "order", "quiet", "taken"})
            entries.emplace_back(model::Set{subject, field, {}, "null"});
        TRY_LET(const auto links, eyes.library.catalog().links(subject, "holds"));
        for (const auto& link : links)
            entries.emplace_back(model::Link{subject, link.to, "holds", "null"});
        TRY(eyes.library.commit(std::move(entries)));
        TRY_LET(const auto story, eyes.library.catalog().standing_words(subject, "story"));
        if (!story.empty()) TRY(library::set_words(eyes.library, subject, "story", ""));
        return nothing();
    });
    if (!removed || removed->status != 204) return removed;
    house_->changed(false);
    visitors_.tell_all("moments", "{}");
    return removed;
}

Api::Answer Api::get_moment_items(Call& call) {
    TRY_LET(const auto page, page_of(call, kUsual, kMost));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        const auto first = std::min(page.first, moment.items.size());
        const auto count = std::min(page.count, moment.items.size() - first);
        const auto begin = moment.items.begin() + static_cast<std::ptrdiff_t>(first);
        TRY_LET(auto items,
                listed_by_id(eyes, {begin, begin + static_cast<std::ptrdiff_t>(count)}));
        Json json;
        json["total"] = moment.items.size();
        json["first"] = page.first;
        json["items"] = std::move(items);
        return json_answer(200, json);
    });
}

Api::Answer Api::change_moment_items(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"add", "remove"}));
    TRY_LET(const auto add, ids_member<model::ItemId>(json, "add"));
    TRY_LET(const auto remove, ids_member<model::ItemId>(json, "remove"));
    auto changed = with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        // What is put in gets covered; what is taken out would be open to everybody.
        if (remove && !remove->empty() &&
            eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened))
            return covered();
        const auto subject = model::Subject::of(moment.moment);
        std::vector<model::EntryBody> entries;
        for (const auto& item : add.value_or(std::vector<model::ItemId>())) {
            TRY(item_of(eyes, item.hex()));
            entries.emplace_back(model::Link{subject, model::Subject::of(item), "holds", "{}"});
        }
        for (const auto& item : remove.value_or(std::vector<model::ItemId>())) {
            entries.emplace_back(model::Link{subject, model::Subject::of(item), "holds", "null"});
            // What is shown as one with it was held as well, perhaps.
            TRY_LET(const auto record, eyes.library.catalog().item(item));
            for (const auto& part : record ? record->parts : std::vector<model::ItemId>())
                entries.emplace_back(
                    model::Link{subject, model::Subject::of(part), "holds", "null"});
        }
        if (!entries.empty()) TRY(eyes.library.commit(std::move(entries)));
        return nothing();
    });
    if (!changed || changed->status != 204) return changed;
    house_->changed(false);
    visitors_.tell_all("moments", "{}");
    return changed;
}

Api::Answer Api::look_at_moment(Call& call) {
    return with_eyes(call, [&](const Eyes& given) -> Answer {
        TRY_LET(const auto moment, moment_of(given, call.ids[0]));
        const Eyes eyes{
            given.house, given.library, given.told, given.viewer, {{}, {moment.moment}}};
        Json json;
        json["look"] = visitors_.look_at(call.visitor.session, moment.moment);
        TRY_LET(json["moment"], moment_json(eyes, moment));
        return json_answer(200, json);
    });
}

Api::Answer Api::cover_moment(Call& call) {
    TRY_LET(const auto subject, moment_subject(call));
    return set_cover(call, subject);
}
Api::Answer Api::uncover_moment(Call& call) {
    TRY_LET(const auto subject, moment_subject(call));
    return take_cover(call, subject);
}
Api::Answer Api::leave_moment_open(Call& call) {
    TRY_LET(const auto subject, moment_subject(call));
    return set_open(call, subject, true);
}
Api::Answer Api::close_moment(Call& call) {
    TRY_LET(const auto subject, moment_subject(call));
    return set_open(call, subject, false);
}

}  // namespace keepsake::server
