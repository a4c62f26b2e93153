#include "server/story_json.h"

#include <algorithm>
#include <cstddef>
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
#include "library/library.h"
#include "library/object_lookup.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/drafts.h"
#include "server/item_json.h"
#include "share/story.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kMostFollowed = 1'000;
constexpr std::size_t kMostShown = 2'000;
constexpr std::size_t kSecondCharacters = 19;  // 2026-11-23T06:14:37

/// None where a long text is not in this copy, or damaged.
Result<std::optional<std::string>> text_of(library::Library& library,
                                           const catalog::WordsRecord& words) {
    if (!words.text.empty() || !words.content) return std::optional(to_utf8_lossy(words.text));
    auto text = library::read_text_content(library, *words.content, library::kLargestWordsBytes);
    const auto gone = [](ErrorCode code) {
        return code == ErrorCode::not_found || code == ErrorCode::corrupt;
    };
    if (!text && gone(text.error().code())) return std::optional<std::string>();
    if (!text) return std::move(text).error();
    return std::optional(to_utf8_lossy(*text));
}

}  // namespace

std::string version_name(const model::Version& version) {
    auto name = version.to_text();
    std::ranges::replace(name, '/', '_');
    return name;
}

std::optional<model::Version> version_named(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '_', '/');
    return model::Version::from_text(text);
}

Result<std::vector<model::Version>> versions_member(const Json& json, const char* name) {
    std::vector<model::Version> versions;
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return versions;
    const Error wrong(ErrorCode::invalid, std::string("'") + name + "' is no list of versions.");
    if (!found->is_array() || found->size() > kMostFollowed) return wrong;
    for (const auto& each : *found) {
        const auto version =
            each.is_string() ? version_named(each.get_ref<const std::string&>()) : std::nullopt;
        if (!version) return wrong;
        versions.push_back(*version);
    }
    return versions;
}

Result<Json> version_json(const Eyes& eyes, const catalog::WordsRecord& words, bool with_text) {
    Json json;
    json["version"] = version_name(words.version);
    json["date"] = words.version.clock.to_text().substr(0, kSecondCharacters) + "Z";
    TRY_LET(const auto device, eyes.library.device_name(words.version.device));
    json["device"] = to_utf8_lossy(device);
    json["person"] = nullptr;
    if (words.person) json["person"] = person_json(eyes, *words.person);
    json["stands"] = !words.replaced;
    if (!with_text) return json;
    TRY_LET(const auto text, text_of(eyes.library, words));
    json["text"] = nullptr;
    if (text) json["text"] = *text;
    return json;
}

Result<Json> story_json(const Eyes& eyes, const catalog::MomentRecord& moment) {
    const auto subject = model::Subject::of(moment.moment);
    TRY_LET(const auto versions, eyes.library.catalog().versions(subject, kStory));
    TRY_LET(const auto standing, eyes.library.catalog().standing_words(subject, kStory));
    Json json;
    json["versions"] = versions.size();
    json["standing"] = Json::array();
    std::vector<std::string> texts;
    for (const auto& words : standing) {
        TRY_LET(auto version, version_json(eyes, words, true));
        if (version["text"].is_string()) texts.push_back(version["text"].get<std::string>());
        json["standing"].push_back(std::move(version));
    }
    TRY_LET(json["items"], shown_json(eyes, texts));
    return json;
}

Json draft_json(const Draft& draft) {
    Json json;
    json["text"] = draft.text;
    json["follows"] = Json::array();
    for (const auto& version : draft.follows) json["follows"].push_back(version_name(version));
    json["saved"] = to_rfc3339(draft.saved, Fraction::none);
    json["mark"] = draft.mark;
    return json;
}

Result<Json> shown_json(const Eyes& eyes, const std::vector<std::string>& stories) {
    std::set<model::ItemId> seen;
    std::vector<model::ItemId> items;
    for (const auto& text : stories) {
        const auto blocks = share::parse_story(text);
        if (!blocks) continue;  // longer than a story may be: its words are told all the same
        for (const auto& id : share::items_of(*blocks)) {
            if (items.size() >= kMostShown || !seen.insert(id).second) continue;
            TRY_LET(const auto item, eyes.library.catalog().item(id));
            if (item && !item->let_go) items.push_back(id);
        }
    }
    return listed_by_id(eyes, items);
}

}  // namespace keepsake::server
