#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"
#include "os/file_system.h"
#include "parity/recovery_set.h"
#include "parity/verify.h"
#include "parity/work.h"

namespace keepsake::parity {

/// A file of the set and the path of the new file that its bytes are to be written to.
struct RepairTarget {
    std::size_t file = 0;  ///< index in RecoverySet::files
    std::string path;      ///< must not exist; its directory must
};

/// Writes the files anew, each under the path given, and syncs them: from slices that are there and
/// ones computed from recovery slices. Nothing else is changed, the damaged files least of all: the
/// caller proves each new file by a better hash than MD5 and then lets it take the old one's place.
/// Where the slices to compute are larger than the memory allowed, they stand for a time in the
/// first target's path + ".part". On failure none of the new files stays.
/// Requires: `findings` from verify_set() with this very set.
/// Errors: corrupt (more is lost than recovery slices can bring back, or a result has not the
/// set's MD5); changed (a slice is no longer as it was found); exists; no_space; limit (too much is
/// lost to compute it in the memory allowed); cancelled; io.
Result<> repair_files(os::FileSystem& files, const RecoverySet& set, const Findings& findings,
                      std::span<const RepairTarget> targets, const Work& work);

}  // namespace keepsake::parity
