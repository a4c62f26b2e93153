#pragma once

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
    std::vector<catalog::ItemRecord> items;      ///< in their order, each once
    std::optional<library::Cover> moment_cover;  ///< of the moment that is shown
};

/// Errors: not_found for what is not here or was let go; limit; invalid where there is nothing.
Result<Contents> contents_of(library::Library& library, const Wish& wish, const library::Told& told,
                             library::Listener& listener);

/// The story of a moment that stands, as Markdown; "" if there is none. Of versions side by side
/// the last; `versions` tells how many there are. Errors: not_found where its text is not here.
Result<std::string> standing_story(library::Library& library, const model::MomentId& moment,
                                   std::size_t& versions);

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
