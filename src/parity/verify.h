#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"
#include "parity/recovery_set.h"
#include "parity/work.h"

namespace keepsake::parity {

enum class FileState {
    whole,
    damaged,     ///< there, but not as it was
    missing,     ///< not there, or its name leads elsewhere
    unreadable,  ///< there, and reading failed somewhere; what could be read is used
};

struct FileFindings {
    FileState state = FileState::missing;
    std::uint32_t slices_lost = 0;   ///< found nowhere: only recovery slices bring them back
    std::uint32_t slices_moved = 0;  ///< found, but not at their place in this file
    std::string problem;             ///< the failure behind `unreadable`
};

/// Where a slice's bytes stand.
struct SlicePlace {
    std::uint32_t source = 0;  ///< index in Findings::sources
    std::uint64_t offset_bytes = 0;
};

/// What verifying found. Belongs to the RecoverySet that it was made with.
struct Findings {
    std::vector<FileFindings> files;                ///< as RecoverySet::files
    std::vector<std::string> sources;               ///< paths
    std::vector<std::optional<SlicePlace>> slices;  ///< by the slices' numbers in the set
    std::uint32_t slices_lost = 0;
    /// Every file is whole.
    bool all_whole() const;
};

/// There are recovery slices enough for all that is lost.
bool can_repair(const RecoverySet& set, const Findings& findings);

/// Compares the files below `base` with the set, reading each once where nothing is damaged.
/// Damaged files, and those of `further_paths` (a misnamed file, a par2's left-over), are
/// searched at every byte for slices that moved. Nothing is written. Its result rests on MD5: it
/// finds damage; that a file is right must be proved by a better hash.
/// Errors: cancelled. What cannot be read is a finding.
Result<Findings> verify_set(os::FileSystem& files, const std::string& base, const RecoverySet& set,
                            const std::vector<std::string>& further_paths, const Work& work);

}  // namespace keepsake::parity
