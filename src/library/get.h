#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"

namespace keepsake::library {

struct GetReport {
    std::uint64_t given = 0;    ///< files whose bytes were proved and that stand in the folder
    std::uint64_t already = 0;  ///< stood there already, the same to the byte
    std::uint64_t bytes = 0;
    std::uint64_t problems = 0;  ///< files that could not be given back, named by Listener::problem
    std::optional<Error> stopped;
};

/// Exact originals under `folder` (made if missing), with their folders, names and modification
/// times; a file appears only when it is whole and proved. Nothing that stands there is replaced: a
/// name taken becomes "name (2).jpg", and is known again the next time. Nothing is written outside
/// of `folder`, whatever names the archive holds and whatever links stand in there: what would have
/// to go through a link, or into the archive itself, is a problem. What was damaged in this copy
/// and could be given back whole is told by Listener::note. An empty list means everything that was
/// not let go.
Result<GetReport> get(Library& library, std::span<const model::ItemId> items,
                      const std::string& folder, Listener& listener);

}  // namespace keepsake::library
