#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "library/environment.h"
#include "library/library.h"

/// Whether what is kept is safe, as far as this computer knows.
namespace keepsake::library {

/// Another copy that this computer has met.
struct OtherCopy {
    bool same_disk = false;
    Instant seen;
    std::optional<Instant> whole;  ///< it was read through here, at this time or later
    std::uint64_t damaged = 0;
    std::uint64_t missing = 0;
};

struct CareReport {
    std::uint64_t originals = 0;    ///< object files that stand in this copy
    std::uint64_t unprotected = 0;  ///< of them, those without repair data
    std::optional<Instant> whole;   ///< everything was read at this time or later
    std::uint64_t damaged = 0;      ///< found by the last check, and not healed since
    std::uint64_t missing = 0;
    std::uint64_t other_places = 0;     ///< copies on other disks that this computer has met
    std::uint64_t other_folders = 0;    ///< copies on this very disk
    std::optional<Instant> other_seen;  ///< when one of other_places was last here
    std::vector<OtherCopy> others;      ///< the one seen last first
    std::optional<Instant> restored;    ///< when originals were last taken out to try it
    std::uint64_t restored_originals = 0;
};

/// No key is needed. Looks at what stands in the copy, reads no original. Errors: not_found; those
/// of listing.
Result<CareReport> care(const Environment& environment, const std::string& archive_path,
                        Listener& listener);

/// Bytes of the originals that stand in this copy, before they were sealed.
Result<std::uint64_t> originals_bytes(Library& library);

}  // namespace keepsake::library
