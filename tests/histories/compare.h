#pragma once

#include <map>

#include "histories/family_view.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::testing {

/// Compares what an opened library tells with what the journal pages of its copy say: items, words
/// with all versions that stand, covers, moments, fields, let-gos, objects, who counts, forks,
/// gaps. Throws Wrong where they differ. `known`: heads that the device remembers.
void compare(library::Library& library, const FamilyView& view,
             const std::map<model::DeviceId, model::Head>& known);

}  // namespace keepsake::testing
