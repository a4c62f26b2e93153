#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "model/ids.h"

/// Looking at what was kept: facts into the journal, thumbnails into packs, previews into this
/// computer's cache, and what belongs together put together.
namespace keepsake::library {

struct ReadingReport {
    std::uint64_t read = 0;        ///< originals whose facts stand in the journal now
    std::uint64_t not_opened = 0;  ///< of them, those of which no picture could be made
    std::uint64_t together = 0;    ///< items that became a part of another
    bool nothing_reads = false;    ///< this computer cannot look at originals; noted
    /// Why it ended early; what was read stands, the rest is left for tend.
    std::optional<Error> stopped;
};

/// Reads what was just kept. Does nothing while locked. Errors: none that concern what was kept; a
/// file that does not open, or is not in this copy, costs its own facts.
ReadingReport read_just_kept(Library& library, const JustKept& kept, Listener& listener);

/// Reads whatever was not read yet, or by an older reader than this program's.
ReadingReport read_missing(Library& library, Listener& listener);

}  // namespace keepsake::library
