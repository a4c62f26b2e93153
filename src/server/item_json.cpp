#include "server/item_json.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "library/main_file.h"
#include "library/playable.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/timeline.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kMarkDigits = 16;
constexpr std::size_t kShortCharacters = 200;
constexpr double kSecondsPerMinute = 60;

std::string kind_of(const catalog::ItemRecord& item) {
    return item.kind ? std::string(media::name_of(*item.kind)) : "unread";
}

bool lasts(const media::Facts& facts) {
    return facts.duration_s && *facts.duration_s > 0 && std::isfinite(*facts.duration_s);
}

void put_extent(Json& json, const std::optional<media::Facts>& facts) {
    if (!facts) return;
    if (lasts(*facts)) json["seconds"] = std::round(*facts->duration_s * 10) / 10;
    if (facts->pages > 0) json["pages"] = facts->pages;
    if (facts->frames > 0) json["frames"] = facts->frames;
}

void put_date(Json& json, const catalog::ItemRecord& item) {
    json["date"] = item.taken.value_or("");
    if (!item.taken || !item.when) return;
    if (item.when->about) json["about"] = true;
    if (!item.when->certain) json["perhaps"] = true;
}

void put_edits(Json& json, const Told& told, const model::ItemId& item) {
    if (const int rotation = told.rotation(item); rotation != 0) json["rotation"] = rotation;
    if (const auto crop = told.crop(item))
        json["crop"] = {
            {"x", crop->x}, {"y", crop->y}, {"width", crop->width}, {"height", crop->height}};
}

void put_shape(Json& json, const Eyes& eyes, const catalog::ItemRecord& item) {
    const auto ratio = ratio_of(eyes.told, item.item, item.size);
    if (ratio != 0) json["ratio"] = ratio;
}

const std::string* caption_of(const catalog::ItemRecord& item) {
    for (const auto& words : item.words)
        if (words.field == "words" && !words.text.empty()) return &words.text;
    return nullptr;
}

Json file_json(const catalog::FileRecord& file, const std::optional<media::Facts>& facts) {
    Json json;
    json["name"] = to_utf8_lossy(file.name);
    json["folder"] = to_utf8_lossy(file.folder);
    json["bytes"] = file.bytes;
    json["sha256"] = file.content.hex();
    json["kind"] = facts ? std::string(media::name_of(facts->kind)) : "unread";
    const auto format = facts ? facts->format : media::Format::unknown;
    json["type"] = media::mime_type_of(format);
    json["format"] = media::description_of(format);
    json["plays"] = facts && plays_in_browsers(*facts);
    if (facts && facts->width > 0 && facts->height > 0) {
        json["width"] = facts->width;
        json["height"] = facts->height;
    }
    if (facts && lasts(*facts)) json["seconds"] = *facts->duration_s;
    json["modified"] = to_rfc3339(file.modified, Fraction::none);
    return json;
}

void put_text(Json& json, const char* name, const std::string& text) {
    if (!text.empty()) json[name] = to_utf8_lossy(text);
}

Json found_json(const media::Facts& facts) {
    Json json = Json::object();
    put_text(json, "camera", library::camera_of(facts));
    put_text(json, "lens", facts.camera.lens);
    put_text(json, "title", facts.title);
    put_text(json, "caption", facts.caption);
    put_text(json, "author", facts.author);
    put_text(json, "software", facts.software);
    if (!facts.keywords.empty()) json["keywords"] = facts.keywords;
    for (const auto& person : facts.people)
        if (!person.name.empty()) json["people"].push_back(person.name);
    if (facts.place || !facts.place_name.empty()) {
        Json place = Json::object();
        put_text(place, "name", facts.place_name);
        if (facts.place) {
            place["latitude"] = facts.place->latitude;
            place["longitude"] = facts.place->longitude;
        }
        json["place"] = std::move(place);
    }
    put_text(json, "near", library::town_of(facts));
    if (!facts.waveform.empty()) json["waveform"] = facts.waveform;
    return json;
}

/// "date_to" and "date_text" of a date that somebody wrote by hand.
Result<> put_hand_date(Json& json, library::Library& library, const model::ItemId& item) {
    TRY_LET(const auto value, library.catalog().field(model::Subject::of(item), "taken"));
    const auto hand = Json::parse(value.value_or("null"), nullptr, false);
    if (!hand.is_object()) return {};
    for (const auto& [from, to] : {std::pair("to", "date_to"), std::pair("text", "date_text")})
        if (const auto found = hand.find(from); found != hand.end() && found->is_string())
            json[to] = shortened(found->get<std::string>());
    return {};
}

/// A place that somebody wrote by hand: its name alone, or an object.
Result<Json> place_json(library::Library& library, const model::ItemId& item) {
    TRY_LET(const auto value, library.catalog().field(model::Subject::of(item), "place"));
    const auto hand = Json::parse(value.value_or("null"), nullptr, false);
    Json place = Json::object();
    if (hand.is_string()) place["name"] = hand;
    if (hand.is_object()) {
        if (const auto name = hand.find("name"); name != hand.end() && name->is_string())
            place["name"] = *name;
        for (const char* number : {"latitude", "longitude"})
            if (const auto found = hand.find(number); found != hand.end() && found->is_number())
                place[number] = *found;
    }
    return place.empty() ? Json(nullptr) : place;
}

Result<> put_files(Json& json, library::Library& library, const catalog::ItemRecord& item) {
    json["files"] = Json::array();
    bool moves = false;
    for (const auto& file : item.files) {
        TRY_LET(const auto facts, library.catalog().facts(file.content));
        json["files"].push_back(file_json(file, facts));
        moves = moves || library::can_play(file, facts);
    }
    if (moves) json["moves"] = true;
    return {};
}

Result<> put_said(Json& json, const Eyes& eyes, const catalog::ItemRecord& item) {
    const auto subject = model::Subject::of(item.item);
    json["captions"] = Json::array();
    for (const auto& words : item.words)
        if (words.field == "words" && !words.text.empty())
            json["captions"].push_back(to_utf8_lossy(words.text));
    TRY_LET(json["place"], place_json(eyes.library, item.item));
    TRY_LET(json["people"], people_json(eyes, subject, "shows"));
    TRY_LET(const auto moments, eyes.library.catalog().moments_that_hold(item.item));
    json["moments"] = Json::array();
    for (const auto& moment : moments) json["moments"].push_back(moment.hex());
    json["cover"] = line_json(eyes.told.line(subject, std::nullopt));
    json["own_cover"] =
        line_json(eyes.viewer ? eyes.told.line(subject, eyes.viewer) : std::nullopt);
    json["leave_open"] = eyes.told.left_open(subject, eyes.viewer);
    return {};
}

/// What a list and a page both begin with. Requires: the item is not covered.
Json outline_json(const Eyes& eyes, const catalog::ItemRecord& item,
                  const library::MainFile& main) {
    Json json;
    json["id"] = item.item.hex();
    json["kind"] = kind_of(item);
    if (has_picture(main.facts)) json["v"] = picture_mark(item.files[main.index].content);
    put_shape(json, eyes, item);
    return json;
}

}  // namespace

std::string shortened(const std::string& text) {
    const auto utf8 = to_utf8_lossy(text);
    std::size_t end = 0;
    std::size_t characters = 0;
    while (end < utf8.size()) {
        const bool starts = (static_cast<unsigned char>(utf8[end]) & 0xC0U) != 0x80U;
        if (starts && ++characters > kShortCharacters) break;
        ++end;
    }
    return utf8.substr(0, end);
}

Json line_json(const std::optional<std::string>& line) {
    return line ? Json(to_utf8_lossy(*line)) : Json(nullptr);
}

std::string picture_mark(const model::ContentId& content) {
    return content.hex().substr(0, kMarkDigits);
}

bool has_picture(const std::optional<media::Facts>& facts) {
    if (!facts) return false;
    switch (facts->kind) {
        case media::Kind::photograph:
        case media::Kind::drawing:
        case media::Kind::film:
        case media::Kind::document:
        case media::Kind::medical:
            return true;
        default:
            return false;
    }
}

Json person_json(const Eyes& eyes, const model::PersonId& person) {
    Json json;
    json["id"] = person.hex();
    json["name"] = to_utf8_lossy(eyes.told.name_of(person));
    json["quiet"] = eyes.told.is_quiet(model::Subject::of(person), eyes.viewer);
    return json;
}

Result<Json> people_json(const Eyes& eyes, const model::Subject& of, std::string_view as) {
    TRY_LET(const auto links, eyes.library.catalog().links(of, as));
    std::vector<Json> people;
    for (const auto& link : links)
        if (const auto person = link.to.person()) people.push_back(person_json(eyes, *person));
    std::ranges::stable_sort(people, {},
                             [](const Json& p) { return p["name"].get<std::string>(); });
    return Json(people);
}

Result<Json> covered_json(const Eyes& eyes, const catalog::ItemRecord& item, const Cover& cover) {
    Json json;
    json["id"] = item.item.hex();
    put_shape(json, eyes, item);
    Json told;
    told["line"] = to_utf8_lossy(cover.line);
    put_text(told, "more", cover.more);
    put_text(told, "by", eyes.told.name_of(cover.by));
    told["kind"] = kind_of(item);
    TRY_LET(const auto main, library::main_file_of(eyes.library, item));
    if (main.facts && lasts(*main.facts))
        told["minutes"] = static_cast<std::uint64_t>(
            std::ceil(std::min(*main.facts->duration_s, 1e9) / kSecondsPerMinute));
    if (main.facts && main.facts->pages > 0) told["pages"] = main.facts->pages;
    if (cover.moment) told["moment"] = cover.moment->hex();
    json["covered"] = std::move(told);
    return json;
}

Result<Json> listed_json(const Eyes& eyes, const catalog::ItemRecord& item) {
    if (const auto cover = eyes.told.cover_of(item.item, eyes.viewer, eyes.opened))
        return covered_json(eyes, item, *cover);
    TRY_LET(const auto main, library::main_file_of(eyes.library, item));
    auto json = outline_json(eyes, item, main);
    put_date(json, item);
    put_extent(json, main.facts);
    put_edits(json, eyes.told, item.item);
    if (const auto* caption = caption_of(item)) json["caption"] = shortened(*caption);
    if (!item.files.empty()) json["name"] = shortened(item.files.front().name);
    return json;
}

Result<Json> item_json(const Eyes& eyes, const catalog::ItemRecord& item) {
    if (const auto cover = eyes.told.cover_of(item.item, eyes.viewer, eyes.opened))
        return covered_json(eyes, item, *cover);
    TRY_LET(const auto main, library::main_file_of(eyes.library, item));
    auto json = outline_json(eyes, item, main);
    if (main.facts && main.facts->width > 0 && main.facts->height > 0) {
        json["width"] = main.facts->width;
        json["height"] = main.facts->height;
    }
    put_date(json, item);
    json["date_source"] = item.when ? std::string(media::name_of(item.when->source)) : "";
    TRY(put_hand_date(json, eyes.library, item.item));
    put_extent(json, main.facts);
    put_edits(json, eyes.told, item.item);
    json["kept"] = to_rfc3339(item.kept, Fraction::none);
    put_text(json, "kept_from", eyes.told.kept_by(item.item));
    json["let_go"] = item.let_go;
    json["just_kept"] = eyes.told.is_just_kept(item.item);
    TRY(put_said(json, eyes, item));
    if (main.facts) json["found"] = found_json(*main.facts);
    TRY(put_files(json, eyes.library, item));
    return json;
}

Result<Json> listed_by_id(const Eyes& eyes, std::span<const model::ItemId> items) {
    Json list = Json::array();
    for (const auto& id : items) {
        TRY_LET(const auto item, eyes.library.catalog().item(id));
        if (!item || item->lead) continue;
        TRY_LET(auto json, listed_json(eyes, *item));
        list.push_back(std::move(json));
    }
    return list;
}

bool plays_in_browsers(const media::Facts& facts) {
    using media::Format;
    switch (facts.format) {
        case Format::jpeg:
        case Format::png:
        case Format::gif:
        case Format::webp:
        case Format::avif:
            return true;
        default:
            return (facts.kind == media::Kind::film || facts.kind == media::Kind::sound) &&
                   facts.streams.browsers_play;
    }
}

}  // namespace keepsake::server
