#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "archive/parity_store.h"
#include "archive/staging.h"
#include "base/result.h"
#include "library/environment.h"
#include "model/ids.h"

/// Recovery data over what one copy holds: made when something is kept, joined into larger sets as
/// it grows, made anew when its members go. No key is needed for any of it.
/// Source: docs/adr/0008-recovery-sets-of-a-copy.md.
namespace keepsake::library {

struct ParityReport {
    std::uint64_t sets = 0;     ///< made
    std::uint64_t objects = 0;  ///< that had no recovery data before and have it now
    std::uint64_t damaged = 0;  ///< objects left out, as they are not what their names say; noted
};

/// Says in the copy itself that something is kept whose recovery data is still to be made, so that
/// whoever writes next makes it. Durability: survives a crash; so before the journal names it.
Result<> mark_unprotected(archive::Staging& staging);
/// Whether a run that has not come to its end left that mark.
bool is_marked_unprotected(os::FileSystem& files, const std::string& archive_path);

/// What was just written here, and whether an earlier run had left something unprotected by then.
struct JustKept {
    std::vector<archive::StoredObject> objects;
    bool found_mark = false;
};

/// Makes sets over what was just written, takes the mark away, and joins small sets, as far as that
/// costs no more than a bounded amount whatever was kept before. Where an earlier run had left the
/// mark, everything that has no recovery data gets some.
/// Errors: those of reading and writing; cancelled. What is made stands.
Result<ParityReport> protect(const Environment& environment, archive::Staging& staging,
                             const JustKept& kept, Listener& listener);

/// Whether an object that is not here any more is meant to be here (it is lost), or has gone for
/// good.
using IsMissed = std::function<Result<bool>(const model::ObjectId&)>;

/// All that there is to do: recovery data for objects without it, joined sets at every size, sets
/// made anew that members have left for good. `is_missed`: empty where nobody can tell; then sets
/// with missing members stay as they are.
Result<ParityReport> tend_parity(const Environment& environment, archive::Staging& staging,
                                 const IsMissed& is_missed, Listener& listener);

/// The same for a copy that nobody opened. Errors: also not_found; read_only.
Result<ParityReport> tend_parity_of(const Environment& environment, const std::string& archive_path,
                                    Listener& listener);

struct ParityCoverage {
    std::uint64_t objects = 0;  ///< that stand in this copy
    std::uint64_t unprotected = 0;
};
/// How much of what stands in a copy has recovery data. Writes nothing.
Result<ParityCoverage> parity_coverage(const Environment& environment,
                                       const std::string& archive_path, Listener& listener);

/// Before these objects are erased: no recovery set can bring them back any more. A set that holds
/// one is made anew without it, then removed. Errors: corrupt where another member of such a set is
/// damaged and the set is what could heal it: then nothing is to be erased yet.
Result<> leave_sets(const Environment& environment, archive::Staging& staging,
                    std::span<const model::ObjectId> leaving, Listener& listener);

}  // namespace keepsake::library
