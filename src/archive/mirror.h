#pragma once

#include <cstdint>
#include <set>

#include "archive/staging.h"
#include "base/result.h"
#include "model/ids.h"

/// Keeping the main place and the mirror the same, after something was cut off between the two.
/// Source: docs/write-ordering.md, S3.
namespace keepsake::archive {

/// Copies what is whole in one place and missing in the other: key files, journal files, the plain
/// files (keepsake.json last). What is damaged stays as it is, for check to name; so does what
/// stands in both. Left out: the `revoked` key files, and journal files that a rollup stands for.
/// At most 1,000 journal files at a time: the next time goes on. Gives how many files were copied.
/// Errors: those of listing and writing.
Result<std::uint64_t> mend_mirror(Staging& staging, const std::set<model::FileHash>& revoked);

}  // namespace keepsake::archive
