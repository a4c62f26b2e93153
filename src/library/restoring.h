#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"

/// The test that every archive is for: whether originals come back out of it.
namespace keepsake::library {

struct RestoringOptions {
    std::uint64_t originals = 200;
    std::uint64_t bytes = 1ULL << 30U;  ///< of the originals at most
};

struct RestoringReport {
    std::uint64_t originals = 0;  ///< files that came back and, read again, were what was kept
    std::uint64_t bytes = 0;
    std::uint64_t problems = 0;  ///< files that did not, named by Listener::problem
    std::optional<Error> stopped;
    bool sound() const { return problems == 0 && !stopped; }
};

/// Takes originals that chance picks out of the archive, into a folder of the local state as `get`
/// would, reads them there, and removes the folder again. What went well is remembered with its
/// time (copy_notes.h). Errors: no_space; those of get().
Result<RestoringReport> try_restoring(Library& library, const RestoringOptions& options,
                                      Listener& listener);

}  // namespace keepsake::library
