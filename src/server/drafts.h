#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/told.h"

/// What a person writes and shows to nobody yet, on this computer: for each person and moment one
/// file below `<state>/<archive id>/drafts`, sealed for the archive's keys, under a name that tells
/// of neither. Requires, of all here: called from within House::with(), with its library.
namespace keepsake::server {

struct Draft {
    std::string text;
    std::vector<model::Version> follows;  ///< the story's versions that it was begun from
    Instant saved;
    std::string mark;  ///< of this state of it
};

/// None where there is none, or where it cannot be opened. Errors: those of reading.
Result<std::optional<Draft>> read_draft(library::Library& library, const Viewer& viewer,
                                        const model::MomentId& moment);
/// In place of the one that has any of these marks, or of none. None where another one stands
/// there: another page of the same person wrote it. What is sent twice is one.
Result<std::optional<Draft>> write_draft(library::Library& library, const Viewer& viewer,
                                         const model::MomentId& moment,
                                         const std::vector<std::string>& marks, Draft draft);
/// The one of this mark; gives whether none is left.
Result<bool> remove_draft(library::Library& library, const Viewer& viewer,
                          const model::MomentId& moment, const std::string& mark);

}  // namespace keepsake::server
