#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "faults/family_world.h"
#include "library/check.h"
#include "library/keep.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/entry.h"
#include "support/simulated_disk.h"

// A disk without room for one more byte: what is kept is read, and let go, and erased.
namespace keepsake::testing {
namespace {

class FullDisk : public ::testing::Test {
  protected:
    void SetUp() override {
        world.make_folder("/home/photos");
        for (int i = 0; i < 5; ++i)
            world.put_source("/home/photos/" + std::to_string(i),
                             std::string(20'000, static_cast<char>('a' + i)));
        world.make_archive();
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        world.keep(*library, "/home/photos");
        ASSERT_EQ(world.ledger.claims.back().least, 5U);
    }
    // Other programs take what there is.
    void fill_up() {
        std::uint64_t used = 0;
        for (const auto& [path, bytes] : world.files.snapshot()) used += bytes.size();
        world.files.set_capacity(used);
    }
    bool stands(const std::string& path) const { return world.files.snapshot().contains(path); }
    std::size_t object_count() const {
        std::size_t count = 0;
        for (const auto& path : world.files.paths())
            if (path.starts_with(kObjects) && path.ends_with(".age")) ++count;
        return count;
    }
    std::uint64_t let_go_count(library::Library& library) {
        catalog::ItemFilter filter;
        filter.let_go = true;
        return library.catalog().item_count(filter).value_or(99);
    }

    static constexpr const char* kObjects = "/disk/archive/objects/";
    static constexpr const char* kReserve = "/disk/archive/tmp/reserve";
    FamilyWorld world{1};
};

TEST_F(FullDisk, LettingGoAndErasingStillWork) {
    ASSERT_TRUE(stands(kReserve));
    world.put_source("/home/late", std::string(2'000'000, 'l'));
    fill_up();
    {
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        const std::vector<std::string> paths{"/home/late"};
        const auto refused = library::keep(*library, paths, {}, world.heard);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::no_space);
        EXPECT_TRUE(stands(kReserve)) << "it is not given up for keeping";
        fill_up();

        const auto item = world.item_of(*library, "photos/3");
        ASSERT_TRUE(item);
        const auto done = library::let_go(*library, {{*item}});
        ASSERT_TRUE(done) << done.error().describe();
        EXPECT_EQ(let_go_count(*library), 1U);
        EXPECT_FALSE(stands(kReserve));
    }
    world.files.crash(Unsynced::lost);
    world.files.set_capacity(1ULL << 40U);
    fill_up();
    world.pass_days(91);
    {
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        EXPECT_EQ(let_go_count(*library), 1U);
        // Not even the tick finds room; what is due is erased, and then it does.
        const auto tended = library::tend(*library, world.heard);
        ASSERT_TRUE(tended) << tended.error().describe();
        EXPECT_EQ(tended->erased_objects, 1U);
    }
    EXPECT_EQ(object_count(), 4U);
    world.files.set_capacity(1ULL << 40U);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    ASSERT_TRUE(library::tend(*library, world.heard));
    EXPECT_TRUE(stands(kReserve)) << "where there is room again, some is set aside again";
    const auto report = library::check(*library, {}, world.heard);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_TRUE(report->sound());
}

TEST_F(FullDisk, TheCountBeginsByTheReserve) {
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    world.let_go(*library, "photos/1");
    world.pass_days(2);  // a tick is due
    fill_up();
    const auto tended = library::tend(*library, world.heard);
    ASSERT_TRUE(tended) << tended.error().describe();
    EXPECT_FALSE(stands(kReserve));
}

// To erase it is what makes room.
TEST_F(FullDisk, ASecondObjectGoesByTheReserve) {
    world.copy_missing(FamilyWorld::kArchive, FamilyWorld::kOtherArchive);
    for (const auto& path : world.files.paths()) {
        if (!path.ends_with(".age") || path.find("/other/archive/objects/") != 0) continue;
        ASSERT_TRUE(world.files.remove_file(path));
    }
    world.archive = FamilyWorld::kOtherArchive;
    world.state_folder = "/home/other-state";
    {
        auto library = world.open();
        ASSERT_TRUE(library) << library.error().describe();
        world.keep(*library, "/home/photos");
    }
    world.archive = FamilyWorld::kArchive;
    world.state_folder = "/home/state";
    world.copy_missing(FamilyWorld::kOtherArchive, FamilyWorld::kArchive);
    ASSERT_EQ(object_count(), 10U);
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    fill_up();
    const auto tended = library::tend(*library, world.heard);
    ASSERT_TRUE(tended) << tended.error().describe();
    EXPECT_EQ(object_count(), 5U);
}

TEST_F(FullDisk, WordsAreRefusedAndTheReserveStays) {
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    fill_up();
    const auto item = world.item_of(*library, "photos/1");
    ASSERT_TRUE(item);
    const auto told = library::set_words(*library, model::Subject::of(*item), "words", "new");
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code(), ErrorCode::no_space);
    EXPECT_TRUE(stands(kReserve));
}

TEST_F(FullDisk, AReserveThatWasCutShortIsMadeAnew) {
    world.files.put(kReserve, as_bytes("short"));
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    ASSERT_TRUE(library::tend(*library, world.heard));
    EXPECT_EQ(world.files.info(kReserve)->size_bytes, 1U << 20U);
}

TEST_F(FullDisk, OnASmallDiskNoneIsSetAside) {
    ASSERT_TRUE(world.files.remove_file(kReserve));
    fill_up();
    auto library = world.open();
    ASSERT_TRUE(library) << library.error().describe();
    ASSERT_TRUE(library::tend(*library, world.heard));
    EXPECT_FALSE(stands(kReserve));
}

}  // namespace
}  // namespace keepsake::testing
