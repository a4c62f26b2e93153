#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "os/descriptor.h"
#include "os/held_folder.h"
#include "os/posix_rename.h"

namespace keepsake::os {

/// Requires: `descriptor` is a directory open for reading, from before the first write below it
/// (syncfs() tells a descriptor only of the errors since it was opened). `path`: for messages.
/// `syncs_as_a_whole`: false where sync_everything() is not to be had.
std::unique_ptr<HeldFolder> hold_descriptor(Descriptor descriptor, std::string path,
                                            RenameMethod first_method, bool syncs_as_a_whole);

}  // namespace keepsake::os
