#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/age_keys.h"
#include "histories/copy_contents.h"
#include "histories/family_view.h"
#include "histories/journal_pages.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/local_state.h"
#include "model/ids.h"
#include "support/family.h"
#include "support/simulated_disk.h"
#include "support/simulated_file_system.h"

namespace keepsake::testing {

/// A computer's clock: the world's time, and how far it is off.
class SkewedClock final : public WallClock {
  public:
    SkewedClock(const std::int64_t& world_seconds, std::int64_t off_seconds)
        : world_seconds_(&world_seconds), off_seconds_(off_seconds) {}
    Instant now() const override { return {*world_seconds_ + off_seconds_, 0}; }
    void jump(std::int64_t seconds) { off_seconds_ += seconds; }

  private:
    const std::int64_t* world_seconds_;
    std::int64_t off_seconds_;
};

struct Laptop {
    Laptop(const std::string& called, std::string state_folder, const std::int64_t& world_seconds,
           std::uint64_t seed)
        : name(called),
          home("/" + called),
          state(std::move(state_folder)),
          clock(world_seconds, 0),
          random(seed) {}

    std::string name;
    std::string home;   ///< with the files that can be kept
    std::string state;  ///< what Keepsake has of its own there
    SkewedClock clock;
    SeededRandom random;
    std::vector<std::string> sources;
    unsigned sources_begun = 0;  ///< also those that the power cut off
    /// A name for another file that can be kept.
    std::string next_source() { return home + "/" + std::to_string(sources_begun++); }
    std::set<model::DeviceId> devices;  ///< that it was: one whose series forked begins anew
    bool runs_true = true;              ///< its clock never jumped, and it has no clone
};

struct Disk {
    std::string archive;  ///< the copy on it
    bool away = false;
    CopyContents contents;                                   ///< as last looked at
    std::optional<std::map<std::string, Bytes>> remembered;  ///< an image of the copy
};

/// What may have changed a copy between two looks at it.
struct Cause {
    Laptop* tended_by = nullptr;  ///< erasing what is due is right
    bool set_back = false;        ///< to an older image: then anything may be gone
};

/// A family's laptops and disks, the true time, and everything that was ever written; what must
/// never happen to a copy is looked for whenever it is looked at.
class HistoryWorld {
  public:
    HistoryWorld(std::uint64_t seed, unsigned laptops, unsigned disks, std::string real_folder);

    library::Environment environment(Laptop& laptop);
    /// A program that opens a copy. Compares what it shows with the pages of that copy. None where
    /// so little was copied that it cannot open.
    std::unique_ptr<library::Library> open(Laptop& laptop, Disk& disk);
    /// Compares what an opened library shows with its copy's pages.
    void compare_now(Laptop& laptop, Disk& disk, library::Library& library);
    /// `identity`: what the copy's keys open.
    FamilyView view(Laptop& laptop, const Disk& disk, const archive::IdentityFile& identity);
    std::map<model::DeviceId, model::Head> remembered_heads(Laptop& laptop);

    /// Reads what stands there now; throws Wrong if something is gone that may not be.
    void look(Disk& disk, const Cause& cause);
    void look_at_all(const Cause& cause);
    /// The power goes.
    void power_cut();

    // Files, as people move them about.
    void put_source(Laptop& laptop, const std::string& path, std::string_view bytes);
    void make_folder(const std::string& path);
    void remove_tree(const std::string& path);
    void put_tree(const std::string& path, const std::map<std::string, Bytes>& files);
    std::map<std::string, Bytes> tree(const std::string& path) const;
    /// Also empty ones, as `cp -r` does.
    void copy_folders(const std::string& from, const std::string& to);
    /// `cp -n`; false if something did not go well.
    bool copy_file(const std::string& from, const std::string& to, std::optional<std::size_t> cut);
    /// Local state to another laptop, or back to what it was; the derived part may lag.
    void clone_state(const Laptop& from, const Laptop& to);
    void lose_state(Laptop& laptop);
    Laptop& add_laptop();

    const crypto::AgeIdentity& owner() const { return owner_; }
    /// Whether the copy has all that it takes to be opened.
    bool can_be_opened(const Disk& disk) const;
    std::vector<Disk*> disks_here();
    void pass(std::int64_t seconds) { now_ += seconds; }
    bool catalogs_are_files() const { return !real_folder_.empty(); }

    SimulatedFileSystem files;
    std::vector<std::unique_ptr<Laptop>> laptops;
    std::vector<std::unique_ptr<Disk>> disks;
    HeardListener heard;
    JournalPages pages;
    /// Contents that were rightly erased somewhere, or were on a copy that was set back.
    std::set<model::ContentId> excused;

  private:
    void expect_nothing_lost(const Disk& disk, const CopyContents& before, const Cause& cause);
    void expect_due(const Disk& disk, const model::ContentId& content, const Cause& cause);
    void note_let_gos(const Disk& disk);
    std::string real_state(const Laptop& laptop) const;
    std::set<model::TextHash> readable(const Disk& disk,
                                       const archive::IdentityFile& identity) const;
    std::vector<std::string> gone_by(Laptop& laptop, const archive::IdentityFile& identity);

    std::uint64_t seed_;
    std::string real_folder_;
    std::int64_t now_;
    crypto::AgeIdentity owner_;
    std::optional<archive::IdentityFile> identity_;  ///< all keys that were ever seen
    CopyReader reader_;
    std::set<model::FileHash> keys_ever_;
    std::stop_source stop_;
    /// When (in truth) a device first met a let-go.
    std::map<std::tuple<model::DeviceId, model::ItemId, Stamp>, std::int64_t> met_at_;
};

}  // namespace keepsake::testing
