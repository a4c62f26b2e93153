#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "archive/journal_store.h"
#include "archive/layout.h"
#include "archive/object_file.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "faults/family_world.h"
#include "library/keep.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/tend.h"
#include "model/entry.h"
#include "support/simulated_disk.h"

// What replaces something is proved before what it replaces goes (docs/write-ordering.md, M7), each
// proof by itself: where two stand one behind the other, one hides that the other is missing.
namespace keepsake::testing {
namespace {

class Proofs : public ::testing::Test {
  protected:
    Proofs() : world(1) {
        world.put_source("/home/a", "an original of some bytes");
        world.make_archive();
    }
    library::Library open() {
        auto library = world.open();
        if (!library) throw std::runtime_error(library.error().describe());
        return std::move(*library);
    }
    std::vector<archive::JournalFileName> segments() {
        const auto listing = archive::list_journal(world.files, world.archive);
        return listing ? listing->files : std::vector<archive::JournalFileName>{};
    }
    Result<archive::JournalFileName> roll_up(library::Library& library,
                                             const std::vector<archive::JournalFileName>& inside) {
        return archive::roll_up(library.staging(), inside, library.identity().identities(),
                                library.current_epoch().identity.recipient(), world.random);
    }
    std::uint64_t files_below(const std::string& path) {
        const auto all = world.files.snapshot();
        return static_cast<std::uint64_t>(std::ranges::count_if(
            all, [&](const auto& file) { return file.first.starts_with(path); }));
    }

    FamilyWorld world;
};

/// Whether the original of a file that was kept is there, and whole.
bool has_whole(FamilyWorld& world, library::Library& library, const std::string& file) {
    const auto found = world.item_of(library, file);
    if (!found) return false;
    const auto item = library.catalog().item(*found).value();
    if (!item) return false;
    const auto content = library.catalog().content(item->files.front().content).value();
    archive::ObjectBuffers buffers;
    return content && library::is_whole(world.files, world.archive, library.identity().identities(),
                                        *content, buffers, {})
                          .value();
}

// Two computers kept the same bytes, and the copies were brought together.
TEST_F(Proofs, OfTwoObjectsNoneGoesBeforeTheOtherWasRead) {
    world.copy_missing(FamilyWorld::kArchive, FamilyWorld::kOtherArchive);
    world.archive = FamilyWorld::kOtherArchive;
    world.state_folder = "/home/other-state";
    {
        auto library = open();
        world.keep(library, "/home/a");
    }
    world.archive = FamilyWorld::kArchive;
    world.state_folder = "/home/state";
    auto library = open();
    world.keep(library, "/home/a");
    world.copy_missing(FamilyWorld::kOtherArchive, FamilyWorld::kArchive);
    ASSERT_TRUE(library.refresh(world.heard));
    const auto contents = library.catalog().contents_with_several_objects();
    ASSERT_TRUE(contents);
    ASSERT_EQ(contents->size(), 1U);
    const auto content = library.catalog().content(contents->front()).value();
    ASSERT_TRUE(content);
    // The one that is preferred.
    const auto best = std::ranges::min(content->objects, {}, &catalog::ObjectRecord::object);
    world.files.flip_bit(world.archive + "/" + archive::object_path(best.object),
                         8 * best.object_bytes - 1);

    ASSERT_TRUE(library::tend(library, world.heard));
    archive::ObjectBuffers buffers;
    EXPECT_TRUE(library::is_whole(world.files, world.archive, library.identity().identities(),
                                  *content, buffers, {})
                    .value())
        << "what was whole was removed";
}

TEST_F(Proofs, ARollupThatWasSpoiltIsNone) {
    auto library = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(library.commit({model::Tick{}}));
    const auto inside = segments();
    ASSERT_TRUE(roll_up(library, inside));  // makes folders that are not made again
    world.files.set_plan({});
    ASSERT_TRUE(roll_up(library, inside));
    const auto operations = world.files.operations();
    std::uint64_t spoilt = 0;
    for (std::uint64_t at = 0; at < operations.size(); ++at) {
        if (operations[at].name != "append") continue;
        world.files.set_plan({.fail_at = at, .spoil = true});
        EXPECT_FALSE(roll_up(library, inside)) << operations[at].path;
        ++spoilt;
    }
    EXPECT_EQ(spoilt, 2U) << "in the archive and in its mirror";
}

TEST_F(Proofs, SegmentsGoOnlyWhereTheirRollupStandsInBothPlaces) {
    auto library = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(library.commit({model::Tick{}}));
    const auto inside = segments();
    const auto rollup = roll_up(library, inside);
    ASSERT_TRUE(rollup) << rollup.error().describe();
    const auto before = files_below(world.archive);
    for (const auto& place : {std::string("/"), std::string("/mirror/")}) {
        const auto path = world.archive + place + rollup->path();
        world.files.flip_bit(path, 8001);
        EXPECT_FALSE(archive::remove_rolled_up(library.staging(), *rollup, inside,
                                               library.identity().identities()))
            << path;
        EXPECT_EQ(files_below(world.archive), before);
        world.files.flip_bit(path, 8001);
    }
    EXPECT_TRUE(archive::remove_rolled_up(library.staging(), *rollup, inside,
                                          library.identity().identities()));
    EXPECT_LT(files_below(world.archive), before);
}

// M8 by itself: reading back would find what a failed sync lost, so nothing is read back here.
// After such a failure a disk takes the lost bytes for written, and the next sync succeeds.
TEST(Syncs, OneThatFailedIsNotTriedAgainAndBelieved) {
    const std::vector<std::string> paths{"/home/b"};
    std::uint64_t failed = 0;
    for (const std::string name : {"sync_everything", "sync", "sync_directory"})
        for (std::uint64_t at = 0;; ++at) {
            FamilyWorld world(1);
            world.make_folder("/home/b");
            // Few are synced one by one.
            for (int i = 0; i < (name == "sync_everything" ? 40 : 1); ++i)
                world.put_source("/home/b/" + std::to_string(i), "original " + std::to_string(i));
            world.make_archive();
            auto library = world.open();
            ASSERT_TRUE(library) << library.error().describe();
            world.files.set_plan({.only = name, .fail_at = at});
            const auto report = library::keep(*library, paths, {.read_back = false}, world.heard);
            if (!world.files.has_failed()) break;
            ++failed;
            world.files.crash(Unsynced::lost);
            if (!report || report->kept == 0) continue;
            auto after = world.open();
            ASSERT_TRUE(after) << after.error().describe();
            for (const auto& file : world.names_below("/home/b"))
                EXPECT_TRUE(has_whole(world, *after, file)) << file << ": " << name << " " << at;
        }
    EXPECT_GT(failed, 5U);
}

// What a disk takes for written though it lost it, the folders of objects too, is not built upon by
// what is kept next.
TEST(Syncs, WhatIsKeptAfterOneThatFailedIsThere) {
    const std::vector<std::string> paths{"/home/b"};
    std::uint64_t failed = 0;
    for (std::uint64_t at = 0;; ++at) {
        FamilyWorld world(1);
        world.make_folder("/home/b");
        for (int i = 0; i < 40; ++i)
            world.put_source("/home/b/" + std::to_string(i), "original " + std::to_string(i));
        world.make_archive();
        {
            auto library = world.open();
            ASSERT_TRUE(library) << library.error().describe();
            world.files.set_plan({.only = "sync_everything", .fail_at = at});
            static_cast<void>(library::keep(*library, paths, {}, world.heard));
        }
        if (!world.files.has_failed()) break;
        ++failed;
        world.files.set_plan({});
        {
            auto library = world.open();
            ASSERT_TRUE(library) << library.error().describe();
            const auto report = library::keep(*library, paths, {}, world.heard);
            ASSERT_TRUE(report) << report.error().describe();
            EXPECT_EQ(report->kept + report->already, 40U);
        }
        world.files.crash(Unsynced::lost);
        auto after = world.open();
        ASSERT_TRUE(after) << after.error().describe();
        for (const auto& file : world.names_below("/home/b"))
            EXPECT_TRUE(has_whole(world, *after, file)) << file << ": " << at;
    }
    EXPECT_GE(failed, 3U);
}

}  // namespace
}  // namespace keepsake::testing
