#pragma once

#include "archive/object_file.h"
#include "base/result.h"
#include "model/entry.h"
#include "os/file_system.h"

namespace keepsake::library {

/// Reads a sealed object back from the disk, past the cache where the system allows, and proves
/// that it decrypts to what was sealed. Requires: it was synced. Errors: corrupt; io.
Result<> prove_sealed(os::FileSystem& files, const archive::SealedObject& sealed,
                      archive::ObjectBuffers& buffers);

/// The journal's word of it.
model::Object entry_of(const archive::SealedObject& sealed);

}  // namespace keepsake::library
