// Links that stand in the folder into which originals are given back.

#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "library/get.h"
#include "support/family.h"

namespace keepsake::testing {
namespace {

namespace fs = std::filesystem;

class PlantedLinks : public Family {
  protected:
    void SetUp() override {
        Family::SetUp();
        write_text(scratch / "photos/a.jpg", "a");
        write_text(scratch / "photos/2020/b.jpg", "b");
        write_text(scratch / "photos/2020/sea/c.jpg", "c");
        write_text(scratch / "photos/2021/d.jpg", "d");
        auto library = open();
        keep(library, {scratch / "photos"});
        fs::create_directories(scratch / "outside/2020/sea");
        write_text(scratch / "outside/a.jpg", "not to be touched");
        fs::create_directories(scratch / "out");
        before_ = tree_of(scratch / "outside");
    }
    library::GetReport get_all() {
        auto library = open();
        home.heard.problems.clear();
        return library::get(library, {}, scratch / "out", home.heard).value();
    }
    void expect_nothing_outside() {
        EXPECT_EQ(tree_of(scratch / "outside"), before_);
        std::size_t folders = 0;
        for (const auto& entry : fs::recursive_directory_iterator(scratch / "outside"))
            folders += entry.is_directory() ? 1U : 0U;
        EXPECT_EQ(folders, 2U);
    }

    std::map<std::string, std::pair<std::string, std::int64_t>> before_;
};

TEST_F(PlantedLinks, AtTheTopNothingGoesThroughIt) {
    fs::create_directory_symlink(scratch / "outside", scratch / "out/photos");
    const auto report = get_all();
    EXPECT_EQ(report.given, 0U);
    EXPECT_EQ(report.problems, 4U);
    ASSERT_EQ(home.heard.problems.size(), 4U);
    EXPECT_TRUE(home.heard.problems[0].second.contains("is a link to another place"))
        << home.heard.problems[0].second;
    expect_nothing_outside();
}

TEST_F(PlantedLinks, DeeperTheRestIsGivenBack) {
    fs::create_directories(scratch / "out/photos");
    fs::create_directory_symlink("../../outside/2020", scratch / "out/photos/2020");
    const auto report = get_all();
    EXPECT_EQ(report.given, 2U);
    EXPECT_EQ(report.problems, 2U);
    EXPECT_EQ(read_text(scratch / "out/photos/2021/d.jpg"), "d");
    expect_nothing_outside();
}

TEST_F(PlantedLinks, UnderAFilesNameAnotherNameIsTaken) {
    fs::create_directories(scratch / "out/photos/2020/sea");
    fs::create_symlink(scratch / "outside/a.jpg", scratch / "out/photos/a.jpg");
    fs::create_symlink(scratch / "outside/new.jpg", scratch / "out/photos/2020/sea/c.jpg");
    const auto report = get_all();
    EXPECT_EQ(report.given, 4U);
    EXPECT_EQ(read_text(scratch / "out/photos/a (2).jpg"), "a");
    EXPECT_EQ(read_text(scratch / "out/photos/2020/sea/c (2).jpg"), "c");
    expect_nothing_outside();
    // The same again finds them under those names.
    const auto again = get_all();
    EXPECT_EQ(again.given, 0U);
    EXPECT_EQ(again.already, 4U);
}

TEST_F(PlantedLinks, TheFolderThatWasNamedMayBeOne) {
    fs::remove(scratch / "out");
    fs::create_directories(scratch / "real");
    fs::create_directory_symlink("real", scratch / "out");
    EXPECT_EQ(get_all().given, 4U);
    EXPECT_EQ(read_text(scratch / "real/photos/2020/sea/c.jpg"), "c");
    expect_nothing_outside();
}

TEST_F(PlantedLinks, NothingGoesThroughThoseThatComeInBetween) {
    fs::create_directories(scratch / "out/photos/2020");
    std::atomic<bool> done = false;
    const auto folder = scratch / "out/photos/2020";
    const auto away = scratch / "out/photos/away";
    std::thread other([&] {
        while (!done) {
            ::rename(folder.c_str(), away.c_str());
            [[maybe_unused]] const int made =
                ::symlink((scratch / "outside/2020").c_str(), folder.c_str());
            ::unlink(folder.c_str());
            ::rename(away.c_str(), folder.c_str());
        }
    });
    for (int i = 0; i < 20; ++i) {
        auto library = open();
        // It may fail, or give back some: the folder comes and goes.
        static_cast<void>(library::get(library, {}, scratch / "out", home.heard));
        for (const auto* const name : {"/b.jpg", "/sea/c.jpg"}) ::unlink((folder + name).c_str());
    }
    done = true;
    other.join();
    expect_nothing_outside();
}

}  // namespace
}  // namespace keepsake::testing
