#include "share/contents.h"

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
#include "catalog/catalog.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/told.h"
#include "model/entry.h"
#include "model/ids.h"
#include "share/story.h"
#include "share/wish.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kMostItems = 10'000;

/// The person of that name, if there is exactly one.
library::Viewer person_named(const library::Told& told, std::string_view name) {
    library::Viewer found;
    for (const auto& [person, called] : told.people()) {
        if (called != name) continue;
        if (found) return std::nullopt;
        found = person;
    }
    return found;
}

class Gathering {
  public:
    explicit Gathering(catalog::Catalog& catalog) : catalog_(&catalog) {}

    /// `must`: somebody named it; else what is gone is passed over.
    Result<> add(const model::ItemId& id, bool must) {
        TRY_LET(auto item, catalog_->item(id));
        if (item && item->lead) return add(*item->lead, must);
        const bool here = item && !item->files.empty() && !item->let_go;
        if (!here && must)
            return Error(ErrorCode::not_found, item && item->let_go
                                                   ? "Item " + id.hex() + " was let go."
                                                   : "There is no item " + id.hex() + " here.");
        if (!here || !seen_.insert(id).second) return {};
        items_.push_back(*std::move(item));
        if (items_.size() > kMostItems)
            return Error(ErrorCode::limit, "A share holds at most 10,000 items.");
        return {};
    }
    std::vector<catalog::ItemRecord> take() { return std::move(items_); }

  private:
    catalog::Catalog* catalog_;
    std::set<model::ItemId> seen_;
    std::vector<catalog::ItemRecord> items_;
};

}  // namespace

Result<StandingStory> standing_story(library::Library& library, const model::MomentId& moment) {
    TRY_LET(auto standing, library.catalog().standing_words(model::Subject::of(moment), "story"));
    std::erase_if(standing, [](const auto& words) { return words.text.empty() && !words.content; });
    if (standing.empty()) return StandingStory{};
    const auto last = std::ranges::max_element(
        standing, {}, [](const catalog::WordsRecord& words) { return words.version; });
    if (last->text.empty()) return Error(ErrorCode::not_found, "The story is not in this copy.");
    return StandingStory{std::move(last->text), last->person, standing.size()};
}

Result<Contents> contents_of(library::Library& library, const Wish& wish, const library::Told& told,
                             library::Listener& listener) {
    Contents contents;
    Gathering gathering(library.catalog());
    for (const auto& item : wish.items) TRY(gathering.add(item, true));
    if (wish.moment) {
        TRY_LET(const auto moment, library.catalog().moment(*wish.moment));
        if (!moment) return Error(ErrorCode::not_found, "There is no such moment here.");
        contents.name = moment->name;
        contents.moment_cover = cover_for(told, *wish.moment, wish.to, wish.look_ahead);
        TRY_LET(const auto story, standing_story(library, *wish.moment));
        if (story.versions > 1)
            listener.note("The story has " + std::to_string(story.versions) +
                          " versions side by side; the last one goes along.");
        TRY_LET(contents.story, parse_story(story.text));
        contents.writer = story.writer;
        if (!wish.story_alone)
            for (const auto& item : moment->items) TRY(gathering.add(item, false));
        for (const auto& item : items_of(contents.story)) TRY(gathering.add(item, false));
        if (wish.story_alone && contents.story.empty())
            return Error(ErrorCode::not_found, "There is no story there yet.");
    }
    contents.items = gathering.take();
    if (contents.items.empty() && contents.story.empty())
        return Error(ErrorCode::invalid, "There is nothing in it to show.");
    return contents;
}

std::optional<library::Cover> cover_for(const library::Told& told, const model::ItemId& item,
                                        std::string_view to, const library::Opened& opened,
                                        const std::optional<LookAhead>& ahead) {
    if (auto cover = told.cover_of(item, std::nullopt, opened)) return cover;
    const auto person = person_named(told, to);
    if (person)
        if (auto cover = told.cover_of(item, person, opened)) return cover;
    if (!ahead) return std::nullopt;
    auto looked_at = ahead->opened;
    looked_at.moments.insert(opened.moments.begin(), opened.moments.end());
    return told.cover_of(item, ahead->viewer, looked_at);
}

std::optional<library::Cover> cover_for(const library::Told& told, const model::MomentId& moment,
                                        std::string_view to,
                                        const std::optional<LookAhead>& ahead) {
    if (auto cover = told.cover_of(moment, std::nullopt, {})) return cover;
    const auto person = person_named(told, to);
    if (person)
        if (auto cover = told.cover_of(moment, person, {})) return cover;
    return ahead ? told.cover_of(moment, ahead->viewer, ahead->opened) : std::nullopt;
}

Result<std::string> only_keeper(library::Library& library, const library::Told& told) {
    std::string name;
    std::size_t keepers = 0;
    TRY(library.catalog().for_each_field("role",
                                         [&](const catalog::FieldRecord& field) -> Result<> {
                                             const auto person = field.subject.person();
                                             if (!person || field.value != "\"keeper\"") return {};
                                             if (!told.people().contains(*person)) return {};
                                             name = told.name_of(person);
                                             ++keepers;
                                             return {};
                                         }));
    return keepers == 1 ? name : std::string();
}

}  // namespace keepsake::share
