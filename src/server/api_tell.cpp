// What people say of what is kept.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "library/tell.h"
#include "library/tend.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestWords = 1'000'000;
constexpr std::size_t kLargestMore = 16'000;  // 4,000 characters

Error wrong(std::string_view what) {
    return {ErrorCode::invalid,
            "The request's '" + std::string(what) + "' is not as it should be."};
}

bool is_null(const Json& json, const char* name) {
    return json.contains(name) && json[name].is_null();
}

/// `date` of an item or a moment as `taken` of the journal.
Result<std::string> date_value(const Json& date) {
    if (date.is_null()) return std::string("null");
    if (!date.is_object()) return wrong("date");
    TRY(only_members(date, {"from", "to", "about", "text"}));
    TRY_LET(const auto from, text_member(date, "from", 40));
    TRY_LET(const auto to, text_member(date, "to", 40));
    TRY_LET(const auto text, text_member(date, "text", 800));
    TRY_LET(const auto about, bool_member(date, "about"));
    if (!from || !media::moment_from_text(*from)) return wrong("from");
    if (to && !media::moment_from_text(*to)) return wrong("to");
    Json value;
    value["from"] = *from;
    if (to) value["to"] = *to;
    if (text) value["text"] = *text;
    if (about.value_or(false)) value["about"] = true;
    return value.dump();
}

Result<std::string> place_value(const Json& place) {
    if (place.is_null()) return std::string("null");
    if (!place.is_object()) return wrong("place");
    TRY(only_members(place, {"name", "latitude", "longitude"}));
    TRY(text_member(place, "name", 2'000));
    const auto within = [&](const char* name, double most) {
        const auto found = place.find(name);
        return found == place.end() || (found->is_number() && found->get<double>() >= -most &&
                                        found->get<double>() <= most);
    };
    if (!within("latitude", 90) || !within("longitude", 180)) return wrong("place");
    return place.empty() ? std::string("null") : place.dump();
}

Result<std::string> crop_value(const Json& crop) {
    if (crop.is_null()) return std::string("null");
    if (!crop.is_object()) return wrong("crop");
    TRY(only_members(crop, {"x", "y", "width", "height"}));
    TRY_LET(const auto x, number_member(crop, "x", 0, 999));
    TRY_LET(const auto y, number_member(crop, "y", 0, 999));
    TRY_LET(const auto width, number_member(crop, "width", 1, 1000));
    TRY_LET(const auto height, number_member(crop, "height", 1, 1000));
    if (!x || !y || !width || !height || *x + *width > 1000 || *y + *height > 1000)
        return wrong("crop");
    return crop.dump();
}

/// Entries for a change of an item's fields.
Result<std::vector<model::EntryBody>> field_entries(const Json& json, const model::Subject& of) {
    std::vector<model::EntryBody> entries;
    if (json.contains("date")) {
        TRY_LET(auto value, date_value(json["date"]));
        entries.emplace_back(model::Set{of, "taken", {}, std::move(value)});
    }
    if (json.contains("place")) {
        TRY_LET(auto value, place_value(json["place"]));
        entries.emplace_back(model::Set{of, "place", {}, std::move(value)});
    }
    if (json.contains("crop")) {
        TRY_LET(auto value, crop_value(json["crop"]));
        entries.emplace_back(model::Set{of, "crop", {}, std::move(value)});
    }
    TRY_LET(const auto rotation, number_member(json, "rotation", 0, 270));
    if (rotation && *rotation % 90 != 0) return wrong("rotation");
    if (rotation)
        entries.emplace_back(
            model::Set{of, "rotation", {}, *rotation == 0 ? "null" : std::to_string(*rotation)});
    return entries;
}

/// A caption from a request; null takes it away.
Result<> tell_caption(library::Library& library, const model::Subject& of, const Json& json) {
    TRY_LET(const auto words, text_member(json, "caption", kLargestWords));
    if (!words && !is_null(json, "caption")) return {};
    TRY_LET(const auto kept, library::set_words(library, of, "words", words.value_or("")));
    protect_words(library, kept);
    return {};
}

}  // namespace

Result<std::vector<model::EntryBody>> people_entries(const Eyes& eyes, const model::Subject& of,
                                                     std::string_view as,
                                                     const std::vector<model::PersonId>& people) {
    std::vector<model::EntryBody> entries;
    std::set<model::PersonId> wanted(people.begin(), people.end());
    for (const auto& person : wanted)
        if (!eyes.told.people().contains(person))
            return Error(ErrorCode::not_found, "There is no such person here.");
    TRY_LET(const auto links, eyes.library.catalog().links(of, as));
    for (const auto& link : links) {
        const auto person = link.to.person();
        if (!person || wanted.erase(*person) > 0) continue;
        entries.emplace_back(model::Link{of, link.to, std::string(as), "null"});
    }
    for (const auto& person : wanted)
        entries.emplace_back(model::Link{of, model::Subject::of(person), std::string(as), "{}"});
    return entries;
}

void protect_words(library::Library& library, const library::JustKept& kept) {
    if (kept.objects.empty()) return;
    Quietly quietly;
    static_cast<void>(library::protect(library.environment(), library.staging(), kept, quietly));
}

Result<std::string> date_entry_value(const Json& date) { return date_value(date); }

Api::Answer Api::change_item(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"caption", "date", "place", "people", "rotation", "crop"}));
    TRY_LET(const auto people, ids_member<model::PersonId>(json, "people"));
    bool timeline = false;
    auto changed = with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto item, item_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(item.item, eyes.viewer, eyes.opened)) return covered();
        const auto subject = model::Subject::of(item.item);
        TRY_LET(auto entries, field_entries(json, subject));
        timeline = !entries.empty();
        if (people) {
            TRY_LET(auto links, people_entries(eyes, subject, "shows", *people));
            std::ranges::move(links, std::back_inserter(entries));
        }
        if (!entries.empty()) TRY(eyes.library.commit(std::move(entries)));
        TRY(tell_caption(eyes.library, subject, json));
        return nothing();
    });
    if (!changed || changed->status != 204) return changed;
    house_->changed(timeline);
    return get_item(call);
}

namespace {

/// Who left it open did so for the cover that was there: of `whose` alone, or of everybody.
void close_again(const Told& told, const model::Subject& of, const Viewer& whose,
                 std::vector<model::EntryBody>& entries) {
    for (const auto& person : told.who_left_open(of))
        if (!whose || whose == person)
            entries.emplace_back(model::Set{of, "leave_open", person, "null"});
}

}  // namespace

Api::Answer Api::set_cover(const Call& call, const model::Subject& of) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"line", "more", "own"}));
    TRY_LET(const auto line, text_member(json, "line", model::kLargestCoverCharacters * 4));
    TRY_LET(const auto more, text_member(json, "more", kLargestMore));
    TRY_LET(const auto own, bool_member(json, "own"));
    if (!line) return wrong("line");
    if (own.value_or(false) && !call.visitor.person)
        return Error(ErrorCode::invalid, "Say who is here first.");
    const Viewer whose = own.value_or(false) ? call.visitor.person : std::nullopt;
    TRY(with_eyes(call, [&](const Eyes& eyes) -> Result<> {
        TRY(library::check_cover(*line));
        const bool has_more = more && !more->empty();
        std::vector<model::EntryBody> entries{
            model::Set{of, "cover", whose, Json(*line).dump()},
            model::Set{of, "cover_more", whose, has_more ? Json(*more).dump() : "null"}};
        // Whose own a cover is, it says itself; nobody else learns of it.
        if (!whose)
            entries.emplace_back(
                model::Set{of,
                           "cover_by",
                           {},
                           call.visitor.person ? Json(call.visitor.person->hex()).dump() : "null"});
        close_again(eyes.told, of, whose, entries);
        return eyes.library.commit(std::move(entries));
    }));
    visitors_.end_looks(of.item(), of.moment());
    thumbnails_.clear();
    house_->changed(false);
    visitors_.tell_all("timeline", "{}");
    visitors_.tell_all("moments", "{}");
    return nothing().with("Clear-Site-Data", "\"cache\"");
}

Api::Answer Api::take_cover(const Call& call, const model::Subject& of) {
    const bool own = call.request.head.parameter("own") == "true";
    if (own && !call.visitor.person) return Error(ErrorCode::invalid, "Say who is here first.");
    const Viewer whose = own ? call.visitor.person : std::nullopt;
    TRY(with_eyes(call, [&](const Eyes& eyes) -> Result<> {
        std::vector<model::EntryBody> entries{model::Set{of, "cover", whose, "null"},
                                              model::Set{of, "cover_more", whose, "null"}};
        close_again(eyes.told, of, whose, entries);
        return eyes.library.commit(std::move(entries));
    }));
    house_->changed(false);
    visitors_.tell_all("timeline", "{}");
    visitors_.tell_all("moments", "{}");
    return nothing();
}

Api::Answer Api::set_open(const Call& call, const model::Subject& of, bool open) {
    if (!call.visitor.person) return Error(ErrorCode::invalid, "Say who is here first.");
    TRY(house_->with([&](library::Library& library) {
        return library.commit(
            {model::Set{of, "leave_open", call.visitor.person, open ? "true" : "null"}});
    }));
    if (!open) visitors_.end_looks(of.item(), of.moment());
    house_->changed(false);
    return nothing();
}

Result<model::Subject> Api::item_subject(const Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Result<model::Subject> {
        TRY_LET(const auto item, item_of(eyes, call.ids[0]));
        return model::Subject::of(item.item);
    });
}

Api::Answer Api::cover_item(Call& call) {
    TRY_LET(const auto subject, item_subject(call));
    return set_cover(call, subject);
}
Api::Answer Api::uncover_item(Call& call) {
    TRY_LET(const auto subject, item_subject(call));
    return take_cover(call, subject);
}
Api::Answer Api::leave_item_open(Call& call) {
    TRY_LET(const auto subject, item_subject(call));
    return set_open(call, subject, true);
}
Api::Answer Api::close_item(Call& call) {
    TRY_LET(const auto subject, item_subject(call));
    return set_open(call, subject, false);
}

namespace {

/// Until when each can be brought back at least: copies count their days from when they met it.
Result<std::map<model::ItemId, Instant>> ends_of_let_go(catalog::Catalog& catalog) {
    constexpr std::int64_t kMillisecondsPerSecond = 1'000;
    constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999
    TRY_LET(const auto tombstones, catalog.tombstones());
    std::map<model::ItemId, Instant> ends;
    for (const auto& one : tombstones) {
        const auto since = one.clock.milliseconds / kMillisecondsPerSecond;
        ends[one.item] = {std::min(since + library::kDaysToUndo * kSecondsPerDay, kLatest), 0};
    }
    return ends;
}

}  // namespace

Api::Answer Api::get_let_go(Call& call) {
    TRY_LET(const auto page, page_of(call));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        auto& catalog = eyes.library.catalog();
        TRY_LET(const auto ends, ends_of_let_go(catalog));
        catalog::ItemFilter filter;
        filter.let_go = true;
        TRY_LET(const auto total, catalog.item_count(filter));
        Json items = Json::array();
        TRY(catalog.for_each_item_from(
            page.first, page.count, true, [&](const catalog::ItemRecord& item) -> Result<> {
                TRY_LET(auto json, listed_json(eyes, item));
                const auto end = ends.find(item.item);
                if (end != ends.end() && !json.contains("covered"))
                    json["until"] = to_rfc3339(end->second, Fraction::none);
                items.push_back(std::move(json));
                return {};
            }));
        return json_answer(200, page.told(total, "items", std::move(items)));
    });
}

Api::Answer Api::let_go_or_back(Call& call, bool back) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"items"}));
    TRY_LET(const auto items, ids_member<model::ItemId>(json, "items"));
    if (!items || items->empty()) return wrong("items");
    TRY(house_->with([&](library::Library& library) {
        return back ? library::bring_back(library, *items) : library::let_go(library, *items);
    }));
    house_->changed(true);
    visitors_.tell_all("moments", "{}");
    return nothing();
}

Api::Answer Api::let_go(Call& call) { return let_go_or_back(call, false); }
Api::Answer Api::bring_back(Call& call) { return let_go_or_back(call, true); }

namespace {

Result<Json> just_kept_json(const Eyes& eyes, const catalog::ItemRecord& item) {
    const bool covered = eyes.told.cover_of(item.item, eyes.viewer, eyes.opened).has_value();
    TRY_LET(const auto listed, listed_json(eyes, item));
    Json json;
    json["id"] = item.item.hex();
    json["kind"] = covered ? listed["covered"]["kind"] : listed["kind"];
    json["kept"] = to_rfc3339(item.kept, Fraction::none);
    json["from"] = covered ? "" : to_utf8_lossy(eyes.told.kept_by(item.item));
    if (!covered)
        for (const char* name : {"name", "v", "ratio", "seconds"})
            if (listed.contains(name)) json[name] = listed[name];
    json["covered"] = covered;
    return json;
}

}  // namespace

Api::Answer Api::get_just_kept(Call& call) {
    TRY_LET(const auto page, page_of(call));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        std::vector<catalog::ItemRecord> all;
        for (const auto& id : eyes.told.just_kept()) {
            TRY_LET(auto item, eyes.library.catalog().item(id));
            if (item && !item->let_go && !item->lead) all.push_back(*std::move(item));
        }
        std::ranges::sort(all, {}, &catalog::ItemRecord::kept_clock);
        Json items = Json::array();
        for (const auto& item : page.of(all)) {
            TRY_LET(auto json, just_kept_json(eyes, item));
            items.push_back(std::move(json));
        }
        return json_answer(200, page.told(all.size(), "items", std::move(items)));
    });
}

Api::Answer Api::place_just_kept(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"items", "moment"}));
    TRY_LET(const auto named, ids_member<model::ItemId>(json, "items"));
    TRY_LET(const auto moment, text_member(json, "moment", 16));
    std::size_t placed = 0;
    TRY(with_eyes(call, [&](const Eyes& eyes) -> Result<> {
        const auto& waiting = eyes.told.just_kept();
        std::vector<model::EntryBody> entries;
        std::optional<model::Subject> into;
        if (moment) {
            TRY_LET(const auto found, moment_of(eyes, *moment));
            into = model::Subject::of(found.moment);
        }
        const auto items =
            named ? *named : std::vector<model::ItemId>(waiting.begin(), waiting.end());
        for (const auto& item : items) {
            if (!waiting.contains(item)) continue;
            ++placed;
            const auto subject = model::Subject::of(item);
            entries.emplace_back(model::Set{subject, "just_kept", {}, "null"});
            if (into) entries.emplace_back(model::Link{*into, subject, "holds", "{}"});
        }
        return entries.empty() ? Result<>() : eyes.library.commit(std::move(entries));
    }));
    house_->changed(true);
    visitors_.tell_all("just-kept", "{}");
    if (moment) visitors_.tell_all("moments", "{}");
    Json answer;
    answer["placed"] = placed;
    return json_answer(200, answer);
}

Api::Answer Api::get_quiet(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        Json json;
        json["people"] = Json::array();
        json["dates"] = Json::array();
        json["moments"] = Json::array();
        constexpr std::string_view kDate = "date:";
        for (const auto& subject : eyes.told.quiet(eyes.viewer)) {
            if (const auto person = subject.person())
                json["people"].push_back(person_json(eyes, *person));
            else if (subject.text.starts_with(kDate))
                json["dates"].push_back(subject.text.substr(kDate.size()));
            else if (const auto moment = subject.moment()) {
                TRY_LET(const auto record, eyes.library.catalog().moment(*moment));
                if (!record) continue;
                json["moments"].push_back(
                    {{"id", moment->hex()}, {"name", to_utf8_lossy(record->name)}});
            }
        }
        return json_answer(200, json);
    });
}

Api::Answer Api::change_quiet(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"quiet", "people", "dates", "moments"}));
    TRY_LET(const auto quiet, bool_member(json, "quiet"));
    TRY_LET(const auto people, ids_member<model::PersonId>(json, "people"));
    TRY_LET(const auto moments, ids_member<model::MomentId>(json, "moments"));
    if (!quiet) return wrong("quiet");
    std::vector<model::Subject> subjects;
    for (const auto& person : people.value_or(std::vector<model::PersonId>()))
        subjects.push_back(model::Subject::of(person));
    for (const auto& moment : moments.value_or(std::vector<model::MomentId>()))
        subjects.push_back(model::Subject::of(moment));
    if (json.contains("dates")) {
        if (!json["dates"].is_array()) return wrong("dates");
        for (const auto& date : json["dates"]) {
            auto subject = date.is_string()
                               ? model::Subject::from_text("date:" + date.get<std::string>())
                               : std::nullopt;
            if (!subject) return wrong("dates");
            subjects.push_back(*std::move(subject));
        }
    }
    std::vector<model::EntryBody> entries;
    for (const auto& subject : subjects) {
        entries.emplace_back(
            model::Set{subject, "quiet", call.visitor.person, *quiet ? "true" : "null"});
        // No longer quiet means it, whoever said it.
        if (!*quiet && call.visitor.person)
            entries.emplace_back(model::Set{subject, "quiet", {}, "null"});
    }
    if (!entries.empty())
        TRY(house_->with(
            [&](library::Library& library) { return library.commit(std::move(entries)); }));
    house_->changed(false);
    visitors_.tell_all("moments", "{}");
    visitors_.tell_all("people", "{}");
    return get_quiet(call);
}

}  // namespace keepsake::server
