#include "library/parity_upkeep.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/layout.h"
#include "archive/parity_store.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"
#include "parity/set_shape.h"
#include "parity/work.h"

namespace keepsake::library {
namespace {

using archive::ParityFileName;
using archive::ParityMembers;
using archive::StoredObject;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// Sets grow in tiers: as many as kJoined of one tier become one of the next, so that an object is
// read again a few times in its life and not each time that another is kept. A set past the last
// bound stays as it is.
constexpr std::size_t kJoined = 8;
struct TierBound {
    std::uint64_t bytes;
    std::size_t objects;
};
constexpr std::array kTierBounds{TierBound{8UL << 20U, 8}, TierBound{64UL << 20U, 64},
                                 TierBound{512UL << 20U, 1000}};
// Keeping joins the two lowest tiers (512 MiB at most); the timer's tending joins the rest.
constexpr std::size_t kTiersJoinedByKeeping = 2;
// No set of those tiers has a larger file: its largest member, 8 slices more, and the checksums.
constexpr std::uint64_t kLargestFileOfThose = 80UL << 20U;

std::size_t tier_of(const ParityMembers& set) {
    std::size_t tier = 0;
    for (const auto& bound : kTierBounds)
        if (set.bytes() >= bound.bytes || set.objects.size() >= bound.objects) ++tier;
    return tier;
}

std::string mark_path(const std::string& archive_path) {
    return os::join_path(archive_path, archive::parity_mark_path());
}

class Upkeep {
  public:
    Upkeep(const Environment& environment, archive::Staging& staging, Listener& listener)
        : environment_(&environment), staging_(&staging), listener_(&listener) {}

    const ParityReport& report() const { return report_; }
    const std::unordered_set<model::ObjectId>& damaged() const { return damaged_; }

    // The sets whose files are at most so large. One that cannot be read protects nothing that
    // could be told here; check names it.
    Result<std::vector<ParityMembers>> read_sets(std::uint64_t largest_file_bytes) {
        std::vector<ParityMembers> sets;
        TRY_LET(const auto names,
                archive::list_parity(staging_->files(), staging_->archive_path()));
        for (const auto& name : names) {
            if (name.file_bytes > largest_file_bytes) continue;
            auto members =
                archive::read_members(staging_->files(), staging_->archive_path(), name, work());
            if (members)
                sets.push_back(std::move(*members));
            else if (members.error().code() == ErrorCode::cancelled)
                return std::move(members).error();
        }
        return sets;
    }

    // As many sets as these objects need. Damaged ones are left out, and named.
    Result<> make(std::vector<StoredObject> objects) {
        std::ranges::sort(objects);
        const auto [first, last] = std::ranges::unique(objects);
        objects.erase(first, last);
        std::vector<std::uint64_t> sizes;
        for (const auto& object : objects) {
            sizes.push_back(object.bytes);
            total_bytes_ += object.bytes;
        }
        total_files_ += objects.size();
        auto next = objects.begin();
        for (const auto count : parity::cut_into_sets(sizes)) {
            const auto end = next + static_cast<std::ptrdiff_t>(count);
            TRY(make_one({next, end}));
            next = end;
        }
        return {};
    }

    Result<> remove(std::span<const ParityFileName> sets) {
        return archive::remove_sets(staging_->files(), staging_->archive_path(), sets);
    }

    // Joins sets of the lowest tiers, until none has enough to be joined.
    Result<> join(std::size_t tiers, std::uint64_t largest_file_bytes) {
        while (true) {
            TRY_LET(auto sets, read_sets(largest_file_bytes));
            std::vector<std::vector<ParityMembers>> by_tier(tiers);
            for (auto& set : sets) {
                const auto tier = tier_of(set);
                if (tier < tiers && is_complete(set)) by_tier[tier].push_back(std::move(set));
            }
            const auto full = std::ranges::find_if(
                by_tier, [](const auto& tier) { return tier.size() >= kJoined; });
            if (full == by_tier.end()) return {};
            full->resize(kJoined);
            const auto damaged_before = damaged_.size();
            TRY(replace(*full));
            // What heals a damaged member must stay; so must the others of its tier, for now.
            if (damaged_.size() != damaged_before) return {};
        }
    }

    // Sets over the members of these instead of these. One with a damaged member stays.
    Result<> replace(const std::vector<ParityMembers>& sets) {
        std::vector<StoredObject> objects;
        for (const auto& set : sets)
            objects.insert(objects.end(), set.objects.begin(), set.objects.end());
        const auto protected_before = report_.objects;
        TRY(make(std::move(objects)));
        report_.objects = protected_before;
        return remove(without_damage(sets));
    }

    std::vector<ParityFileName> without_damage(const std::vector<ParityMembers>& sets) const {
        std::vector<ParityFileName> names;
        for (const auto& set : sets)
            if (std::ranges::none_of(set.objects, [&](const StoredObject& object) {
                    return damaged_.contains(object.object);
                }))
                names.push_back(set.name);
        return names;
    }

    bool is_present(const StoredObject& object) const {
        const auto info = staging_->files().info(
            os::join_path(staging_->archive_path(), archive::object_path(object.object)));
        return info && info->kind == os::FileKind::regular && info->size_bytes == object.bytes;
    }

  private:
    bool is_complete(const ParityMembers& set) const {
        return !set.objects.empty() &&
               std::ranges::all_of(set.objects,
                                   [&](const StoredObject& object) { return is_present(object); });
    }

    Result<> make_one(std::vector<StoredObject> objects) {
        std::uint64_t bytes = 0;
        for (const auto& object : objects) bytes += object.bytes;
        auto progress = work();
        progress.progress = [&](std::uint64_t done, std::uint64_t total) {
            const auto part =
                total == 0 ? 0.0 : static_cast<double>(done) / static_cast<double>(total);
            tell(static_cast<std::uint64_t>(part * static_cast<double>(bytes)));
        };
        const auto files = objects.size();
        while (!objects.empty()) {
            TRY_LET(const auto made, archive::make_set(*staging_, objects, progress));
            if (made.name) {
                ++report_.sets;
                report_.objects += objects.size();
                break;
            }
            for (const auto& object : made.damaged) leave_out(object);
            std::erase_if(objects, [&](const StoredObject& object) {
                return damaged_.contains(object.object);
            });
        }
        done_bytes_ += bytes;
        done_files_ += files;
        tell(0);
        return {};
    }

    void leave_out(const model::ObjectId& object) {
        if (!damaged_.insert(object).second) return;
        ++report_.damaged;
        listener_->note(archive::object_path(object) +
                        " is damaged; `keepsake check --repair` tells more");
    }

    void tell(std::uint64_t bytes_of_this) {
        listener_->progress({"Making repair data", done_files_, total_files_,
                             done_bytes_ + bytes_of_this, total_bytes_});
    }

    parity::Work work() const {
        parity::Work work;
        work.threads = environment_->threads;
        work.stop = environment_->stop;
        return work;
    }

    const Environment* environment_;
    archive::Staging* staging_;
    Listener* listener_;
    ParityReport report_;
    std::unordered_set<model::ObjectId> damaged_;
    std::uint64_t done_files_ = 0;
    std::uint64_t total_files_ = 0;
    std::uint64_t done_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

// What stands in objects/, and which of it has recovery data.
class Coverage {
  public:
    explicit Coverage(const std::vector<StoredObject>& present) {
        for (const auto& object : present)
            known_.emplace(object.object, Known{object.bytes, false});
    }
    bool is_present(const StoredObject& object) const {
        const auto at = known_.find(object.object);
        return at != known_.end() && at->second.bytes == object.bytes;
    }
    void cover(const std::vector<StoredObject>& objects) {
        for (const auto& object : objects)
            if (const auto at = known_.find(object.object); at != known_.end())
                at->second.is_covered = at->second.is_covered || at->second.bytes == object.bytes;
    }
    std::vector<StoredObject> uncovered() const {
        std::vector<StoredObject> objects;
        for (const auto& [object, known] : known_)
            if (!known.is_covered) objects.push_back({object, known.bytes});
        return objects;
    }

  private:
    struct Known {
        std::uint64_t bytes;
        bool is_covered;
    };
    std::unordered_map<model::ObjectId, Known> known_;
};

// Whether every member that is not here has gone for good.
Result<bool> are_gone(const ParityMembers& set, const Coverage& coverage,
                      const IsMissed& is_missed) {
    for (const auto& object : set.objects) {
        if (coverage.is_present(object)) continue;
        TRY_LET(const bool missed, is_missed(object.object));
        if (missed) return false;
    }
    return true;
}

}  // namespace

Result<> mark_unprotected(archive::Staging& staging) {
    if (is_marked_unprotected(staging.files(), staging.archive_path())) return {};
    TRY(staging.make_folder(std::string(archive::kParityName)));
    const auto path = mark_path(staging.archive_path());
    auto file = staging.files().create(path, false);
    if (!file && file.error().code() != ErrorCode::exists) return std::move(file).error();
    if (file) TRY((*file)->close());
    return staging.files().sync_directory(os::parent_of(path));
}

bool is_marked_unprotected(os::FileSystem& files, const std::string& archive_path) {
    return files.info(mark_path(archive_path)).has_value();
}

namespace {

Result<> remove_mark(archive::Staging& staging) {
    auto removed = staging.files().remove_file(mark_path(staging.archive_path()));
    if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    return {};
}

}  // namespace

Result<ParityReport> protect(const Environment& environment, archive::Staging& staging,
                             const JustKept& kept, Listener& listener) {
    if (kept.found_mark) return tend_parity(environment, staging, {}, listener);
    if (kept.objects.empty()) return ParityReport{};
    Upkeep upkeep(environment, staging, listener);
    TRY(upkeep.make(kept.objects));
    TRY(remove_mark(staging));
    TRY(upkeep.join(kTiersJoinedByKeeping, kLargestFileOfThose));
    return upkeep.report();
}

Result<ParityReport> tend_parity(const Environment& environment, archive::Staging& staging,
                                 const IsMissed& is_missed, Listener& listener) {
    Upkeep upkeep(environment, staging, listener);
    TRY_LET(const auto sets, upkeep.read_sets(kNoLimit));
    TRY_LET(const auto present, archive::list_objects(staging.files(), staging.archive_path()));
    Coverage coverage(present);
    std::vector<ParityMembers> outdated;
    for (const auto& set : sets) {
        const bool complete = std::ranges::all_of(
            set.objects, [&](const StoredObject& object) { return coverage.is_present(object); });
        if (!complete && is_missed) {
            TRY_LET(const bool gone, are_gone(set, coverage, is_missed));
            if (gone) {
                outdated.push_back(set);
                continue;
            }
        }
        coverage.cover(set.objects);
    }
    TRY(upkeep.make(coverage.uncovered()));
    TRY(upkeep.remove(upkeep.without_damage(outdated)));
    TRY(remove_mark(staging));
    TRY(upkeep.join(kTierBounds.size(), kNoLimit));
    return upkeep.report();
}

Result<ParityReport> tend_parity_of(const Environment& environment, const std::string& archive_path,
                                    Listener& listener) {
    TRY_LET(const auto copy, archive::open_copy(environment.files, archive_path));
    if (copy.access != model::Access::read_write)
        return Error(ErrorCode::read_only,
                     "This archive was made by a newer version; it is read and not written.");
    archive::Staging staging(environment.files, archive_path, environment.random);
    return tend_parity(environment, staging, {}, listener);
}

Result<ParityCoverage> parity_coverage(const Environment& environment,
                                       const std::string& archive_path, Listener& listener) {
    archive::Staging nothing_written(environment.files, archive_path, environment.random);
    Upkeep upkeep(environment, nothing_written, listener);
    TRY_LET(const auto sets, upkeep.read_sets(kNoLimit));
    TRY_LET(const auto present, archive::list_objects(environment.files, archive_path));
    Coverage coverage(present);
    for (const auto& set : sets) coverage.cover(set.objects);
    return ParityCoverage{present.size(), coverage.uncovered().size()};
}

Result<> leave_sets(const Environment& environment, archive::Staging& staging,
                    std::span<const model::ObjectId> leaving, Listener& listener) {
    if (leaving.empty()) return {};
    Upkeep upkeep(environment, staging, listener);
    const std::unordered_set<model::ObjectId> gone(leaving.begin(), leaving.end());
    TRY_LET(auto sets, upkeep.read_sets(kNoLimit));
    std::erase_if(sets, [&](const ParityMembers& set) {
        return std::ranges::none_of(
            set.objects, [&](const StoredObject& object) { return gone.contains(object.object); });
    });
    std::vector<ParityFileName> old;
    for (auto& set : sets) {
        old.push_back(set.name);
        std::erase_if(set.objects, [&](const StoredObject& object) {
            return gone.contains(object.object) || !upkeep.is_present(object);
        });
    }
    if (auto replaced = upkeep.replace(sets); !replaced) {
        if (replaced.error().code() != ErrorCode::no_space) return replaced;
        // Erasing is what makes room: what stays is protected anew when there is.
        TRY(mark_unprotected(staging));
        return upkeep.remove(old);
    }
    if (upkeep.report().damaged == 0) return {};
    return Error(ErrorCode::corrupt,
                 "what was let go is not erased yet: the repair data it shares may heal what is "
                 "damaged; run `keepsake check --repair`");
}

}  // namespace keepsake::library
