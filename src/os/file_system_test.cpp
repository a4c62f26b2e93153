#include "os/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/posix_file_system.h"
#include "support/scratch_directory.h"

namespace keepsake::os {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class FreeFunctions : public ::testing::Test {
  protected:
    Result<> write(const std::string& path, std::string_view text, Existing existing) {
        return write_file(files_, path, as_bytes(text), existing, false);
    }
    std::string text_of(const std::string& path) {
        const auto bytes = read_file(files_, path, 1'000'000);
        return bytes ? std::string(as_text(*bytes)) : "(" + bytes.error().message() + ")";
    }
    mode_t mode_of(const std::string& path) {
        struct stat status{};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0);
        return status.st_mode & 07777U;
    }

    testing::ScratchDirectory scratch_;
    PosixFileSystem files_;
};

TEST(Paths, AreJoined) {
    EXPECT_EQ(join_path("a", "b"), "a/b");
    EXPECT_EQ(join_path("a/", "b"), "a/b");
    EXPECT_EQ(join_path("/", "b"), "/b");
    EXPECT_EQ(join_path("", "b"), "b");
    EXPECT_EQ(join_path("a", ""), "a");
}

TEST(Paths, HaveALastComponent) {
    EXPECT_EQ(file_name_of("/a/b/c"), "c");
    EXPECT_EQ(file_name_of("/a/b/c//"), "c");
    EXPECT_EQ(file_name_of("c"), "c");
    EXPECT_EQ(file_name_of("/"), "/");
    EXPECT_EQ(file_name_of("///"), "/");
    EXPECT_EQ(file_name_of(""), "");
}

TEST(Paths, HaveAParent) {
    EXPECT_EQ(parent_of("/a/b/c"), "/a/b");
    EXPECT_EQ(parent_of("a//b"), "a");
    EXPECT_EQ(parent_of("a/b/"), "a");
    EXPECT_EQ(parent_of("/a"), "/");
    EXPECT_EQ(parent_of("//a"), "/");
    EXPECT_EQ(parent_of("/"), "/");
    EXPECT_EQ(parent_of("a"), ".");
    EXPECT_EQ(parent_of(""), ".");
}

TEST(Paths, NamesOfFiles) {
    EXPECT_TRUE(is_file_name("a"));
    EXPECT_TRUE(is_file_name("..."));
    EXPECT_TRUE(is_file_name("\xff\n "));
    EXPECT_TRUE(is_file_name(std::string(255, 'x')));
    EXPECT_FALSE(is_file_name(std::string(256, 'x')));
    EXPECT_FALSE(is_file_name(""));
    EXPECT_FALSE(is_file_name("."));
    EXPECT_FALSE(is_file_name(".."));
    EXPECT_FALSE(is_file_name("a/b"));
    EXPECT_FALSE(is_file_name(std::string_view("a\0b", 3)));
}

TEST_F(FreeFunctions, MakesMissingDirectories) {
    ASSERT_TRUE(make_directories(files_, scratch_ / "a/b/c", false));
    ASSERT_TRUE(make_directories(files_, scratch_ / "a/b/c/", false));
    ASSERT_TRUE(make_directories(files_, scratch_ / "a//b/./s/t", true));
    EXPECT_EQ(files_.info(scratch_ / "a/b/c")->kind, FileKind::directory);
    EXPECT_EQ(mode_of(scratch_ / "a/b/s/t"), 0700U);
    EXPECT_EQ(mode_of(scratch_ / "a/b/s"), 0700U);
}

TEST_F(FreeFunctions, MakesDirectoriesBehindALink) {
    ASSERT_TRUE(make_directories(files_, scratch_ / "real", false));
    ASSERT_EQ(::symlink("real", (scratch_ / "link").c_str()), 0);
    ASSERT_TRUE(make_directories(files_, scratch_ / "link/x", false));
    ASSERT_TRUE(write(scratch_ / "link/file", "hello", Existing::refuse));
    EXPECT_EQ(text_of(scratch_ / "real/file"), "hello");
    EXPECT_EQ(files_.info(scratch_ / "real/x")->kind, FileKind::directory);
}

TEST_F(FreeFunctions, MakesNoDirectoryWhereAFileIs) {
    ASSERT_TRUE(write(scratch_ / "file", "hello", Existing::refuse));
    ASSERT_EQ(::symlink("nowhere", (scratch_ / "dangling").c_str()), 0);
    EXPECT_EQ(make_directories(files_, scratch_ / "file", false).error().code(), ErrorCode::exists);
    EXPECT_EQ(make_directories(files_, scratch_ / "file/a/b", false).error().code(),
              ErrorCode::exists);
    EXPECT_FALSE(make_directories(files_, scratch_ / "dangling", false));
    EXPECT_FALSE(make_directories(files_, scratch_ / "dangling/a", false));
    EXPECT_FALSE(make_directories(files_, "", false));
    EXPECT_THAT(*files_.list(scratch_.path()), SizeIs(2));
}

TEST_F(FreeFunctions, ReadsAtMostTheLimit) {
    ASSERT_TRUE(write(scratch_ / "file", "12345", Existing::refuse));
    EXPECT_EQ(as_text(*read_file(files_, scratch_ / "file", 5)), "12345");
    EXPECT_EQ(read_file(files_, scratch_ / "file", 4).error().code(), ErrorCode::limit);
    EXPECT_EQ(read_file(files_, scratch_ / "none", 4).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(write(scratch_ / "empty", "", Existing::refuse));
    EXPECT_THAT(*read_file(files_, scratch_ / "empty", 0), IsEmpty());
}

TEST_F(FreeFunctions, ReadsAFileThatTellsNoSize) {
    const auto bytes = read_file(files_, "/proc/self/limits", 1'000'000);
    if (!bytes && bytes.error().code() == ErrorCode::not_found) GTEST_SKIP() << "no /proc here";
    EXPECT_TRUE(as_text(*bytes).contains("Max file size"));
    EXPECT_EQ(read_file(files_, "/proc/self/limits", 10).error().code(), ErrorCode::limit);
}

TEST_F(FreeFunctions, WritesAWholeFile) {
    ASSERT_TRUE(write(scratch_ / "file", "one", Existing::refuse));
    EXPECT_EQ(write(scratch_ / "file", "two", Existing::refuse).error().code(), ErrorCode::exists);
    EXPECT_EQ(text_of(scratch_ / "file"), "one");
    ASSERT_TRUE(write(scratch_ / "file", "three", Existing::replace));
    EXPECT_EQ(text_of(scratch_ / "file"), "three");
    ASSERT_TRUE(write(scratch_ / std::string(255, 'n'), "long", Existing::replace));
    EXPECT_THAT(*files_.list(scratch_.path()), SizeIs(2)) << "temporary files stay";
}

TEST_F(FreeFunctions, WritesSecretsForTheirOwnerOnly) {
    ASSERT_TRUE(
        write_file(files_, scratch_ / "secret", as_bytes("x"), Existing::refuse, /*secret=*/true));
    EXPECT_EQ(mode_of(scratch_ / "secret"), 0600U);
}

TEST_F(FreeFunctions, AFailedWriteLeavesNothing) {
    ASSERT_TRUE(make_directories(files_, scratch_ / "in the way/child", false));
    EXPECT_FALSE(write(scratch_ / "in the way", "x", Existing::replace));
    EXPECT_FALSE(write(scratch_ / std::string(256, 'n'), "x", Existing::refuse));
    EXPECT_FALSE(write(scratch_ / "nowhere/file", "x", Existing::refuse));
    EXPECT_THAT(*files_.list(scratch_.path()), SizeIs(1));
}

TEST_F(FreeFunctions, WritesBesideANameWithoutDirectory) {
    // The working directory belongs to the whole process: only what must fail is tried in it.
    EXPECT_FALSE(write("", "x", Existing::refuse));
}

}  // namespace
}  // namespace keepsake::os
