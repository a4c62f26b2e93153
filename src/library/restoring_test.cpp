#include "library/restoring.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "library/care.h"
#include "library/check.h"
#include "library/library.h"
#include "library/tell.h"
#include "library/tend.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Family;
using testing::write_text;

class Restoring : public Family {
  protected:
    RestoringReport try_it(Library& library, const RestoringOptions& options = {}) {
        auto report = try_restoring(library, options, home.heard);
        EXPECT_TRUE(report) << report.error().describe();
        for (const auto& entry : fs::recursive_directory_iterator(home.state_folder))
            EXPECT_NE(entry.path().filename(), "restoring") << "it is removed again";
        return *report;
    }
    CareReport care_now() {
        auto report = care(home.environment(), archive, home.heard);
        EXPECT_TRUE(report);
        return *report;
    }
};

TEST_F(Restoring, WhatComesBackIsRemembered) {
    for (int i = 0; i < 12; ++i)
        write_text(scratch / ("src/" + std::to_string(i) + "/a.jpg"),
                   std::string(1000, static_cast<char>('a' + i)));
    auto library = open();
    EXPECT_EQ(try_it(library).originals, 0U) << "there is nothing yet";
    EXPECT_FALSE(care_now().restored);
    keep(library, {scratch / "src"});
    const auto all = try_it(library);
    EXPECT_TRUE(all.sound());
    EXPECT_GE(all.originals, 10U) << "chance finds nearly all of so few";
    EXPECT_EQ(all.bytes, all.originals * 1000);
    EXPECT_EQ(care_now().restored, home.clock.now());
    EXPECT_EQ(care_now().restored_originals, all.originals);
    ASSERT_TRUE(check(library, {}, home.heard));
    EXPECT_EQ(care_now().restored_originals, all.originals) << "a check leaves it as it is";
    EXPECT_EQ(try_it(library, {.originals = 5}).originals, 5U);
    EXPECT_EQ(try_it(library, {.bytes = 3500}).originals, 3U);
    EXPECT_EQ(originals_bytes(library).value(), 12'000U);
}

TEST_F(Restoring, WhatDoesNotComeBackIsSaid) {
    write_text(scratch / "src/a.jpg", std::string(5000, 'a'));
    auto library = open();
    keep(library, {scratch / "src"});
    for (const auto& entry : fs::recursive_directory_iterator(archive + "/objects"))
        if (entry.is_regular_file()) {
            std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(1000);
            file.write("damage", 6);
        }
    const auto report = try_it(library);
    EXPECT_EQ(report.problems, 1U);
    EXPECT_FALSE(report.sound());
    EXPECT_FALSE(care_now().restored);
    EXPECT_TRUE(home.heard.problems.front().first.ends_with("/src/a.jpg"));
}

TEST_F(Restoring, TheBytesAreThoseOfOriginalsThatStandHere) {
    write_text(scratch / "src/a.jpg", std::string(5000, 'a'));
    write_text(scratch / "src/b.jpg", std::string(300, 'b'));
    auto library = open();
    keep(library, {scratch / "src"});
    EXPECT_EQ(originals_bytes(library).value(), 5300U);
    const auto first = items(library).front();
    ASSERT_TRUE(let_go(library, std::vector{first.item}));
    EXPECT_EQ(originals_bytes(library).value(), 5300U) << "it is still here";
    home.clock.pass_days(91);
    ASSERT_TRUE(tend(library, home.heard));
    EXPECT_EQ(care_now().originals, 1U);
    EXPECT_EQ(originals_bytes(library).value(), 5300U - first.files.front().bytes);
}

}  // namespace
}  // namespace keepsake::library
