#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/staging.h"
#include "base/result.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "parity/recovery_set.h"
#include "parity/work.h"

/// The recovery sets of one copy: PAR2 files in parity/, each named by the SHA-256 of itself, over
/// object files. They belong to this copy alone and may be deleted at any time.
/// Source: docs/formats/parity.md; docs/adr/0008-recovery-sets-of-a-copy.md.
namespace keepsake::archive {

/// An object file that stands in a copy.
struct StoredObject {
    model::ObjectId object;
    std::uint64_t bytes = 0;  ///< of the file
    friend auto operator<=>(const StoredObject&, const StoredObject&) = default;
};

/// Every object file that stands in objects/, in order; what is no object file is left out.
/// Errors: those of listing (a listing that failed is never a shorter one).
Result<std::vector<StoredObject>> list_objects(os::FileSystem& files,
                                               const std::string& archive_path);

/// A file in parity/.
struct ParityFileName {
    model::FileHash file;
    std::uint64_t file_bytes = 0;
    std::string path() const;  ///< "parity/<sha256>.par2", relative to the archive
    friend auto operator<=>(const ParityFileName&, const ParityFileName&) = default;
};

/// What stands in parity/; what is not named as ours is left out. A copy without the folder has
/// none.
Result<std::vector<ParityFileName>> list_parity(os::FileSystem& files,
                                                const std::string& archive_path);

/// What a recovery set is over.
struct ParityMembers {
    ParityFileName name;
    std::vector<StoredObject> objects;
    std::uint64_t bytes() const;
};

/// Reads which objects a set is over, without its recovery slices where its packets are whole.
/// Members that are no object files of an archive are left out.
/// Errors: corrupt; not_found; io; cancelled.
Result<ParityMembers> read_members(os::FileSystem& files, const std::string& archive_path,
                                   const ParityFileName& name, const parity::Work& work);

/// What came of making a set.
struct MadeSet {
    std::optional<ParityFileName> name;    ///< none where an object was damaged: nothing was made
    std::vector<model::ObjectId> damaged;  ///< those that are not what their names say
};

/// Makes one recovery set over these objects and gives it its name; each object is proved to be
/// what its name says in the same pass, since parity over damage would keep the damage.
/// Durability: when it returns a name, the set survives a crash.
/// Requires: not empty. Errors: not_found; changed; no_space; cancelled; io. On failure nothing
/// stays.
Result<MadeSet> make_set(Staging& staging, std::span<const StoredObject> objects,
                         const parity::Work& work);

/// Removes sets; ones that are not there are fine. Durability: they stay away after a crash.
Result<> remove_sets(os::FileSystem& files, const std::string& archive_path,
                     std::span<const ParityFileName> sets);

/// The object that a path such as "objects/ab/<sha256>.age" names; none for any other.
std::optional<model::ObjectId> object_of_path(std::string_view path);

}  // namespace keepsake::archive
