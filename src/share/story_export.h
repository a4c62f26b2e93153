#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"

namespace keepsake::share {

struct StoryExport {
    std::uint64_t pictures = 0;
    std::uint64_t covered = 0;  ///< left out, their line in their place
    std::uint64_t missing = 0;  ///< could not be made, named by Listener::problem
};

/// Writes a moment's story into a folder that is missing or empty: `story.md`, `story.html`, and
/// what it shows below `pictures/` (JPEG, 1440 pixels, without metadata). What is covered is left
/// out, and its line stands in its place, unless `with_covered`. The folder is whole, or not there.
/// Errors: exists; not_found where there is no story; cancelled; those of reading and writing.
Result<StoryExport> export_story(library::Library& library, const model::MomentId& moment,
                                 const std::string& folder, bool with_covered,
                                 library::Listener& listener);

}  // namespace keepsake::share
