#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "archive/mirror.h"
#include "archive/staging.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"

/// Bringing back what a disk spoiled: objects from recovery sets or by the journal's header; keys,
/// journal and plain files from the mirror, and the mirror from them. What is brought back is
/// written beside, proved by SHA-256, and only then takes the place of what was damaged; stopped or
/// failed at any step, nothing is worse than before.
namespace keepsake::library {

/// Told of each file that is whole again: its path in the archive, and from what.
using OnHealed = std::function<void(const std::string& path, const std::string& from)>;

/// Objects that are damaged or missing here, from recovery sets. Gives those that are still hurt.
/// No key is needed. Errors: those of writing and listing; cancelled. What is healed stands.
Result<std::vector<model::ObjectId>> heal_from_parity(const Environment& environment,
                                                      archive::Staging& staging,
                                                      std::vector<model::ObjectId> hurt,
                                                      const OnHealed& on_healed,
                                                      Listener& listener);

/// Objects of which only the header is damaged, by the header that the journal holds. Gives those
/// that are still hurt.
Result<std::vector<model::ObjectId>> heal_headers(Library& library,
                                                  const std::vector<model::ObjectId>& hurt,
                                                  const OnHealed& on_healed);

/// What is known to be right of the plain files, by name: empty without a way in.
using archive::PlainHashes;

/// Key files, journal files and the plain files that are damaged or missing in one place and whole
/// in the other. Left out: key files that were `revoked`. A plain file that is right in neither
/// place is written anew where this program's own is one that the journal names.
Result<> heal_mirrors(archive::Staging& staging, const model::ArchiveId& archive,
                      const std::set<model::FileHash>& revoked, const PlainHashes& plain,
                      const OnHealed& on_healed);

}  // namespace keepsake::library
