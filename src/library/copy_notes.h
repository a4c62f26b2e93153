#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"
#include "os/file_system.h"

/// What this computer remembers of the copies of one archive that it has met: when each was here,
/// how far it was read through, what was found. In `<state>/<archive id>/copy-<id>.json`, where id
/// stands for the copy's path; neither paths nor names are in it, so it needs no key. It can be
/// deleted: then the reading through begins anew.
namespace keepsake::library {

struct CopyNotes {
    std::optional<Instant> seen;   ///< when this computer last wrote or checked it
    std::uint64_t disk = 0;        ///< the system's number of the disk it was on
    std::optional<Instant> began;  ///< when the reading through that is under way began
    /// How far it has come: objects are read in the order of their names. None: at the beginning.
    std::optional<model::ObjectId> cursor;
    std::optional<Instant> whole;  ///< every object was read at this time or later
    std::uint64_t damaged = 0;     ///< found by the last reading through, and not healed since
    std::uint64_t missing = 0;
    std::optional<Instant> restored;  ///< originals were taken out, and were what was kept
    std::uint64_t restored_originals = 0;
};

class CopyNotesStore {
  public:
    /// `folder`: of all local state.
    CopyNotesStore(os::FileSystem& files, const std::string& folder,
                   const model::ArchiveId& archive);

    /// Of the copy at `real_path`; unreadable or missing notes are empty.
    CopyNotes load(const std::string& real_path) const;
    /// Errors: those of writing.
    Result<> save(const std::string& real_path, const CopyNotes& notes) const;
    /// Of all other copies that this computer has met.
    std::vector<CopyNotes> others(const std::string& real_path) const;

  private:
    std::string file_of(const std::string& real_path) const;
    CopyNotes read(const std::string& name) const;

    os::FileSystem* files_;
    std::string folder_;
};

}  // namespace keepsake::library
