#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "archive/journal_store.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/result.h"
#include "model/ids.h"

/// Keeping the main place and the mirror the same, after something was cut off between the two.
/// Source: docs/write-ordering.md, S3.
namespace keepsake::archive {

/// The plain files' hashes by name, as the journal tells them.
using PlainHashes = std::map<std::string, std::vector<model::FileHash>>;

/// Journal files that stand in one of the two places alone, and that no rollup stands for.
struct MirrorGaps {
    std::vector<JournalFileName> only_in_main;
    std::vector<JournalFileName> only_in_mirror;
};
MirrorGaps mirror_gaps(const JournalListing& listing);

/// Copies what is whole in one place and missing in the other: key files, journal files, the plain
/// files (keepsake.json last). What is damaged stays as it is, for check to name; so does what
/// stands in both. Left out: the `revoked` key files, and journal files that a rollup stands for.
/// `plain`: the plain files' hashes by name, as the journal tells them; this program's own text is
/// right, too.
/// At most 1,000 journal files at a time: the next time goes on. Gives how many files were copied.
/// `gaps`: those of the journal as it was listed last. Errors: those of listing and writing.
Result<std::uint64_t> mend_mirror(Staging& staging, const std::set<model::FileHash>& revoked,
                                  const PlainHashes& plain, const MirrorGaps& gaps);

}  // namespace keepsake::archive
