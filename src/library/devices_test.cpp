#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "archive/journal_store.h"
#include "base/error.h"
#include "library/check.h"
#include "library/keep.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/posix_file_system.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Computer;
using testing::Family;
using testing::write_text;

class Devices : public Family {
  protected:
    Devices() : laptop(scratch, "laptop", 2), disk(scratch / "disk") {}

    // As `cp -rn` does: what is not there is added, nothing is replaced.
    static void add_copy(const std::string& from, const std::string& to) {
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::skip_existing);
    }
    void merge_both_ways() {
        add_copy(archive, disk);
        add_copy(disk, archive);
    }
    static std::string content_of(Library& library) {
        return library.catalog().content_hash().value();
    }

    Computer laptop;
    std::string disk;
};

TEST_F(Devices, TwoCopiesMergedByPlainCopyingAreOneCatalog) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    add_copy(archive, disk);
    {
        auto at_home = open();
        keep(at_home, {scratch / "a"});
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "b"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
    }
    merge_both_ways();
    auto at_home = open();
    auto away = open(laptop, disk);
    EXPECT_EQ(items(at_home).size(), 2U);
    EXPECT_EQ(content_of(at_home), content_of(away));
    EXPECT_TRUE(check(at_home, {}, home.heard)->sound());
    EXPECT_TRUE(check(away, {}, laptop.heard)->sound());
}

TEST_F(Devices, ConcurrentWordsStandSideBySideAndOneEditJoinsThem) {
    write_text(scratch / "a/one.jpg", "one");
    model::Subject item;
    {
        auto library = open();
        keep(library, {scratch / "a"});
        item = model::Subject::of(items(library).at(0).item);
    }
    add_copy(archive, disk);
    {
        auto at_home = open();
        ASSERT_TRUE(set_words(at_home, item, "words", "his hands"));
        auto away = open(laptop, disk);
        ASSERT_TRUE(set_words(away, item, "words", std::string(300, 'w')));
    }
    merge_both_ways();
    auto at_home = open();
    auto words = at_home.catalog().standing_words(item, "words").value();
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(content_of(at_home), content_of(*std::make_unique<Library>(open(laptop, disk))));
    ASSERT_TRUE(set_words(at_home, item, "words", "both"));
    words = at_home.catalog().standing_words(item, "words").value();
    ASSERT_EQ(words.size(), 1U);
    EXPECT_EQ(words[0].text, "both");
}

TEST_F(Devices, ARolledBackCopyLacksWhatItsDeviceKnows) {
    add_copy(archive, disk);
    write_text(scratch / "a/one.jpg", "one");
    {
        auto library = open();
        keep(library, {scratch / "a"});
        EXPECT_TRUE(library.gaps()->empty());
    }
    auto old = open(home, disk);
    const auto gaps = old.gaps();
    ASSERT_TRUE(gaps);
    ASSERT_EQ(gaps->size(), 1U);
    EXPECT_EQ(gaps->at(0).missing, 1U);
    EXPECT_FALSE(check(old, {}, home.heard)->sound());
}

// The copy was set back to before the laptop joined, and nobody has the laptop's first segment any
// more. What the laptop knew from it is not said in this copy: it says again who it is.
TEST_F(Devices, WhoseFirstSegmentIsGoneSaysAgainWhoItIs) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    add_copy(archive, disk);
    const auto keep_at = [&](const std::string& path) {
        auto library = open(laptop, disk);
        const std::vector<std::string> paths{path};
        ASSERT_TRUE(library::keep(library, paths, {}, laptop.heard));
    };
    keep_at(scratch / "a");
    fs::remove_all(disk);
    add_copy(archive, disk);
    keep_at(scratch / "b");
    auto at_home = open(home, disk);
    EXPECT_EQ(items(at_home).size(), 1U) << "what the laptop was told is kept counts for all";
}

// The segment that tells who the laptop is was not copied. What it says next tells it again, and
// shows what it had kept.
TEST_F(Devices, WhoSaysAgainWhoItIsSeesWhatItKept) {
    for (const auto* const name : {"a", "b", "c"}) write_text(scratch / name + "/photo.jpg", name);
    add_copy(archive, disk);
    const auto keep_at_disk = [&](Library& library, const std::string& path) {
        const std::vector<std::string> paths{path};
        ASSERT_TRUE(library::keep(library, paths, {}, laptop.heard));
    };
    std::string device;
    {
        auto library = open(laptop, disk);
        keep_at_disk(library, scratch / "a");
        keep_at_disk(library, scratch / "b");
        device = library.device().value().hex();
    }
    for (const auto* const place : {"/journal/", "/mirror/journal/"})
        for (const auto& entry : fs::directory_iterator(disk + place + device + "/0"))
            if (entry.path().filename().string().starts_with("1-")) fs::remove(entry.path());
    auto library = open(laptop, disk);
    EXPECT_TRUE(items(library).empty());
    keep_at_disk(library, scratch / "c");
    EXPECT_EQ(items(library).size(), 2U);
}

// A computer that has gone by neither of two epochs reads what both sides wrote. Once it has joined
// them, what one of the two did not know of waits for its device.
TEST_F(Devices, WhoeverJoinsTwoEpochsShowsWhatCounts) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    add_copy(archive, disk);
    const auto change = [&](Computer& computer, const std::string& copy, const std::string& path) {
        auto library = open(computer, copy);
        const std::vector<std::string> paths{path};
        ASSERT_TRUE(library::keep(library, paths, {}, computer.heard));
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, computer.heard));
    };
    change(home, archive, scratch / "a");
    change(laptop, disk, scratch / "b");
    merge_both_ways();
    Computer other(scratch, "other", 8);
    {
        auto library = open(other, archive);
        ASSERT_TRUE(library.authority().is_undecided());
        ASSERT_TRUE(rotate(library, Library::Joining::side_epochs, false, other.heard));
        const auto shown = content_of(library);
        ASSERT_TRUE(library.rebuild(other.heard));
        EXPECT_EQ(shown, content_of(library)) << "just after it";
    }
    auto library = open(other, archive);
    const auto shown = content_of(library);
    ASSERT_TRUE(library.rebuild(other.heard));
    EXPECT_EQ(shown, content_of(library)) << "the next time";
}

// What this computer leans on stays known, though the device that first named it is retired
// elsewhere by somebody who never saw that segment.
TEST_F(Devices, AnOriginalIsNamedByEverybodyWhoKeptIt) {
    write_text(scratch / "z/old.jpg", "old");
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/again.jpg", "one");
    const std::string story(300, 'w');
    const auto third = scratch / "third";
    add_copy(archive, disk);
    model::Subject item;
    {
        auto away = open(laptop, disk);
        std::vector<std::string> paths{scratch / "z"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
        add_copy(disk, third);
        paths = {scratch / "a"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
        item = model::Subject::of(items(away).at(0).item);
        ASSERT_TRUE(set_words(away, item, "words", story));
    }
    merge_both_ways();
    {
        auto library = open();
        keep(library, {scratch / "b"});
        for (const auto& record : items(library)) {
            if (record.files.at(0).name != "again.jpg") continue;
            ASSERT_TRUE(set_words(library, model::Subject::of(record.item), "words", story));
        }
    }
    Computer other(scratch, "other", 8);
    {
        auto library = open(other, third);
        ASSERT_TRUE(retire_device(library, open(laptop, third).device().value()));
    }
    add_copy(third, archive);
    auto library = open();
    std::uint64_t known = 0;
    for (const auto& record : items(library)) {
        if (record.files.at(0).name != "again.jpg") continue;
        for (const auto& content : {record.files.at(0).content, record.words.at(0).content.value()})
            known += library.catalog().content(content).value().has_value() ? 1U : 0U;
    }
    EXPECT_EQ(known, 2U);
}

// A README that was torn while a copy was made is no reason to tear the other one, too.
TEST_F(Devices, AClonedComputerBecomesTwo) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    write_text(scratch / "c/three.jpg", "three");
    Computer clone(scratch, "clone", 3);
    fs::copy(home.state_folder, clone.state_folder, fs::copy_options::recursive);
    add_copy(archive, disk);
    {
        auto first = open();
        keep(first, {scratch / "a"});
        auto second = open(clone, disk);
        const std::vector<std::string> paths{scratch / "b"};
        ASSERT_TRUE(library::keep(second, paths, {}, clone.heard));
        EXPECT_EQ(first.device(), second.device());
    }
    merge_both_ways();
    auto library = open();
    EXPECT_EQ(items(library).size(), 2U) << "both sides of the fork are kept";
    const auto before = library.device();
    keep(library, {scratch / "c"});
    EXPECT_NE(library.device(), before) << "a device that sees its series forked starts a new one";
    EXPECT_EQ(items(library).size(), 3U);
}

TEST_F(Devices, ARetiredDevicesLaterChangesWaitUntilItTakesThemUpItself) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    write_text(scratch / "c/three.jpg", "three");
    add_copy(archive, disk);
    model::DeviceId away_device;
    {
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "a"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
        away_device = *away.device();
    }
    add_copy(disk, archive);
    {
        auto library = open();
        ASSERT_TRUE(retire_device(library, away_device));
        auto away = open(laptop, disk);  // does not know yet
        const std::vector<std::string> paths{scratch / "b"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
    }
    merge_both_ways();
    {
        auto library = open();
        EXPECT_EQ(items(library).size(), 1U);
        EXPECT_FALSE(library.journal_problems().empty());
    }
    {
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "c"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
        EXPECT_NE(*away.device(), away_device);
    }
    merge_both_ways();
    auto library = open();
    EXPECT_EQ(items(library).size(), 3U);
}

TEST_F(Devices, ADeletedCatalogIsRebuiltToTheSameContent) {
    write_text(scratch / "a/one.jpg", "one");
    std::string before;
    {
        auto library = open();
        keep(library, {scratch / "a"});
        before = content_of(library);
    }
    for (const auto& entry : fs::recursive_directory_iterator(home.state_folder))
        if (entry.path().extension() == ".db") fs::remove(entry.path());
    auto library = open();
    EXPECT_EQ(content_of(library), before);
    ASSERT_TRUE(library.rebuild(home.heard));
    EXPECT_EQ(content_of(library), before);
}

TEST_F(Devices, ALostStateFolderMakesANewDeviceAndLosesNothing) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    {
        auto library = open();
        keep(library, {scratch / "a"});
    }
    fs::remove_all(home.state_folder);
    auto library = open();
    keep(library, {scratch / "b"});
    EXPECT_EQ(items(library).size(), 2U);
    EXPECT_EQ(library.catalog().devices()->size(), 2U);
}

TEST_F(Devices, ADeviceMayKeepWhileLockedWhereItWasAllowedTo) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    EXPECT_FALSE(Library::open_locked(home.environment(), archive));
    {
        auto library = open();
        keep(library, {scratch / "a"});
        ASSERT_TRUE(library.allow_locked(true));
    }
    {
        auto locked = Library::open_locked(home.environment(), archive);
        ASSERT_TRUE(locked) << locked.error().describe();
        EXPECT_EQ(keep(*locked, {scratch / "b"}).kept, 1U);
        EXPECT_EQ(keep(*locked, {scratch / "a"}).kept, 1U) << "it cannot know that it has it";
    }
    auto library = open();
    EXPECT_EQ(items(library).size(), 3U);
    EXPECT_TRUE(library.journal_problems().empty());
    ASSERT_TRUE(tend(library, home.heard));
    EXPECT_TRUE(check(library, {}, home.heard)->sound());
    // After a change of keys it goes on with the new ones.
    ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    {
        write_text(scratch / "c/three.jpg", "three");
        auto locked = Library::open_locked(home.environment(), archive);
        EXPECT_EQ(keep(*locked, {scratch / "c"}).kept, 1U);
    }
    auto again = open();
    EXPECT_EQ(items(again).size(), 4U);
    ASSERT_TRUE(again.allow_locked(false));
    EXPECT_FALSE(Library::open_locked(home.environment(), archive));
}

TEST_F(Devices, ACopyThatWasAwayWhileTheKeysChangedMakesNoComputerForget) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    add_copy(archive, disk);
    model::DeviceId device;
    {
        auto library = open();
        keep(library, {scratch / "a"});
        device = library.device().value();
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    }
    {
        // The old keys must not come to be used again by who has seen the new ones.
        auto away = open(home, disk);
        EXPECT_FALSE(away.device());
        const std::vector<std::string> paths{scratch / "b"};
        const auto kept = library::keep(away, paths, {}, home.heard);
        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().code(), ErrorCode::read_only);
        EXPECT_THAT(kept.error().message(), ::testing::HasSubstr("cp -rn"));
        EXPECT_TRUE(tend(away, home.heard));
    }
    add_copy(archive, disk);
    auto away = open(home, disk);
    EXPECT_EQ(away.device(), device);
    keep(away, {scratch / "b"});
    EXPECT_EQ(away.device(), device);
    EXPECT_EQ(items(away).size(), 2U);
}

TEST_F(Devices, WhatALostComputerKeptCanBeAcceptedAfterTheKeysChangedElsewhere) {
    write_text(scratch / "a/one.jpg", "one");
    add_copy(archive, disk);
    model::DeviceId lost;
    {
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "a"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
        lost = away.device().value();
    }
    {
        auto library = open();
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    }
    merge_both_ways();
    auto library = open();
    EXPECT_TRUE(items(library).empty());
    const auto device = find_device(library, lost.hex().substr(0, 8));
    ASSERT_TRUE(device) << device.error().describe();
    ASSERT_TRUE(accept_device(library, *device));
    ASSERT_TRUE(library.refresh(home.heard));
    EXPECT_EQ(items(library).size(), 1U);
}

TEST_F(Devices, WhatALostComputerKeptCanBeAcceptedThoughTheSegmentThatEnrolledItIsLost) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    add_copy(archive, disk);
    model::DeviceId lost;
    {
        auto away = open(laptop, disk);
        for (const auto* const folder : {"a", "b"}) {
            const std::vector<std::string> paths{scratch / folder};
            ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
        }
        lost = away.device().value();
    }
    // The copy that had it is gone; of another only the later one was copied.
    os::PosixFileSystem files;
    const auto listing = archive::list_journal(files, disk);
    ASSERT_TRUE(listing) << listing.error().describe();
    for (const auto& name : listing->files) {
        if (name.device != lost || name.first_seq > 1) continue;
        fs::remove(disk + "/" + name.path());
        fs::remove(disk + "/mirror/" + name.path());
    }
    merge_both_ways();
    auto library = open();
    EXPECT_TRUE(items(library).empty());
    const auto device = find_device(library, lost.hex().substr(0, 8));
    ASSERT_TRUE(device) << device.error().describe();
    const auto accepted = accept_device(library, *device);
    ASSERT_TRUE(accepted) << accepted.error().describe();
    ASSERT_TRUE(library.refresh(home.heard));
    EXPECT_EQ(items(library).size(), 1U);
}

TEST_F(Devices, ACopyWithoutItsObjectsFolderIsCheckedToTheEnd) {
    write_text(scratch / "a/one.jpg", "one");
    auto library = open();
    keep(library, {scratch / "a"});
    fs::remove_all(archive + "/objects");
    const auto report = check(library, {}, home.heard);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ(report->missing, 2U) << "the folder, and the original";
}

TEST_F(Devices, AnEmptyFolderIsNoArchive) {
    fs::create_directory(scratch / "mount");
    const auto opened = home.open(scratch / "mount", owner);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace keepsake::library
