// Stories: their versions, and what a person writes before it is one.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/drafts.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/story_json.h"
#include "server/told.h"
#include "share/story.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestStory = 1'000'000;
constexpr std::size_t kMarkCharacters = 16;
constexpr std::size_t kMostMarks = 256;

Result<std::string> story_in(const Json& json) {
    TRY_LET(auto text, text_member(json, "text", kLargestStory));
    if (!text) return Error(ErrorCode::invalid, "'text' is wanted.");
    TRY(share::parse_story(*text));
    return *std::move(text);
}

/// Of the drafts that this one goes on with, whichever of them stands. Errors: invalid.
Result<std::vector<std::string>> marks_in(const Json& json) {
    std::vector<std::string> marks;
    const auto found = json.find("marks");
    if (found == json.end()) return marks;
    const Error wrong(ErrorCode::invalid, "'marks' is no list of marks.");
    if (!found->is_array() || found->size() > kMostMarks) return wrong;
    for (const auto& each : *found) {
        if (!each.is_string() || each.get_ref<const std::string&>().size() > kMarkCharacters)
            return wrong;
        marks.push_back(each.get<std::string>());
    }
    return marks;
}

/// Whether it is meant for whoever is here: who that is may have changed in another window.
Result<bool> is_of(const Json& json, const Viewer& viewer) {
    if (!json.contains("person")) return true;
    TRY_LET(const auto person, text_member(json, "person", kMarkCharacters));
    return person.value_or("") == (viewer ? viewer->hex() : "");
}

http::Response somebody_else() {
    return error_answer(409, "somebody_else", "Somebody else is here now.");
}

http::Response another_draft() {
    return error_answer(409, "conflict", "You wrote here in another window, too.");
}

}  // namespace

Api::Answer Api::get_story(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        TRY_LET(const auto json, story_json(eyes, moment));
        return json_answer(200, json);
    });
}

Api::Answer Api::write_story(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"text", "follows", "person", "ends_draft"}));
    TRY_LET(const auto text, story_in(json));
    TRY_LET(const auto follows, versions_member(json, "follows"));
    TRY_LET(const auto mark, text_member(json, "ends_draft", kMarkCharacters));
    TRY_LET(const bool same, is_of(json, call.visitor.person));
    if (!same) return somebody_else();
    auto written = with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        TRY_LET(const auto kept, library::add_words(eyes.library, model::Subject::of(moment.moment),
                                                    kStory, {text, follows, eyes.viewer}));
        protect_words(eyes.library, kept);
        // The version is kept by now; a draft that stays is offered again, and nothing worse.
        if (mark) static_cast<void>(remove_draft(eyes.library, eyes.viewer, moment.moment, *mark));
        return nothing();
    });
    if (!written || written->status != 204) return written;
    house_->changed(false);
    visitors_.tell_all("moments", "{}");
    return get_story(call);
}

Api::Answer Api::get_story_versions(Call& call) {
    TRY_LET(const auto page, page_of(call));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        TRY_LET(auto versions,
                eyes.library.catalog().versions(model::Subject::of(moment.moment), kStory));
        std::ranges::reverse(versions);
        auto part = Json::array();
        for (const auto& words : page.of(versions)) {
            TRY_LET(auto version, version_json(eyes, words, false));
            part.push_back(std::move(version));
        }
        return json_answer(200, page.told(versions.size(), "versions", std::move(part)));
    });
}

Api::Answer Api::get_story_version(Call& call) {
    const auto version = version_named(call.ids[1]);
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        std::optional<catalog::WordsRecord> words;
        if (version) {
            TRY_LET(words, eyes.library.catalog().version(model::Subject::of(moment.moment), kStory,
                                                          *version));
        }
        if (!words) return Error(ErrorCode::not_found, "There is no such version of this story.");
        TRY_LET(const auto json, version_json(eyes, *words, true));
        return json_answer(200, json);
    });
}

Api::Answer Api::get_draft(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        if (eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened)) return covered();
        TRY_LET(const auto draft, read_draft(eyes.library, eyes.viewer, moment.moment));
        Json json;
        json["draft"] = nullptr;
        std::vector<std::string> texts;
        if (draft) {
            json["draft"] = draft_json(*draft);
            texts.push_back(draft->text);
        }
        TRY_LET(json["items"], shown_json(eyes, texts));
        return json_answer(200, json);
    });
}

// Of a moment whose look has ended what somebody wrote meanwhile is taken all the same: it tells
// them nothing.
Api::Answer Api::write_draft(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"text", "follows", "person", "marks"}));
    Draft draft;
    TRY_LET(draft.text, story_in(json));
    TRY_LET(draft.follows, versions_member(json, "follows"));
    TRY_LET(const auto marks, marks_in(json));
    TRY_LET(const bool same, is_of(json, call.visitor.person));
    if (!same) return somebody_else();
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        draft.saved = eyes.library.environment().clock.now();
        TRY_LET(const auto saved,
                server::write_draft(eyes.library, eyes.viewer, moment.moment, marks, draft));
        if (!saved) return another_draft();
        Json answer;
        answer["mark"] = saved->mark;
        answer["saved"] = to_rfc3339(saved->saved, Fraction::none);
        return json_answer(200, answer);
    });
}

Api::Answer Api::end_draft(Call& call) {
    const std::string mark(call.request.head.parameter("mark").value_or(""));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto moment, moment_of(eyes, call.ids[0]));
        TRY_LET(const bool gone, remove_draft(eyes.library, eyes.viewer, moment.moment, mark));
        return gone ? nothing() : another_draft();
    });
}

}  // namespace keepsake::server
