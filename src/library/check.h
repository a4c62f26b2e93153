#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"

namespace keepsake::library {

inline constexpr std::size_t kMostHurtTold = 1'000;

struct CheckReport {
    std::uint64_t files = 0;  ///< files read
    std::uint64_t bytes = 0;
    std::uint64_t originals = 0;  ///< distinct contents proved whole (with a way in)
    std::uint64_t damaged = 0;    ///< named by Listener::problem
    std::uint64_t missing = 0;    ///< originals, changes or keys known to exist and not here
    std::uint64_t strangers =
        0;  ///< files that nobody signed for: set aside, named by Listener::note
    /// Objects of originals among these, damaged or missing; at most kMostHurtTold.
    std::vector<model::ObjectId> hurt;
    std::uint64_t healed = 0;  ///< with `repair`: files that are whole again, named by note()
    bool is_all = true;        ///< every original was read, not a part of them
    std::optional<Error> stopped;
    bool sound() const { return damaged == 0 && missing == 0; }
};

struct CheckOptions {
    bool repair = false;   ///< heals what it can: docs/write-ordering.md, "Repair"
    double percent = 100;  ///< of the originals' bytes: those that were not read for longest
};

/// Without a way in: every file's SHA-256 and place against its name, the archive against its
/// mirror, and the numbers that a series of changes leaves out. What no name here tells of cannot
/// be missed: an object, a key file, or the last changes of a device, gone from both places; a
/// plain file that is the same in both is believed.
Result<CheckReport> check_without_key(const Environment& environment, const std::string& path,
                                      const CheckOptions& options, Listener& listener);
/// With one: also every tag, every original's SHA-256, the plain files' hashes, the journal's
/// chain, heads and gaps, whether every original and key file that the journal names is here.
/// Cannot be missed: the last changes of a device that neither another device's changes nor this
/// computer has seen.
Result<CheckReport> check(Library& library, const CheckOptions& options, Listener& listener);

}  // namespace keepsake::library
