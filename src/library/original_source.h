#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "media/reader_pool.h"
#include "os/file_system.h"

namespace keepsake::library {

/// An original of one copy, decrypted as it is read: memory for one chunk, each authenticated.
/// Its hash is not proved. Requires: `files` and `identities` outlive it. Errors: not_found if no
/// object of it is in this copy; corrupt if none opens.
Result<std::unique_ptr<media::Source>> open_original(
    os::FileSystem& files, const std::string& archive_path,
    const std::vector<crypto::AgeIdentity>& identities, const catalog::ContentRecord& content);

}  // namespace keepsake::library
