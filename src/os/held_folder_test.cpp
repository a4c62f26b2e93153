#include "os/held_folder.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "os/posix_file_system.h"
#include "support/scratch_directory.h"

namespace keepsake::os {
namespace {

namespace fs = std::filesystem;

class Held : public ::testing::Test {
  protected:
    Held() {
        fs::create_directories(scratch_ / "folder/real");
        fs::create_directories(scratch_ / "outside");
    }
    std::unique_ptr<HeldFolder> hold() { return files_.hold_folder(scratch_ / "folder").value(); }
    static Result<> put(HeldFolder& folder, const std::string& path) {
        TRY_LET(const auto file, folder.create(path));
        TRY(file->append(as_bytes("text")));
        return file->close();
    }
    bool nothing_outside() const { return fs::is_empty(scratch_ / "outside"); }

    testing::ScratchDirectory scratch_;
    PosixFileSystem files_;
};

TEST_F(Held, WritesReadsAndRenamesBelow) {
    const auto folder = hold();
    ASSERT_TRUE(folder->make_directories("a/b/c"));
    ASSERT_TRUE(folder->make_directories("a/b/c"));
    ASSERT_TRUE(put(*folder, "a/b/c/file"));
    ASSERT_TRUE(folder->rename_exclusive("a/b/c/file", "a/other"));
    EXPECT_EQ(folder->info("a/other")->size_bytes, 4U);
    EXPECT_EQ(folder->info("a/b/c/file").error().code(), ErrorCode::not_found);
    Bytes read(4);
    EXPECT_EQ(*(*folder->open("a/other"))->read_at(0, read), 4U);
    EXPECT_EQ(as_text(read), "text");
    ASSERT_TRUE(put(*folder, "top"));
    EXPECT_EQ(folder->rename_exclusive("top", "a/other").error().code(), ErrorCode::exists);
    EXPECT_TRUE(folder->sync_directory("a/b"));
    EXPECT_TRUE(folder->sync_directory(""));
    const auto synced = folder->sync_everything();
    EXPECT_TRUE(synced || synced.error().code() == ErrorCode::unsupported);
    EXPECT_TRUE(folder->remove_file("a/other"));
    EXPECT_FALSE(fs::exists(scratch_ / "folder/a/other"));
}

TEST_F(Held, RefusesPathsThatLeadElsewhere) {
    const auto folder = hold();
    const std::vector<std::string> elsewhere{
        "..",  "../outside/x", "real/../../outside/x", "/x", "a//b",
        "./x", "real/",        std::string("a\0b", 3)};
    for (const auto& path : elsewhere) {
        EXPECT_FALSE(is_path_below(path)) << path;
        EXPECT_EQ(put(*folder, path).error().code(), ErrorCode::invalid) << path;
        EXPECT_FALSE(folder->make_directories(path)) << path;
        EXPECT_FALSE(folder->info(path)) << path;
    }
    EXPECT_TRUE(nothing_outside());
}

TEST_F(Held, FollowsNoLinkAtAnyDepth) {
    fs::create_directory_symlink("../outside", scratch_ / "folder/link");
    fs::create_directory_symlink(scratch_ / "outside", scratch_ / "folder/real/link");
    fs::create_symlink(scratch_ / "outside/file", scratch_ / "folder/real/file");
    const auto folder = hold();
    for (const auto* const path : {"link", "link/a", "real/link", "real/link/a/b"})
        EXPECT_EQ(folder->make_directories(path).error().code(), ErrorCode::invalid) << path;
    for (const auto* const path : {"link/x", "real/link/x", "real/file"})
        EXPECT_FALSE(put(*folder, path)) << path;
    EXPECT_FALSE(folder->open("real/file"));
    EXPECT_EQ(folder->info("real/file")->kind, FileKind::symbolic_link);
    EXPECT_FALSE(folder->sync_directory("link"));
    ASSERT_TRUE(put(*folder, "x"));
    EXPECT_FALSE(folder->rename_exclusive("x", "real/link/x"));
    EXPECT_FALSE(folder->rename_exclusive("x", "real/file"));
    EXPECT_TRUE(nothing_outside());
    std::ofstream(scratch_ / "outside/kept") << "kept";
    EXPECT_FALSE(folder->remove_file("link/kept"));
    EXPECT_TRUE(fs::exists(scratch_ / "outside/kept"));
}

TEST_F(Held, TheFolderItselfMayBeNamedByALink) {
    fs::create_directory_symlink("folder", scratch_ / "named");
    const auto folder = files_.hold_folder(scratch_ / "named").value();
    fs::remove(scratch_ / "named");
    fs::create_directory_symlink("outside", scratch_ / "named");
    ASSERT_TRUE(put(*folder, "x"));
    EXPECT_TRUE(fs::exists(scratch_ / "folder/x")) << "it is held, whatever the link becomes";
    EXPECT_TRUE(nothing_outside());
}

// Somebody replaces a folder by a link and back, all the time.
TEST_F(Held, NothingGoesThroughALinkThatComesInBetween) {
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done) {
            ::rename((scratch_ / "folder/real").c_str(), (scratch_ / "folder/away").c_str());
            [[maybe_unused]] const int made =
                ::symlink("../outside", (scratch_ / "folder/real").c_str());
            ::unlink((scratch_ / "folder/real").c_str());
            ::rename((scratch_ / "folder/away").c_str(), (scratch_ / "folder/real").c_str());
        }
    });
    const auto folder = hold();
    int written = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto name = "real/" + std::to_string(i);
        if (!folder->make_directories("real/deep")) continue;
        if (put(*folder, name) && folder->rename_exclusive(name, name + ".jpg")) ++written;
    }
    done = true;
    other.join();
    EXPECT_TRUE(nothing_outside());
    RecordProperty("written", written);
}

}  // namespace
}  // namespace keepsake::os
