#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "library/check.h"
#include "library/copy_notes.h"
#include "library/environment.h"
#include "model/ids.h"

/// Which objects a check reads, and what this computer remembers of it. Objects are read in the
/// order of their names, each check from where the last one ended: so what was not read for longest
/// comes first, without a note for each object.
namespace keepsake::library {

struct Selection {
    std::vector<std::string> paths;  ///< of the objects to be read
    std::uint64_t bytes = 0;
    bool from_beginning = true;
    bool to_end = true;
    std::optional<model::ObjectId> last;  ///< the last one of them
};

/// So many percent of the bytes of all objects, one at least; all of them for 100.
Selection select_part(const Environment& environment, const std::string& archive_path,
                      std::vector<std::string> paths, double percent, const CopyNotes& notes);

/// Notes how far a check that came to its end has read, and what it found. Where local state cannot
/// be written, nothing is noted: the next one begins anew.
void note_check(const Environment& environment, const std::string& archive_path,
                const model::ArchiveId& archive, const Selection& selection,
                const CheckReport& report, Instant began);

}  // namespace keepsake::library
