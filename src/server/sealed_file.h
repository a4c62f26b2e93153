#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/secret.h"
#include "library/library.h"

/// What this computer holds of its own about an archive (library::Library::local_folder), sealed
/// for the archive's keys.
namespace keepsake::server {

/// None where it is not there, or cannot be opened. Errors: those of reading, limit.
Result<std::optional<crypto::Secret>> read_sealed(const library::Library& library,
                                                  const std::string& path,
                                                  std::uint64_t limit_bytes);
/// In place of what stands there; its folder is made. Errors: those of writing.
Result<> write_sealed(const library::Library& library, const std::string& path,
                      std::string_view text);

}  // namespace keepsake::server
