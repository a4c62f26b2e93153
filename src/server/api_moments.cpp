// Moments: what belongs together in the family's own order.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/moment_json.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestName = 800;  // 200 characters
/// Sorts after all that stands: a moment's place in the family's order.
std::string order_text(std::size_t number) {
    const auto digits = std::to_string(number);
    return std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits;
}

model::EntryBody order_entry(const model::MomentId& moment, std::size_t number) {
    return model::Set{model::Subject::of(moment), "order", {}, Json(order_text(number)).dump()};
}

/// What leaves a moment stays covered by itself, as it was by that: for whoever had covered it.
void keep_covered(const Told& told, const model::Subject& moment, const model::Subject& item,
                  std::vector<model::EntryBody>& entries) {
    for (const auto& [whose, cover] : told.covers_on(moment)) {
        if (told.line(item, whose)) continue;
        entries.emplace_back(model::Set{item, "cover", whose, Json(cover.line).dump()});
        if (!cover.more.empty())
            entries.emplace_back(model::Set{item, "cover_more", whose, Json(cover.more).dump()});
        if (!whose && cover.by)
            entries.emplace_back(model::Set{item, "cover_by", {}, Json(cover.by->hex()).dump()});
    }
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
            TRY_LET(auto card, moment_card_json(eyes, moment));
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
    TRY(only_members(json, {"name", "date", "people", "front"}));
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
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        const auto subject = model::Subject::of(moment.moment);
        std::vector<model::EntryBody> entries;
        for (const char* field :
             {"name", "cover", "cover_more", "cover_by", "front", "order", "quiet", "taken"})
            entries.emplace_back(model::Set{subject, field, {}, "null"});
        for (const auto& [whose, cover] : eyes.told.covers_on(subject))
            if (whose) entries.emplace_back(model::Set{subject, "cover", whose, "null"});
        TRY_LET(const auto links, eyes.library.catalog().links(subject, "holds"));
        for (const auto& link : links) {
            entries.emplace_back(model::Link{subject, link.to, "holds", "null"});
            keep_covered(eyes.told, subject, link.to, entries);
        }
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
    TRY_LET(const auto page, page_of(call));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        TRY_LET(auto items, listed_by_id(eyes, page.of(moment.items)));
        return json_answer(200, page.told(moment.items.size(), "items", std::move(items)));
    });
}

Api::Answer Api::change_moment_items(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"add", "remove"}));
    TRY_LET(const auto add, ids_member<model::ItemId>(json, "add"));
    TRY_LET(const auto remove, ids_member<model::ItemId>(json, "remove"));
    auto changed = with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        // What is covered is not even told to be in it.
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
            keep_covered(eyes.told, subject, model::Subject::of(item), entries);
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
