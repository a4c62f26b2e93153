#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/mirror.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "library/environment.h"

/// Bringing a catalog up to what the journal of a copy says.
namespace keepsake::library {

/// Something wrong with the journal's files: named, with what it means.
struct JournalProblem {
    std::string path;
    std::string why;
    bool healed_from_mirror = false;
};

struct SyncResult {
    std::vector<JournalProblem> problems;
    /// The catalog knows files that this copy no longer has, or took in segments that no longer
    /// count: it must be built anew.
    bool must_rebuild = false;
    archive::MirrorGaps gaps;
    /// It is for files that are no longer here: what the authority learnt from them is not said
    /// here any more.
    bool files_are_gone = false;
};

/// Takes in the journal files that the catalog does not have yet; `authority` learns with it.
/// Everything or nothing is taken in. Errors: those of listing; cancelled; of the catalog.
Result<SyncResult> sync_catalog(const Environment& environment, const std::string& archive_path,
                                const archive::IdentityFile& identity,
                                archive::Authority& authority, catalog::Catalog& catalog,
                                Listener& listener);

}  // namespace keepsake::library
