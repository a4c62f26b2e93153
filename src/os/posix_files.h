#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "os/descriptor.h"
#include "os/file_system.h"

/// The handles that PosixFileSystem gives out.
namespace keepsake::os {

/// Errors: invalid unless `descriptor` is a regular file.
Result<std::unique_ptr<ReadableFile>> readable_file(Descriptor descriptor, const std::string& path);

/// Requires: `descriptor` is a new, empty file open for writing.
std::unique_ptr<WritableFile> writable_file(Descriptor descriptor, std::string path);

/// fsync, again after EINTR only: an error is reported once by the system and the pages are then
/// taken for clean, so a second success proves nothing.
Result<> sync_descriptor(int descriptor, std::string_view doing);

/// futimens for the modification time alone.
Result<> set_descriptor_modified(int descriptor, Instant modified, std::string_view doing);

}  // namespace keepsake::os
