#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "model/ids.h"

namespace keepsake::library {

/// What a kept file takes beyond its bytes: header, nonce, names, journal.
inline constexpr std::uint64_t kSealedExtraBytes = 512;

/// A file that is kept now, or was before.
struct KeptFile {
    std::string path;  ///< as it was read
    model::ItemId item;
    bool before = false;  ///< the same file from the same place was kept already
};

struct KeepOptions {
    bool read_back = true;   ///< off only for measuring what it costs
    bool just_kept = false;  ///< stands apart until somebody places it (`just_kept` of the journal)
    /// Told of each file once it is acknowledged. Called from several threads, one at a time; must
    /// not use the library.
    std::function<void(const KeptFile&)> on_kept{};
};

struct KeepReport {
    std::uint64_t kept = 0;     ///< files acknowledged now
    std::uint64_t already = 0;  ///< the same file from the same place, kept before
    std::uint64_t restored =
        0;                    ///< of these: the original was missing or damaged, and is whole again
    std::uint64_t bytes = 0;  ///< of the files kept now
    std::uint64_t problems = 0;  ///< sources named by Listener::problem
    /// Why it ended early, if it did: cancelled, no_space, io... What was acknowledged stands.
    std::optional<Error> stopped;
    JustKept just_kept;  ///< what protect() is to make recovery data for
};

/// Keeps files and whole folders: sealed, synced, read back past the cache, journaled; only then
/// counted. Sources are only ever read. Errors (nothing was changed): invalid (the archive stands
/// inside a source); no_space with "needs 1.2 GB, 300 MB are free"; not_found if no source is
/// there; read_only.
Result<KeepReport> keep(Library& library, std::span<const std::string> paths,
                        const KeepOptions& options, Listener& listener);

}  // namespace keepsake::library
