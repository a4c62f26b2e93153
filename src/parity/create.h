#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/recovery_set.h"
#include "parity/set_shape.h"
#include "parity/work.h"

namespace keepsake::parity {

/// What a recovery set is made of.
struct NewSet {
    std::string base;  ///< the directory that the names are relative to; ("par2 repair -B base")
    /// Such as "objects/ab/<sha256>.age": relative, '/' between components, each only once.
    std::vector<std::string> names;
    SetShape shape;  ///< shape_of() the files' sizes
    /// Sees every byte that the set is made from: the pieces of one file in order and one at a
    /// time, those of several files from several threads. So the caller can prove in the same pass
    /// that what is protected is what was kept. May be empty.
    std::function<void(std::size_t file, ByteView bytes)> tap;
};

struct CreatedSet {
    SetId id;
    std::uint64_t file_bytes = 0;
};

/// Writes a recovery set into one new PAR2 file, complete with its recovery slices, and syncs it.
/// (The directory is the caller's to sync, after the file got its name.) Where the recovery slices
/// are larger than the memory allowed, they stand for a time in `path` + ".part" beside it.
/// On failure neither file stays. Source: docs/formats/parity.md.
/// Errors: invalid (no files, an empty file, a bad or repeated name, a shape that does not fit);
/// exists; not_found; changed (a file's size does not stay the same); no_space; cancelled; io.
Result<CreatedSet> create_set(os::FileSystem& files, const NewSet& set, const std::string& path,
                              const Work& work);

}  // namespace keepsake::parity
