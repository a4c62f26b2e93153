#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/random.h"
#include "os/file_system.h"

namespace keepsake::archive {

/// A folder of one's own under tmp/ of an archive, in which files are written before they get their
/// names. What no running program holds is swept away when the next one begins. Where the file
/// system has no locks, that is what a day has passed over without a change, by that file system's
/// own times; sweeping a folder that is in use makes a writer fail and loses nothing
/// (docs/adr/0005-tmp-at-the-root.md). Thread safety: all calls from any thread.
class Staging {
  public:
    /// Creates nothing yet: the folder appears with the first path asked for.
    Staging(os::FileSystem& files, std::string archive_path, crypto::RandomSource& random);
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    /// Removes the folder and what is left in it.
    ~Staging();

    /// A fresh name in the folder. Errors: those of creating it.
    Result<std::string> new_path();

    /// Sweeps away what no running program holds, as the first new_path() does.
    void clean_up();

    /// Makes a folder of the archive where it is missing; never through a link. Durability: on
    /// success it survives a crash, also where another program, or one that was stopped, made it a
    /// moment ago.
    Result<> make_folder(const std::string& relative_path);

    /// Writes `bytes` under a fresh name, syncs, gives it its name in the archive (its folder is
    /// made if missing) and syncs that folder. Never replaces: a file that already has that name
    /// and these very bytes counts as written. Durability: on success the file and its name survive
    /// a crash; on failure nothing stays. Errors: exists (with other bytes); no_space; read_only;
    /// io.
    Result<> publish(ByteView bytes, const std::string& relative_path);

    /// Lets a file that stands under a fresh name, whole, proved and synced, take its place in the
    /// archive, whatever stood there. Durability: on success it survives a crash; a crash before
    /// leaves what stood there, or this.
    Result<> put_in_place(const std::string& temporary, const std::string& relative_path);

    /// publish() for a file that is damaged: what stands there is replaced, once the new one is
    /// synced.
    Result<> replace(ByteView bytes, const std::string& relative_path);

    os::FileSystem& files() const { return *files_; }
    const std::string& archive_path() const { return archive_path_; }

  private:
    /// A folder of which it cannot be told whether a program holds it.
    struct Unlockable {
        std::string folder;
        Instant modified;
    };
    Result<> begin();
    std::vector<Unlockable> sweep();
    void sweep_old(const std::vector<Unlockable>& unlockable);
    Result<> already_there(ByteView bytes, const std::string& target);
    Result<> give_name(const std::string& temporary, ByteView bytes, const std::string& target);

    os::FileSystem* files_;
    std::string archive_path_;
    crypto::RandomSource* random_;
    std::mutex mutex_;
    std::string folder_;  // empty until begun
    std::unique_ptr<os::FileLock> lock_;
    std::uint64_t counter_ = 0;
    std::mutex folders_mutex_;
    std::set<std::string> folders_;  // that surely survive a crash
};

/// Errors: corrupt if something on the way to a folder of the archive (itself included) is there
/// and is no folder: through a link, writing would reach what stands outside of the archive.
Result<> require_own_folders(os::FileSystem& files, const std::string& archive_path,
                             const std::string& relative_folder);
/// Removes a file of the archive. Errors: not_found, also where a link leads out of the archive
/// instead: what stands there is not the archive's.
Result<> remove_own_file(os::FileSystem& files, const std::string& archive_path,
                         const std::string& relative_path);

/// Removes the files of a folder and the folder; what cannot be removed stays.
void discard_folder(os::FileSystem& files, const std::string& path);

}  // namespace keepsake::archive
