#include "library/parity_upkeep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/parity_store.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "library/check.h"
#include "library/heal.h"
#include "library/keep.h"
#include "library/library.h"
#include "library/tend.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using archive::StoredObject;
using testing::Family;
using testing::read_text;
using testing::write_text;

class RecoveryData : public Family {
  protected:
    RecoveryData() : staging(home.files, archive, home.random) {}

    // Keeps one more file of these many bytes; gives the objects that are new.
    std::vector<StoredObject> keep_one(std::size_t bytes) {
        const auto before = stored();
        std::string content(bytes, '\0');
        home.random.fill({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
        write_text(scratch / ("src/" + std::to_string(++kept_)), content);
        auto library = open();
        keep(library, {scratch / ("src/" + std::to_string(kept_))});
        auto after = stored();
        std::erase_if(after, [&](const StoredObject& object) {
            return std::ranges::find(before, object) != before.end();
        });
        return after;
    }
    std::vector<StoredObject> stored() {
        return archive::list_objects(home.files, archive).value();
    }
    std::size_t sets() { return archive::list_parity(home.files, archive).value().size(); }
    ParityReport protect_these(const std::vector<StoredObject>& objects) {
        auto report = protect(home.environment(), staging, {objects, false}, home.heard);
        EXPECT_TRUE(report) << report.error().describe();
        return report ? *report : ParityReport{};
    }
    ParityReport tend(const IsMissed& is_missed = {}) {
        auto report = tend_parity(home.environment(), staging, is_missed, home.heard);
        EXPECT_TRUE(report) << report.error().describe();
        return report ? *report : ParityReport{};
    }
    std::uint64_t unprotected() {
        return parity_coverage(home.environment(), archive, home.heard).value().unprotected;
    }
    std::string path_of(const StoredObject& object) {
        return archive + "/objects/" + object.object.hex().substr(0, 2) + "/" +
               object.object.hex() + ".age";
    }
    void spoil(const std::string& path, std::size_t at, std::size_t count = 1) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(at));
        for (std::size_t i = 0; i < count; ++i) file.put('\x5a');
        ASSERT_TRUE(file.good());
    }
    std::vector<model::ObjectId> heal(std::vector<model::ObjectId> hurt) {
        const OnHealed told = [&](const std::string& path, const std::string& from) {
            healed.emplace_back(path, from);
        };
        auto left =
            heal_from_parity(home.environment(), staging, std::move(hurt), told, home.heard);
        EXPECT_TRUE(left) << left.error().describe();
        return left ? *left : std::vector<model::ObjectId>{};
    }

    archive::Staging staging;
    std::vector<std::pair<std::string, std::string>> healed;

  private:
    int kept_ = 0;
};

TEST_F(RecoveryData, OnePhotographIsBroughtBackWhole) {
    const auto objects = keep_one(300'000);
    protect_these(objects);
    EXPECT_EQ(unprotected(), 0U);
    const auto path = path_of(objects[0]);
    const auto before = read_text(path);
    fs::remove(path);
    EXPECT_TRUE(heal({objects[0].object}).empty());
    EXPECT_EQ(read_text(path), before);
    ASSERT_EQ(healed.size(), 1U);
    EXPECT_EQ(healed[0].second, "its repair data");
    for (const auto& entry : fs::recursive_directory_iterator(archive + "/tmp"))
        EXPECT_TRUE(entry.is_directory() || entry.path().filename() == "reserve" ||
                    entry.path().filename() == "lock")
            << entry.path() << " is left over";
}

TEST_F(RecoveryData, SpoiledBytesAreHealedAndTheRestIsLeftAlone) {
    auto objects = keep_one(300'000);
    const auto more = keep_one(200'000);
    objects.insert(objects.end(), more.begin(), more.end());
    protect_these(objects);
    const auto before = read_text(path_of(objects[0]));
    const auto other_time = fs::last_write_time(path_of(objects[1]));
    spoil(path_of(objects[0]), 1000, 20'000);
    EXPECT_TRUE(heal({objects[0].object}).empty());
    EXPECT_EQ(read_text(path_of(objects[0])), before);
    EXPECT_EQ(fs::last_write_time(path_of(objects[1])), other_time);
}

TEST_F(RecoveryData, WhatIsLostBeyondItStaysAsItIs) {
    std::vector<StoredObject> objects;
    for (int i = 0; i < 4; ++i)
        for (const auto& object : keep_one(200'000)) objects.push_back(object);
    protect_these(objects);
    for (int i = 0; i < 3; ++i) spoil(path_of(objects[static_cast<std::size_t>(i)]), 0, 200'000);
    const auto damaged = read_text(path_of(objects[0]));
    const auto left = heal({objects[0].object, objects[1].object, objects[2].object});
    EXPECT_EQ(left.size(), 3U);
    EXPECT_EQ(read_text(path_of(objects[0])), damaged);
    EXPECT_TRUE(healed.empty());
}

TEST_F(RecoveryData, SmallSetsAreJoinedAsTheyGrow) {
    for (int i = 0; i < 40; ++i) {
        protect_these(keep_one(20'000));
        EXPECT_LT(sets(), 16U);
        EXPECT_EQ(unprotected(), 0U);
    }
    EXPECT_EQ(stored().size(), 40U);
}

TEST_F(RecoveryData, NothingIsMadeOverDamage) {
    const auto objects = keep_one(100'000);
    const auto more = keep_one(50'000);
    spoil(path_of(objects[0]), 500);
    const auto report = protect_these({objects[0], more[0]});
    EXPECT_EQ(report.damaged, 1U);
    EXPECT_EQ(report.objects, 1U);
    EXPECT_EQ(unprotected(), 1U);
    ASSERT_EQ(home.heard.notes.size(), 1U);
    EXPECT_NE(home.heard.notes[0].find(objects[0].object.hex()), std::string::npos);
}

TEST_F(RecoveryData, WhatHealsADamagedMemberIsNotJoinedAway) {
    std::vector<StoredObject> all;
    for (int i = 0; i < 7; ++i) {
        const auto objects = keep_one(20'000);
        protect_these(objects);
        all.insert(all.end(), objects.begin(), objects.end());
    }
    const auto before = read_text(path_of(all[0]));
    spoil(path_of(all[0]), 700);
    protect_these(keep_one(20'000));
    EXPECT_TRUE(heal({all[0].object}).empty());
    EXPECT_EQ(read_text(path_of(all[0])), before);
}

TEST_F(RecoveryData, AnEarlierRunThatDidNotEndIsMadeUpFor) {
    ASSERT_TRUE(mark_unprotected(staging));
    keep_one(20'000);
    keep_one(30'000);
    EXPECT_TRUE(is_marked_unprotected(home.files, archive));
    EXPECT_EQ(unprotected(), 2U);
    const auto report = tend();
    EXPECT_EQ(report.objects, 2U);
    EXPECT_EQ(unprotected(), 0U);
    EXPECT_FALSE(is_marked_unprotected(home.files, archive));
    EXPECT_EQ(tend().sets, 0U) << "there is nothing left to do";
}

TEST_F(RecoveryData, WhatIsErasedCannotBeBroughtBack) {
    const auto gone = keep_one(100'000);
    const auto stays = keep_one(90'000);
    protect_these({gone[0], stays[0]});
    const std::vector<model::ObjectId> leaving{gone[0].object};
    ASSERT_TRUE(leave_sets(home.environment(), staging, leaving, home.heard));
    fs::remove(path_of(gone[0]));
    EXPECT_EQ(heal({gone[0].object}).size(), 1U);
    EXPECT_FALSE(fs::exists(path_of(gone[0])));
    EXPECT_EQ(unprotected(), 0U) << "what stays is protected still";
}

TEST_F(RecoveryData, ErasingWaitsWhereItWouldTakeWhatCanHeal) {
    const auto gone = keep_one(100'000);
    const auto stays = keep_one(90'000);
    protect_these({gone[0], stays[0]});
    spoil(path_of(stays[0]), 5'000);
    const std::vector<model::ObjectId> leaving{gone[0].object};
    const auto left = leave_sets(home.environment(), staging, leaving, home.heard);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code(), ErrorCode::corrupt);
    EXPECT_TRUE(heal({stays[0].object}).empty());
    EXPECT_TRUE(leave_sets(home.environment(), staging, leaving, home.heard));
}

// Of two objects of one content one goes; until it can, nothing is said of it again and again.
TEST_F(RecoveryData, WhereASecondObjectMustStayNothingIsSaidOfIt) {
    const auto first = keep_one(100'000);
    const auto stays = keep_one(90'000);
    std::string disk = scratch / "disk";
    fs::copy(archive, disk, fs::copy_options::recursive);
    for (const auto& object : {first[0], stays[0]})
        fs::remove(disk + path_of(object).substr(archive.size()));
    {
        testing::Computer laptop(scratch, "laptop", 5);
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "src/1"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
    }
    fs::copy(disk, archive, fs::copy_options::recursive | fs::copy_options::skip_existing);
    ASSERT_EQ(stored().size(), 3U);
    protect_these(stored());
    const auto path = path_of(stays[0]);
    const auto before = read_text(path);
    spoil(path, 5'000);
    const auto segments = [&] {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(archive + "/journal"))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    };
    auto library = open();
    const auto said = segments();
    ASSERT_TRUE(library::tend(library, home.heard));
    ASSERT_TRUE(library::tend(library, home.heard));
    EXPECT_EQ(stored().size(), 3U);
    EXPECT_EQ(segments(), said);
    write_text(path, before);
    ASSERT_TRUE(library::tend(library, home.heard));
    EXPECT_EQ(stored().size(), 2U);
    EXPECT_EQ(segments(), said + 1);
    EXPECT_TRUE(check(library, {}, home.heard)->sound());
}

TEST_F(RecoveryData, SetsWithoutTheirMembersAreMadeAnewWhereTheyHaveGoneForGood) {
    const auto gone = keep_one(100'000);
    const auto stays = keep_one(90'000);
    protect_these({gone[0], stays[0]});
    const auto set = archive::list_parity(home.files, archive).value();
    fs::remove(path_of(gone[0]));
    tend([](const model::ObjectId&) { return Result<bool>(true); });
    EXPECT_EQ(archive::list_parity(home.files, archive).value(), set) << "lost, not gone";
    tend([](const model::ObjectId&) { return Result<bool>(false); });
    EXPECT_NE(archive::list_parity(home.files, archive).value(), set);
    EXPECT_EQ(heal({gone[0].object}).size(), 1U);
}

TEST_F(RecoveryData, TheTwoPlacesOfEverythingSmallHealEachOther) {
    keep_one(1000);
    std::set<std::string> expected;
    std::size_t number = 0;
    for (const auto& entry : fs::recursive_directory_iterator(archive)) {
        const auto path = entry.path().lexically_relative(archive).string();
        const bool in_mirror = path.starts_with("mirror/");
        const auto top = path.substr(0, path.find('/'));
        if (!entry.is_regular_file() || top == "objects" || top == "tmp" || top == "parity")
            continue;
        if (in_mirror == (++number % 2 == 0)) continue;
        const auto second = in_mirror ? path.substr(7) : "mirror/" + path;
        if (expected.contains(second)) continue;
        if (number % 3 == 0)
            fs::remove(entry.path());
        else
            spoil(entry.path().string(), 10);
        expected.insert(path);
    }
    ASSERT_GE(expected.size(), 3U);
    auto library = open();
    std::set<std::string> told;
    const auto plain = library.catalog().plain_files().value();
    const auto done =
        heal_mirrors(staging, library.copy().manifest.archive, {}, plain,
                     [&](const std::string& path, const std::string&) { told.insert(path); });
    ASSERT_TRUE(done) << done.error().describe();
    EXPECT_EQ(told, expected);
    for (const auto& path : expected) {
        const auto second = path.starts_with("mirror/") ? path.substr(7) : "mirror/" + path;
        EXPECT_EQ(read_text(archive + "/" + path), read_text(archive + "/" + second)) << path;
    }
}

TEST_F(RecoveryData, AHeaderIsHealedByTheJournal) {
    const auto objects = keep_one(100'000);
    const auto before = read_text(path_of(objects[0]));
    spoil(path_of(objects[0]), 40);
    auto library = open();
    const auto left = heal_headers(
        library, {objects[0].object},
        [&](const std::string& path, const std::string& from) { healed.emplace_back(path, from); });
    ASSERT_TRUE(left) << left.error().describe();
    EXPECT_TRUE(left->empty());
    EXPECT_EQ(read_text(path_of(objects[0])), before);
    spoil(path_of(objects[0]), 40, 2'000);
    EXPECT_EQ(heal_headers(library, {objects[0].object}, [](const auto&, const auto&) {}).value(),
              std::vector{objects[0].object});
}

}  // namespace
}  // namespace keepsake::library
