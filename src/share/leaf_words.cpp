#include "share/leaf_words.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "media/facts.h"
#include "model/entry.h"
#include "model/ids.h"
#include "share/sealer.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kLargestCaption = 64UL << 10U;
constexpr std::size_t kLargestShort = 1'000;
constexpr std::size_t kDayCharacters = 10;

/// At most so many bytes, cut between letters; without U+0000.
std::string cut(std::string_view text, std::size_t most) {
    auto result = to_utf8_lossy(text.substr(0, most));
    std::ranges::replace(result, '\0', ' ');
    // A letter that was cut through left a mark.
    constexpr std::string_view kMark = "\xEF\xBF\xBD";
    if (text.size() > most)
        while (result.ends_with(kMark)) result.resize(result.size() - kMark.size());
    return result;
}

Json text_in(const Json& object, const char* name, std::size_t most) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return nullptr;
    auto text = cut(found->get<std::string>(), most);
    return text.empty() ? Json(nullptr) : Json(std::move(text));
}

Json day_of(const Json& text) {
    if (!text.is_string()) return nullptr;
    return cut(text.get<std::string>(), kDayCharacters);
}

}  // namespace

Json caption_json(const catalog::ItemRecord& item) {
    std::string caption;
    for (const auto& words : item.words)
        if (words.field == "words" && !words.text.empty())
            caption += (caption.empty() ? "" : "\n\n") + words.text;
    caption = cut(caption, kLargestCaption);
    return caption.empty() ? Json(nullptr) : Json(std::move(caption));
}

Result<Json> told_taken_json(catalog::Catalog& catalog, const model::Subject& of) {
    TRY_LET(const auto value, catalog.field(of, "taken"));
    const auto hand = Json::parse(value.value_or("null"), nullptr, false);
    if (!hand.is_object()) return Json(nullptr);
    Json taken;
    taken["from"] = day_of(text_in(hand, "from", kLargestShort));
    taken["to"] = day_of(text_in(hand, "to", kLargestShort));
    taken["text"] = text_in(hand, "text", kLargestShort);
    const auto about = hand.find("about");
    taken["about"] = about != hand.end() && *about == true;
    if (taken["from"].is_null() && taken["text"].is_null()) return Json(nullptr);
    return taken;
}

Result<Json> taken_json(catalog::Catalog& catalog, const catalog::ItemRecord& item) {
    TRY_LET(auto taken, told_taken_json(catalog, model::Subject::of(item.item)));
    if (!taken.is_null() || !item.taken) return taken;
    taken["from"] = item.taken->substr(0, kDayCharacters);
    taken["to"] = nullptr;
    taken["text"] = nullptr;
    taken["about"] = item.when && item.when->about;
    return taken;
}

Result<Json> place_json(catalog::Catalog& catalog, const model::ItemId& item,
                        const media::Facts& facts) {
    TRY_LET(const auto value, catalog.field(model::Subject::of(item), "place"));
    const auto hand = Json::parse(value.value_or("null"), nullptr, false);
    Json place;
    if (hand.is_string()) place["name"] = cut(hand.get<std::string>(), kLargestShort);
    if (hand.is_object()) {
        if (auto name = text_in(hand, "name", kLargestShort); !name.is_null())
            place["name"] = std::move(name);
        for (const char* each : {"latitude", "longitude"})
            if (const auto found = hand.find(each); found != hand.end() && found->is_number())
                place[each] = *found;
    }
    if (place.is_null() && !facts.place_name.empty())
        place["name"] = cut(facts.place_name, kLargestShort);
    if (!hand.is_object() && !hand.is_string() && facts.place) {
        place["latitude"] = facts.place->latitude;
        place["longitude"] = facts.place->longitude;
    }
    return place;
}

}  // namespace keepsake::share
