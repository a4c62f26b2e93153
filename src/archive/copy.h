#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/staging.h"
#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"

/// One copy of an archive: a folder. Opening, making, and what can be told of it without a key.
/// Source: docs/formats/archive.md.
namespace keepsake::archive {

/// A copy that was found to be an archive.
struct Copy {
    std::string path;
    model::Manifest manifest;
    model::Access access = model::Access::read_write;
    bool manifest_from_mirror = false;
    bool mirror_differs = false;  ///< the mirror's keepsake.json says something else
};

/// Errors: not_found for a folder that is no archive (an empty mount is never taken for an archive
/// without files); corrupt; unsupported (a newer version that this program cannot read).
Result<Copy> open_copy(os::FileSystem& files, const std::string& path);

/// The same by the mirror's keepsake.json alone, for where the other one proved wrong.
Result<Copy> open_mirrored_copy(os::FileSystem& files, const std::string& path);

/// The archive that `path` or one of the folders above it is. Errors: not_found.
Result<std::string> find_archive_above(os::FileSystem& files, const std::string& path);

/// Whether `path` is, or stands inside of, an archive folder; and whether an archive stands
/// directly at it.
bool is_archive_folder(os::FileSystem& files, const std::string& path);

/// The three plain files as this program writes them.
struct PlainFile {
    std::string name;
    std::string bytes;
    model::FileHash hash;
};
std::vector<PlainFile> plain_files(const model::ArchiveId& archive);
/// Writes those that are missing, to the archive and to its mirror; keepsake.json last, so that a
/// folder half made is not taken for an archive.
Result<> write_plain_files(Staging& staging, const std::vector<PlainFile>& plain);

/// Makes the folders of a new archive. Errors: exists unless `path` is missing or empty.
Result<> make_copy_folders(os::FileSystem& files, const std::string& path);

}  // namespace keepsake::archive
