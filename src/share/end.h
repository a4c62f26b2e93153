#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "library/library.h"
#include "model/ids.h"
#include "share/record.h"

/// Ending shares: their files are removed where they were put, the journal says that they ended.
namespace keepsake::share {

/// Where a share still stands, and why.
struct Remains {
    Where where;
    std::string device;  ///< its name, if it is not this one
    std::string why;
};

struct Ending {
    std::uint64_t removed = 0;  ///< places from which it was removed, or had gone before
    std::vector<Remains> remains;
};

/// The shares that a person means by a name or a link: those for that name that are not over, the
/// one of a link, the one of an id's first digits. Errors: not_found.
Result<std::vector<Record>> find_shares(library::Library& library, std::string_view typed);

/// Ends one: removes what this device put, only files that the share wrote, and says to the journal
/// that it has ended. What stands elsewhere, or cannot be removed, is told. Errors: those of the
/// journal; the files are gone by then.
Result<Ending> end_share(library::Library& library, const Record& record);

/// Removes what this device put of all shares that ended elsewhere, or whose day has passed, and
/// takes over dates that were changed elsewhere. Gives how many were removed; what cannot be
/// removed waits.
Result<std::uint64_t> remove_what_is_over(library::Library& library);

}  // namespace keepsake::share
