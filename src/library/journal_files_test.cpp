// What becomes of the journal's files: damaged, gone, mirrored, joined.
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "archive/journal_store.h"
#include "base/error.h"
#include "library/check.h"
#include "library/library.h"
#include "library/tend.h"
#include "model/entry.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Family;
using testing::write_text;

class JournalFiles : public Family {
  protected:
    // As `cp -rn` does.
    static void add_copy(const std::string& from, const std::string& to) {
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::skip_existing);
    }
    static std::string content_of(Library& library) {
        return library.catalog().content_hash().value();
    }
    std::string disk = scratch / "disk";
};

TEST_F(JournalFiles, AMirrorIsMendedFromWholeFilesAlone) {
    for (const std::string name : {"README.txt", "open-without-keepsake.sh"}) {
        const auto whole = testing::read_text(archive + "/" + name);
        write_text(archive + "/" + name, whole.substr(0, whole.size() / 2));
        fs::remove(archive + "/mirror/" + name);
        {
            auto library = open();
            ASSERT_TRUE(library.mend_mirror());
        }
        EXPECT_FALSE(fs::exists(archive + "/mirror/" + name));
        write_text(archive + "/" + name, whole);
        auto library = open();
        ASSERT_TRUE(library.mend_mirror());
        EXPECT_EQ(testing::read_text(archive + "/mirror/" + name), whole);
    }
}

TEST_F(JournalFiles, TheMirrorStandsInForADamagedSegment) {
    write_text(scratch / "a/one.jpg", "one");
    {
        auto library = open();
        keep(library, {scratch / "a"});
    }
    for (const auto& entry : fs::recursive_directory_iterator(archive + "/journal"))
        if (entry.is_regular_file()) write_text(entry.path().string(), "damaged");
    fs::remove_all(home.state_folder);
    auto library = open();
    EXPECT_EQ(items(library).size(), 1U);
    EXPECT_FALSE(library.journal_problems().empty());
    const auto report = check(library, {}, home.heard);
    EXPECT_GT(report->damaged, 0U);
}

TEST_F(JournalFiles, AJournalThatIsGoneIsToldFromADiskThatIsGone) {
    open();
    fs::remove_all(archive + "/journal");
    fs::remove_all(archive + "/mirror/journal");
    auto listing = archive::list_journal(home.environment().files, archive);
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code(), ErrorCode::corrupt);
    fs::remove_all(archive);
    fs::create_directories(archive);  // the folder that the disk was mounted on
    listing = archive::list_journal(home.environment().files, archive);
    ASSERT_FALSE(listing);
    EXPECT_EQ(listing.error().code(), ErrorCode::not_found);
}

TEST_F(JournalFiles, OldSegmentsBecomeOneFileThatSaysTheSame) {
    write_text(scratch / "a/one.jpg", "one");
    const auto journal_files = [&](const std::string& base) {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(base + "/journal"))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    };
    std::string before;
    {
        auto library = open();
        keep(library, {scratch / "a"});
        for (int i = 0; i < 300; ++i) ASSERT_TRUE(library.commit({model::Tick{}}));
        before = content_of(library);
        add_copy(archive, disk);
        EXPECT_EQ(journal_files(archive), 302U);
        const auto report = tend(library, home.heard);
        ASSERT_TRUE(report) << report.error().describe();
        EXPECT_GE(report->rolled_up, 200U);
        EXPECT_LT(journal_files(archive), 100U);
        EXPECT_EQ(journal_files(archive), journal_files(archive + "/mirror"));
        EXPECT_EQ(content_of(library), before);
    }
    {
        auto library = open();
        EXPECT_EQ(content_of(library), before);
        EXPECT_TRUE(check(library, {}, home.heard)->sound());
    }
    // A copy that still has the segments brings them back; they go again.
    add_copy(disk, archive);
    fs::remove_all(home.state_folder);
    auto library = open();
    EXPECT_EQ(content_of(library), before);
    EXPECT_EQ(items(library).size(), 1U);
}

// Each with as many entries as a segment may have: long before there are many of them, they fill a
// rollup.
TEST_F(JournalFiles, LargeOldSegmentsBecomeOneFileBeforeThereAreMany) {
    auto library = open();
    const model::Set large{{"archive"}, "song", {}, '"' + std::string(600'000, 'a') + '"'};
    for (int i = 0; i < 85; ++i) ASSERT_TRUE(library.commit({large}));
    const auto before = content_of(library);
    const auto report = tend(library, home.heard);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_GT(report->rolled_up, 20U);
    EXPECT_LE(report->rolled_up, 40U) << "the newest are left alone";
    EXPECT_EQ(content_of(library), before);
    fs::remove_all(home.state_folder);
    auto again = open();
    EXPECT_EQ(content_of(again), before);
    EXPECT_TRUE(again.journal_problems().empty());
}

}  // namespace
}  // namespace keepsake::library
