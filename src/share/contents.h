#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/told.h"
#include "model/ids.h"
#include "share/show.h"
#include "share/story.h"

namespace keepsake::share {

/// What a wish comes to, before anything is copied.
struct Contents {
    std::string name;  ///< of the moment; "" for items
    std::vector<Block> story;
    std::optional<model::PersonId> writer;       ///< of that story, where it is known
    std::vector<catalog::ItemRecord> items;      ///< in their order, each once
    std::optional<library::Cover> moment_cover;  ///< of the moment that is shown
};

/// Errors: not_found for what is not here or was let go; limit; invalid where there is nothing.
Result<Contents> contents_of(library::Library& library, const Wish& wish, const library::Told& told,
                             library::Listener& listener);

/// A story that stands: of versions side by side the last.
struct StandingStory {
    std::string text;  ///< Markdown; "" if there is none
    std::optional<model::PersonId> writer;
    std::size_t versions = 0;  ///< how many stand
};
/// Errors: not_found where its text is not here.
Result<StandingStory> standing_story(library::Library& library, const model::MomentId& moment);

/// What covers an item from whom it is shown to, whatever was left open by whom: the link can be
/// passed on. `opened`: moments whose cover stands before the whole share. `ahead`: also what
/// covers it from whoever looks first.
std::optional<library::Cover> cover_for(const library::Told& told, const model::ItemId& item,
                                        std::string_view to, const library::Opened& opened,
                                        const std::optional<LookAhead>& ahead);
std::optional<library::Cover> cover_for(const library::Told& told, const model::MomentId& moment,
                                        std::string_view to, const std::optional<LookAhead>& ahead);

/// The name of the archive's only keeper; "" if there is none, or more than one.
Result<std::string> only_keeper(library::Library& library, const library::Told& told);

}  // namespace keepsake::share
