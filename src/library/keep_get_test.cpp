#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "library/get.h"
#include "library/keep.h"
#include "library/library.h"
#include "support/family.h"
#include "support/in_child.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Family;
using testing::read_text;
using testing::tree_of;
using testing::write_text;

class KeepAndGet : public Family {
  protected:
    GetReport get_all(Library& library, const std::string& folder) {
        auto report = get(library, {}, folder, home.heard);
        EXPECT_TRUE(report) << report.error().describe();
        return std::move(*report);
    }
    // What comes back into a fresh folder.
    auto given_back(Library& library) {
        const auto folder = scratch / ("out" + std::to_string(++outs_));
        get_all(library, folder);
        return tree_of(folder);
    }

  private:
    int outs_ = 0;
};

TEST_F(KeepAndGet, AFolderComesBackAsItWas) {
    write_text(scratch / "src/a.jpg", "one");
    write_text(scratch / "src/2020/b.jpg", std::string(3'000'000, 'b'));
    write_text(scratch / "src/2020/empty", "");
    write_text(scratch / "src/2020/exact", std::string(65536, 'x'));
    write_text(scratch / ("src/" + std::string(255, 'n')), "long name");
    write_text(scratch / "src/\xff\xfe not utf-8", "bytes");
    write_text(scratch / "src/Caf\xc3\xa9", "composed");
    write_text(scratch / "src/Cafe\xcc\x81", "decomposed");
    auto library = open();
    const auto before = tree_of(scratch / "src");
    const auto report = keep(library, {scratch / "src"});
    EXPECT_EQ(report.kept, 8U);
    EXPECT_EQ(report.problems, 0U);
    EXPECT_EQ(tree_of(scratch / "src"), before) << "sources are only read";
    const auto folder = scratch / "out";
    EXPECT_EQ(get_all(library, folder).given, 8U);
    EXPECT_EQ(tree_of(folder + "/src"), before);
}

TEST_F(KeepAndGet, AnotherLibraryOpensWhatWasKept) {
    write_text(scratch / "src/a.jpg", "one");
    {
        auto library = open();
        keep(library, {scratch / "src"});
    }
    auto library = open();
    EXPECT_EQ(given_back(library).at("src/a.jpg").first, "one");
    testing::Computer other(scratch, "other", 7);
    auto elsewhere = open(other, archive);
    EXPECT_EQ(items(elsewhere).size(), 1U);
}

TEST_F(KeepAndGet, ASecondFolderOfOneNameIsNumbered) {
    write_text(scratch / "x/src/a", "first");
    write_text(scratch / "y/src/a", "second");
    auto library = open();
    keep(library, {scratch / "x/src"});
    keep(library, {scratch / "y/src"});
    const auto tree = given_back(library);
    EXPECT_EQ(tree.at("src/a").first, "first");
    EXPECT_EQ(tree.at("src (2)/a").first, "second");
}

TEST_F(KeepAndGet, TheSameBytesAreStoredOnceAndEveryNameComesBack) {
    write_text(scratch / "src/a", "same");
    write_text(scratch / "src/b", "same");
    write_text(scratch / "src/deep/a", "same");
    auto library = open();
    EXPECT_EQ(keep(library, {scratch / "src"}).kept, 3U);
    std::size_t objects = 0;
    for (const auto& entry : fs::recursive_directory_iterator(archive + "/objects"))
        objects += entry.is_regular_file() ? 1U : 0U;
    EXPECT_EQ(objects, 1U);
    EXPECT_EQ(given_back(library).size(), 3U);
}

TEST_F(KeepAndGet, KeepingAgainGoesOnWhereItStopped) {
    write_text(scratch / "src/a", "one");
    auto library = open();
    keep(library, {scratch / "src"});
    write_text(scratch / "src/b", "two");
    const auto report = keep(library, {scratch / "src"});
    EXPECT_EQ(report.kept, 1U);
    EXPECT_EQ(report.already, 1U);
    EXPECT_EQ(given_back(library).size(), 2U);
}

TEST_F(KeepAndGet, AChangedFileOfOneNameStandsBesideTheFirst) {
    write_text(scratch / "src/a.jpg", "one");
    auto library = open();
    keep(library, {scratch / "src"});
    write_text(scratch / "src/a.jpg", "another");
    keep(library, {scratch / "src"});
    const auto tree = given_back(library);
    EXPECT_EQ(tree.at("src/a.jpg").first, "one");
    EXPECT_EQ(tree.at("src/a (2).jpg").first, "another");
}

TEST_F(KeepAndGet, WhatIsNoFileIsNamedAndTheRestIsKept) {
    write_text(scratch / "src/a", "one");
    ASSERT_EQ(::mkfifo((scratch / "src/pipe").c_str(), 0600), 0);
    fs::create_symlink("/etc/hostname", scratch / "src/outside");
    fs::create_symlink("nowhere", scratch / "src/nowhere");
    fs::create_symlink("loop", scratch / "src/loop");
    fs::create_directory(scratch / "src/deep");
    fs::create_symlink("..", scratch / "src/deep/up");
    fs::create_symlink("a", scratch / "src/inside");
    auto library = open();
    const auto report = keep(library, {scratch / "src"});
    EXPECT_EQ(report.kept, 2U);
    EXPECT_EQ(report.problems, 5U);
    EXPECT_EQ(home.heard.problems.size(), 5U);
    EXPECT_EQ(given_back(library).at("src/inside").first, "one");
}

TEST_F(KeepAndGet, AnUnreadableFileIsNamed) {
    write_text(scratch / "src/a", "one");
    write_text(scratch / "src/secret", "two");
    fs::permissions(scratch / "src/secret", fs::perms::none);
    const bool as_expected = testing::in_child([&] {
        fs::permissions(scratch.path(), fs::perms::all);
        for (const auto& entry : fs::recursive_directory_iterator(archive))
            fs::permissions(entry.path(), fs::perms::all);
        fs::permissions(archive, fs::perms::all);
        if (!testing::become_ordinary()) return false;
        testing::Computer nobody(scratch, "nobody", 5);
        auto library = nobody.open(archive, owner);
        if (!library) return false;
        const std::vector<std::string> paths{scratch / "src"};
        const auto report = library::keep(*library, paths, {}, nobody.heard);
        return report && report->kept == 1 && report->problems == 1 &&
               nobody.heard.problems[0].first == scratch / "src/secret";
    });
    EXPECT_TRUE(as_expected);
}

TEST_F(KeepAndGet, TheArchiveInsideOfTheSourceIsRefused) {
    auto library = open();
    for (const auto& path : {scratch.path(), archive, archive + "/objects"}) {
        const std::vector<std::string> paths{path};
        const auto report = library::keep(library, paths, {}, home.heard);
        ASSERT_FALSE(report) << path;
        EXPECT_EQ(report.error().code(), ErrorCode::invalid);
    }
    EXPECT_TRUE(items(library).empty());
}

TEST_F(KeepAndGet, NothingThatStandsInTheFolderIsReplaced) {
    write_text(scratch / "src/a.jpg", "one");
    auto library = open();
    keep(library, {scratch / "src"});
    write_text(scratch / "out/src/a.jpg", "mine");
    EXPECT_EQ(get_all(library, scratch / "out").given, 1U);
    EXPECT_EQ(read_text(scratch / "out/src/a.jpg"), "mine");
    EXPECT_EQ(read_text(scratch / "out/src/a (2).jpg"), "one");
    EXPECT_EQ(get_all(library, scratch / "out2").given, 1U);
    EXPECT_EQ(get_all(library, scratch / "out2").already, 1U) << "a second time finds it there";
    EXPECT_EQ(tree_of(scratch / "out2").size(), 1U);
}

TEST_F(KeepAndGet, ADamagedOriginalIsNamedAndNothingPartialStays) {
    write_text(scratch / "src/a.jpg", std::string(200'000, 'a'));
    write_text(scratch / "src/b.jpg", "whole");
    auto library = open();
    keep(library, {scratch / "src"});
    for (const auto& entry : fs::recursive_directory_iterator(archive + "/objects")) {
        if (!entry.is_regular_file() || entry.file_size() < 200'000) continue;
        fs::permissions(entry.path(), fs::perms::owner_all);
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(150'000);
        file.put('\x55');
    }
    home.heard.problems.clear();
    const auto report = get_all(library, scratch / "out");
    EXPECT_EQ(report.given, 1U);
    EXPECT_EQ(report.problems, 1U);
    ASSERT_EQ(home.heard.problems.size(), 1U);
    EXPECT_NE(home.heard.problems[0].first.find("a.jpg"), std::string::npos);
    EXPECT_EQ(tree_of(scratch / "out").size(), 1U);
}

TEST_F(KeepAndGet, ADamagedHeaderIsReplacedByTheJournals) {
    write_text(scratch / "src/a.jpg", "one");
    auto library = open();
    keep(library, {scratch / "src"});
    for (const auto& entry : fs::recursive_directory_iterator(archive + "/objects")) {
        if (!entry.is_regular_file()) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(40);
        file.put('\n');
    }
    EXPECT_EQ(given_back(library).at("src/a.jpg").first, "one");
}

TEST_F(KeepAndGet, ASparseFileComesBackTheSame) {
    fs::create_directory(scratch / "src");
    {
        std::ofstream file(scratch / "src/sparse", std::ios::binary);
        file << "start";
    }
    fs::resize_file(scratch / "src/sparse", 20'000'000);
    auto library = open();
    keep(library, {scratch / "src"});
    EXPECT_EQ(given_back(library).at("src/sparse").first, read_text(scratch / "src/sparse"));
}

TEST_F(KeepAndGet, StoppingKeepsWhatWasAcknowledged) {
    for (int i = 0; i < 50; ++i)
        write_text(scratch / ("src/" + std::to_string(i)), std::to_string(i));
    auto library = open();
    home.stop.request_stop();
    const std::vector<std::string> paths{scratch / "src"};
    const auto report = library::keep(library, paths, {}, home.heard);
    const bool cancelled = !report
                               ? report.error().code() == ErrorCode::cancelled
                               : report->stopped && report->stopped->code() == ErrorCode::cancelled;
    EXPECT_TRUE(cancelled);
    EXPECT_FALSE(fs::exists(archive + "/tmp") && !fs::is_empty(archive + "/tmp/") &&
                 items(library).size() == 50);
}

}  // namespace
}  // namespace keepsake::library
