// Looking at what is kept.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "library/find_words.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/finding.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/timeline.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLongestWords = 1'000;
constexpr std::size_t kMostShapes = 100'000;
constexpr std::size_t kMostIds = 200;

}  // namespace

Api::Answer Api::get_timeline(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto outline, house_->outline(eyes.library));
        Json json;
        json["revision"] = outline.revision;
        json["items"] = outline.timeline->items().size();
        json["sections"] = Json::array();
        for (const auto& section : outline.timeline->sections())
            json["sections"].push_back(
                {{"date", section.date}, {"first", section.first}, {"items", section.items}});
        return json_answer(200, json);
    });
}

Api::Answer Api::get_timeline_items(Call& call) {
    TRY_LET(const auto page, page_of(call));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto outline, house_->outline(eyes.library));
        TRY_LET(auto items, listed_by_id(eyes, page.of(outline.timeline->items())));
        Json json;
        json["revision"] = outline.revision;
        json["first"] = page.first;
        json["items"] = std::move(items);
        return json_answer(200, json);
    });
}

Api::Answer Api::get_timeline_shapes(Call& call) {
    TRY_LET(const auto page, page_of(call, kMostShapes, kMostShapes));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto outline, house_->outline(eyes.library));
        const auto items = page.of(outline.timeline->items());
        const auto sizes = page.of(outline.timeline->sizes());
        std::string shapes;
        shapes.reserve(2 * items.size());
        for (std::size_t at = 0; at < items.size(); ++at) {
            const auto ratio = ratio_of(eyes.told, items[at], sizes[at]);
            shapes += static_cast<char>(ratio & 0xFFU);
            shapes += static_cast<char>(ratio >> 8U);
        }
        http::Response response;
        response.with("Content-Type", "application/octet-stream").with("Cache-Control", "no-store");
        response.with("Keepsake-Revision", outline.revision);
        response.body = std::move(shapes);
        return response;
    });
}

Api::Answer Api::get_timeline_number(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto item, item_of(eyes, call.ids[0]));
        TRY_LET(const auto outline, house_->outline(eyes.library));
        const auto number = outline.timeline->number_of(item.item);
        if (!number) return Error(ErrorCode::not_found, "It is not in the timeline.");
        Json json;
        json["revision"] = outline.revision;
        json["number"] = *number;
        return json_answer(200, json);
    });
}

Api::Answer Api::get_items(Call& call) {
    std::vector<model::ItemId> ids;
    const auto given = call.request.head.parameter("ids");
    if (!given) return Error(ErrorCode::invalid, "'ids' is wanted.");
    for (auto rest = *given; !rest.empty();) {
        const auto end = std::min(rest.find(','), rest.size());
        const auto id = model::ItemId::from_hex(rest.substr(0, end));
        if (!id || ids.size() == kMostIds)
            return Error(ErrorCode::invalid, "'ids' is no list of at most 200 ids.");
        ids.push_back(*id);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(auto items, listed_by_id(eyes, ids));
        const auto total = items.size();
        return json_answer(200, Page().told(total, "items", std::move(items)));
    });
}

Api::Answer Api::get_item(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto item, item_of(eyes, call.ids[0]));
        TRY_LET(const auto json, item_json(eyes, item));
        return json_answer(200, json);
    });
}

Api::Answer Api::look_at_item(Call& call) {
    return with_eyes(call, [&](const Eyes& given) -> Answer {
        TRY_LET(const auto item, item_of(given, call.ids[0]));
        const Eyes eyes{given.house, given.library, given.told, given.viewer, {{item.item}, {}}};
        Json json;
        json["look"] = visitors_.look_at(call.visitor.session, item.item);
        TRY_LET(json["item"], item_json(eyes, item));
        return json_answer(200, json);
    });
}

Api::Answer Api::end_look(Call& call) {
    visitors_.end_look(call.visitor.session, call.ids[0]);
    return nothing();
}

Api::Answer Api::find(Call& call) {
    TRY_LET(const auto page, page_of(call));
    const auto typed = call.request.head.parameter("words").value_or("");
    if (typed.size() > kLongestWords) return Error(ErrorCode::invalid, "These are too many words.");
    const auto filter = library::find_filter({std::string(typed)});
    if (filter.words.empty() && filter.date.empty() && filter.kinds.empty())
        return Error(ErrorCode::invalid, "Words are wanted.");
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        std::vector<model::ItemId> hidden(eyes.told.just_kept().begin(),
                                          eyes.told.just_kept().end());
        for (const auto& [item, cover] : eyes.told.covered(eyes.viewer, eyes.opened))
            hidden.push_back(item);
        std::vector<model::ItemId> covered;
        TRY(find_covered(eyes, filter, covered));
        TRY_LET(auto found, eyes.library.catalog().find(filter, page.first, page.count, hidden));
        // What is found by its cover line comes behind all that is found by its words.
        Page behind{.first = page.first - std::min<std::size_t>(page.first, found.total),
                    .count = page.count - found.items.size()};
        const auto by_line = behind.of(covered);
        found.items.insert(found.items.end(), by_line.begin(), by_line.end());
        TRY_LET(auto items, listed_by_id(eyes, found.items));
        auto answer = page.told(found.total + covered.size(), "items", std::move(items));
        if (page.first == 0) {
            TRY_LET(answer["moments"], find_moments(eyes, filter));
        }
        return json_answer(200, answer);
    });
}

}  // namespace keepsake::server
