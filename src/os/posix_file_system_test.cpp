#include "os/posix_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"
#include "support/in_child.h"
#include "support/scratch_directory.h"

namespace keepsake::os {
namespace {

using testing::become_ordinary;
using testing::in_child;

class PosixFiles : public ::testing::Test {
  protected:
    void put(const std::string& path, std::string_view text) {
        const auto written = write_file(files_, path, as_bytes(text), Existing::refuse, false);
        ASSERT_TRUE(written) << written.error().describe();
    }
    std::string text_of(const std::string& path) {
        const auto bytes = read_file(files_, path, 100'000'000);
        return bytes ? std::string(as_text(*bytes)) : "(" + bytes.error().message() + ")";
    }
    ErrorCode why_not_open(const std::string& path) {
        const auto file = files_.open(path);
        EXPECT_FALSE(file) << path << " was opened";
        return file ? ErrorCode::cancelled : file.error().code();
    }
    std::set<std::string> names_in(const std::string& path) {
        std::set<std::string> names;
        const auto entries = files_.list(path);
        EXPECT_TRUE(entries) << entries.error().describe();
        if (!entries) return names;
        for (const auto& entry : *entries) EXPECT_TRUE(names.insert(entry.name).second);
        return names;
    }

    testing::ScratchDirectory scratch_;
    PosixFileSystem files_;
};

TEST_F(PosixFiles, ReadsAtAnyOffset) {
    put(scratch_ / "file", "0123456789");
    const auto file = *files_.open(scratch_ / "file");
    Bytes out(4);
    EXPECT_EQ(*file->read_at(3, out), 4U);
    EXPECT_EQ(as_text(out), "3456");
    EXPECT_EQ(*file->read_at(8, out), 2U);
    EXPECT_EQ(*file->read_at(10, out), 0U);
    EXPECT_EQ(*file->read_at(std::numeric_limits<std::uint64_t>::max(), out), 0U);
    EXPECT_EQ(*file->read_at(std::numeric_limits<std::int64_t>::max(), out), 0U);
    EXPECT_EQ(file->info()->size_bytes, 10U);
    file->drop_cache();
    EXPECT_EQ(*file->read_at(0, out), 4U);
}

// Past the cache a disk gives whole pages only, into memory that begins at one.
TEST_F(PosixFiles, ReadsPastTheCacheAtAnyOffset) {
    constexpr std::size_t kPage = 4096;
    std::string bytes(200'001, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
    put(scratch_ / "file", bytes);
    auto file = *files_.open(scratch_ / "file");
    file->drop_cache();
    Bytes memory(bytes.size() + 3 * kPage);
    const auto misplaced = reinterpret_cast<std::uintptr_t>(memory.data()) % kPage;
    const auto aligned = MutableBytes(memory).subspan((kPage - misplaced) % kPage);
    for (const std::size_t offset : {0UL, 1UL, kPage - 1, kPage, 65'535UL, 16 * kPage, 196'608UL,
                                     200'000UL, 200'001UL, 204'800UL, 1'000'000UL})
        for (const std::size_t size :
             {1UL, kPage, kPage + 1, 16 * kPage, 50 * kPage - 1, 50 * kPage})
            for (const std::size_t shift : {0UL, 7UL}) {
                const auto out = aligned.subspan(shift, size);
                const auto expected =
                    offset < bytes.size() ? bytes.substr(offset, size) : std::string();
                std::ranges::fill(out, std::uint8_t{0});
                const auto got = file->read_at(offset, out);
                ASSERT_TRUE(got) << got.error().describe();
                ASSERT_EQ(*got, expected.size()) << offset << " " << size;
                ASSERT_TRUE(as_text(out.first(*got)) == expected) << offset << " " << size;
            }
}

TEST_F(PosixFiles, WritesInPieces) {
    auto file = *files_.create(scratch_ / "file", false);
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        const std::string piece(static_cast<std::size_t>(i * 37), static_cast<char>('a' + i % 26));
        ASSERT_TRUE(file->append(as_bytes(piece)));
        if (i % 10 == 0) file->start_writeback();
        expected += piece;
    }
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(file->close());
    EXPECT_EQ(file->append(as_bytes("x")).error().code(), ErrorCode::invalid);
    EXPECT_FALSE(file->close());
    EXPECT_EQ(text_of(scratch_ / "file"), expected);
}

TEST_F(PosixFiles, CreatesExclusivelyWithItsMode) {
    const mode_t mask = ::umask(022);
    ASSERT_TRUE((*files_.create(scratch_ / "plain", false))->close());
    ASSERT_TRUE((*files_.create(scratch_ / "secret", true))->close());
    ASSERT_TRUE(files_.make_directory(scratch_ / "plain directory", false));
    ASSERT_TRUE(files_.make_directory(scratch_ / "secret directory", true));
    ::umask(mask);
    const auto mode_of = [&](const std::string& name) {
        struct stat status{};
        EXPECT_EQ(::stat((scratch_ / name).c_str(), &status), 0);
        return status.st_mode & 07777U;
    };
    EXPECT_EQ(mode_of("plain"), 0644U);
    EXPECT_EQ(mode_of("secret"), 0600U);
    EXPECT_EQ(mode_of("plain directory"), 0755U);
    EXPECT_EQ(mode_of("secret directory"), 0700U);
    EXPECT_EQ(files_.create(scratch_ / "plain", false).error().code(), ErrorCode::exists);
    EXPECT_EQ(files_.make_directory(scratch_ / "plain", false).error().code(), ErrorCode::exists);
    EXPECT_EQ(files_.create(scratch_ / "none/x", false).error().code(), ErrorCode::not_found);
    ASSERT_EQ(::symlink("elsewhere", (scratch_ / "dangling").c_str()), 0);
    EXPECT_EQ(files_.create(scratch_ / "dangling", false).error().code(), ErrorCode::exists);
    EXPECT_EQ(files_.info(scratch_ / "elsewhere").error().code(), ErrorCode::not_found);
}

TEST_F(PosixFiles, MakesHolesThatCountToTheEnd) {
    constexpr std::uint64_t kHole = 5'000'000;
    auto file = *files_.create(scratch_ / "file", false);
    ASSERT_TRUE(file->append(as_bytes("begin")));
    ASSERT_TRUE(file->append_zeros(3));
    ASSERT_TRUE(file->append_zeros(kHole));
    ASSERT_TRUE(file->append(as_bytes("end")));
    ASSERT_TRUE(file->append_zeros(kHole));
    ASSERT_TRUE(file->append_zeros(0));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(file->close());
    EXPECT_EQ(files_.info(scratch_ / "file")->size_bytes, 5 + 3 + kHole + 3 + kHole);
    const auto text = text_of(scratch_ / "file");
    EXPECT_EQ(text.substr(0, 9), std::string("begin\0\0\0\0", 9));
    EXPECT_EQ(text.substr(8 + kHole, 4), std::string("end\0", 4));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\0'), 3 + 2 * static_cast<long>(kHole));
    struct stat status{};
    ASSERT_EQ(::stat((scratch_ / "file").c_str(), &status), 0);
    EXPECT_LT(status.st_blocks * 512, 1'000'000) << "the holes were written";
}

TEST_F(PosixFiles, SmallZerosAtTheVeryEndCount) {
    auto file = *files_.create(scratch_ / "file", false);
    ASSERT_TRUE(file->append_zeros(1));
    ASSERT_TRUE(file->close());
    EXPECT_EQ(text_of(scratch_ / "file"), std::string(1, '\0'));
}

TEST_F(PosixFiles, KeepsTimesToTheNanosecond) {
    const Instant old{-31'536'000, 123'456'789};
    auto file = *files_.create(scratch_ / "file", false);
    ASSERT_TRUE(file->append(as_bytes("x")));
    ASSERT_TRUE(file->set_modified(old));
    ASSERT_TRUE(file->close());
    ASSERT_TRUE(files_.make_directory(scratch_ / "directory", false));
    ASSERT_TRUE(files_.set_directory_modified(scratch_ / "directory", {1, 2}));
    const Instant kept = files_.info(scratch_ / "file")->modified;
    EXPECT_EQ(kept.seconds, old.seconds);
    if (kept.nanoseconds == 0) GTEST_SKIP() << "this file system keeps whole seconds";
    EXPECT_EQ(kept, old);
    EXPECT_EQ(files_.info(scratch_ / "directory")->modified, (Instant{1, 2}));
}

TEST_F(PosixFiles, RefusesATimeThatIsNone) {
    for (const std::uint32_t nanoseconds : {1'000'000'000U, 0x3fffffffU, 0x3ffffffeU}) {
        auto file = *files_.create(scratch_ / std::to_string(nanoseconds), false);
        EXPECT_FALSE(file->set_modified({1, nanoseconds}));
        EXPECT_FALSE(file->close()) << "a writer that failed once stays failed";
        EXPECT_FALSE(files_.set_directory_modified(scratch_.path(), {1, nanoseconds}));
    }
    put(scratch_ / "file", "x");
    EXPECT_FALSE(files_.set_directory_modified(scratch_ / "file", {1, 2}));
}

enum class How : std::uint8_t { plainly, past_cache, by_zeros };

/// With a limit of 10,000 bytes a file.
bool fails_for_good_at_the_limit(FileSystem& files, const std::string& path, How how) {
    const rlimit limit{10'000, 10'000};
    if (::signal(SIGXFSZ, SIG_IGN) == SIG_ERR || ::setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    auto file = files.create(path, false);
    if (!file) return false;
    if (how == How::past_cache) (*file)->write_past_cache();
    alignas(4096) static const std::uint8_t pages[8192] = {};
    if (!(*file)->append(pages) || !(*file)->append(Bytes(808, 'x'))) return false;
    const auto first =
        how == How::by_zeros ? (*file)->append_zeros(1'000'000) : (*file)->append(Bytes(2'000));
    if (first || first.error().code() != ErrorCode::no_space) return false;
    (*file)->start_writeback();
    for (const auto& later :
         {(*file)->append(Bytes(1)), (*file)->append({}), (*file)->append_zeros(1), (*file)->sync(),
          (*file)->set_modified({1, 2}), (*file)->close(), (*file)->close()}) {
        if (later || later.error().message() != first.error().message()) return false;
    }
    return true;
}

TEST_F(PosixFiles, AFailedWriterStaysFailed) {
    EXPECT_TRUE(in_child(
        [&] { return fails_for_good_at_the_limit(files_, scratch_ / "written", How::plainly); }));
    EXPECT_EQ(files_.info(scratch_ / "written")->size_bytes, 10'000U) << "short writes go on";
    EXPECT_TRUE(in_child(
        [&] { return fails_for_good_at_the_limit(files_, scratch_ / "direct", How::past_cache); }));
    EXPECT_EQ(files_.info(scratch_ / "direct")->size_bytes, 10'000U);
    EXPECT_TRUE(in_child(
        [&] { return fails_for_good_at_the_limit(files_, scratch_ / "zeros", How::by_zeros); }));
    EXPECT_EQ(files_.info(scratch_ / "zeros")->size_bytes, 9'000U);
}

TEST_F(PosixFiles, TakesNoMoreThanAnOffsetHolds) {
    auto file = *files_.create(scratch_ / "file", false);
    ASSERT_TRUE(file->append(as_bytes("x")));
    const auto zeros = file->append_zeros(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(zeros.error().code(), ErrorCode::no_space);
    EXPECT_FALSE(file->close());
}

TEST_F(PosixFiles, OpensRegularFilesOnly) {
    ASSERT_EQ(::mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
    put(scratch_ / "file", "x");
    ASSERT_EQ(::symlink("file", (scratch_ / "link").c_str()), 0);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string socket_path = scratch_ / "socket";
    ASSERT_LT(socket_path.size(), sizeof address.sun_path);
    std::copy(socket_path.begin(), socket_path.end(), address.sun_path);
    // NOLINTNEXTLINE(bugprone-casting-through-void)
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    ASSERT_EQ(::bind(socket, generic, sizeof address), 0);
    ::close(socket);
    for (const std::string& path :
         {scratch_ / "pipe", scratch_ / "socket", scratch_ / "link", scratch_ / "link/",
          scratch_.path(), std::string("/dev/null"), std::string("/dev/tty")}) {
        EXPECT_EQ(why_not_open(path), ErrorCode::invalid) << path;
    }
    EXPECT_EQ(files_.try_lock(scratch_ / "pipe").error().code(), ErrorCode::invalid);
    EXPECT_EQ(files_.try_lock(scratch_ / "link").error().code(), ErrorCode::invalid);
    EXPECT_EQ(why_not_open(scratch_ / "none"), ErrorCode::not_found);
    EXPECT_EQ(why_not_open(scratch_ / "file/x"), ErrorCode::not_found);
    EXPECT_EQ(why_not_open(""), ErrorCode::not_found);
    EXPECT_EQ(why_not_open(std::string(1, '\0') + scratch_ / "file"), ErrorCode::invalid);
    EXPECT_EQ(why_not_open((scratch_ / "file") + '\0'), ErrorCode::invalid);
}

TEST_F(PosixFiles, ListsEveryName) {
    const std::set<std::string> names = {"a", "\xff\xfe not UTF-8", "line\nfeed",
                                         std::string(255, 'n'), "..."};
    for (const auto& name : names) put(scratch_ / name, name);
    EXPECT_EQ(names_in(scratch_.path()), names);
    for (const auto& name : names) EXPECT_EQ(text_of(scratch_ / name), name);
}

TEST_F(PosixFiles, ListsALargeDirectoryWithKinds) {
    for (int i = 0; i < 3000; ++i)
        ASSERT_TRUE((*files_.create(scratch_ / std::to_string(i), false))->close());
    EXPECT_EQ(names_in(scratch_.path()).size(), 3000U);
    ASSERT_TRUE(files_.make_directory(scratch_ / "kinds", false));
    put(scratch_ / "kinds/file", "x");
    ASSERT_TRUE(files_.make_directory(scratch_ / "kinds/directory", false));
    ASSERT_EQ(::symlink("file", (scratch_ / "kinds/link").c_str()), 0);
    ASSERT_EQ(::mkfifo((scratch_ / "kinds/pipe").c_str(), 0600), 0);
    const auto entries = files_.list(scratch_ / "kinds");
    ASSERT_EQ(entries->size(), 4U);
    for (const auto& [name, kind] : *entries) {
        EXPECT_EQ(kind, name == "file"        ? FileKind::regular
                        : name == "directory" ? FileKind::directory
                        : name == "link"      ? FileKind::symbolic_link
                                              : FileKind::other);
        EXPECT_EQ(files_.info(scratch_ / ("kinds/" + name))->kind, kind);
    }
}

TEST_F(PosixFiles, ListsDirectoriesOnly) {
    put(scratch_ / "file", "x");
    ASSERT_EQ(::symlink(".", (scratch_ / "link").c_str()), 0);
    EXPECT_FALSE(files_.list(scratch_ / "file"));
    EXPECT_FALSE(files_.list(scratch_ / "link"));
    EXPECT_FALSE(files_.list(scratch_ / "link/"));
    EXPECT_EQ(files_.list(scratch_ / "none").error().code(), ErrorCode::not_found);
}

TEST_F(PosixFiles, TellsLinksFromTargets) {
    put(scratch_ / "file", "12345");
    ASSERT_EQ(::symlink("file", (scratch_ / "link").c_str()), 0);
    EXPECT_EQ(files_.info(scratch_ / "link")->kind, FileKind::symbolic_link);
    EXPECT_EQ(*files_.info_following(scratch_ / "link"), *files_.info(scratch_ / "file"));
    EXPECT_EQ(files_.info(scratch_ / "file")->size_bytes, 5U);
    EXPECT_EQ(files_.info(scratch_ / "none").error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.info_following(scratch_ / "none").error().code(), ErrorCode::not_found);
}

TEST_F(PosixFiles, Removes) {
    put(scratch_ / "file", "x");
    ASSERT_TRUE(make_directories(files_, scratch_ / "a/b", false));
    EXPECT_FALSE(files_.remove_file(scratch_ / "a"));
    EXPECT_FALSE(files_.remove_directory(scratch_ / "file"));
    EXPECT_EQ(files_.remove_directory(scratch_ / "a").error().code(), ErrorCode::exists);
    EXPECT_TRUE(files_.remove_directory(scratch_ / "a/b"));
    EXPECT_TRUE(files_.remove_directory(scratch_ / "a"));
    EXPECT_TRUE(files_.remove_file(scratch_ / "file"));
    EXPECT_EQ(files_.remove_file(scratch_ / "file").error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.remove_directory(scratch_ / "a").error().code(), ErrorCode::not_found);
    EXPECT_TRUE(names_in(scratch_.path()).empty());
}

TEST_F(PosixFiles, ResolvesLinks) {
    const std::string real = *files_.real_path(scratch_.path());
    ASSERT_TRUE(make_directories(files_, scratch_ / "a/b", false));
    put(scratch_ / "a/file", "x");
    ASSERT_EQ(::symlink("../a/./file", (scratch_ / "a/relative").c_str()), 0);
    ASSERT_EQ(::symlink((real + "/a").c_str(), (scratch_ / "absolute").c_str()), 0);
    ASSERT_EQ(::symlink("loop", (scratch_ / "loop").c_str()), 0);
    EXPECT_EQ(*files_.real_path(scratch_ / "a//b/../file"), real + "/a/file");
    EXPECT_EQ(*files_.real_path(scratch_ / "absolute/relative"), real + "/a/file");
    EXPECT_EQ(*files_.real_path(scratch_ / "absolute/b/.."), real + "/a");
    EXPECT_EQ(*files_.real_path("/"), "/");
    EXPECT_EQ(*files_.real_path("/../.."), "/");
    EXPECT_EQ(files_.real_path(scratch_ / "loop").error().code(), ErrorCode::limit);
    EXPECT_EQ(files_.real_path(scratch_ / "none").error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.real_path(scratch_ / "a/file/..").error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.real_path("").error().code(), ErrorCode::not_found);
    EXPECT_TRUE(in_child([&] {
        return ::chdir((scratch_ / "a/b").c_str()) == 0 &&
               *files_.real_path("../relative") == real + "/a/file" &&
               *files_.real_path(".") == real + "/a/b";
    }));
}

TEST_F(PosixFiles, ResolvesAsTheSystemDoes) {
    for (const std::string& path : {scratch_ / "..", std::string("/proc/self/cwd"),
                                    std::string("/usr/bin/../lib"), std::string("/bin/sh")}) {
        const std::unique_ptr<char, decltype(&::free)> expected(::realpath(path.c_str(), nullptr),
                                                                &::free);
        const auto resolved = files_.real_path(path);
        EXPECT_EQ(resolved.has_value(), expected != nullptr) << path;
        if (resolved && expected) {
            EXPECT_EQ(*resolved, expected.get());
        }
    }
}

TEST_F(PosixFiles, WorksBelowPathMax) {
    const std::string part(200, 'd');
    std::string deep = scratch_.path();
    for (int i = 0; i < 60; ++i) deep += "/" + part;
    ASSERT_GT(deep.size(), 12'000U);
    ASSERT_TRUE(make_directories(files_, deep, false));
    const std::string file = deep + "//file";
    put(file, "deep");
    EXPECT_EQ(text_of(file), "deep");
    ASSERT_TRUE(files_.rename_exclusive(file, scratch_ / "shallow"));
    ASSERT_TRUE(files_.rename_exclusive(scratch_ / "shallow", file));
    EXPECT_EQ(names_in(deep + "/"), std::set<std::string>{"file"});
    EXPECT_EQ(*files_.real_path(file),
              *files_.real_path(scratch_.path()) + deep.substr(scratch_.path().size()) + "/file");
    EXPECT_TRUE(files_.set_directory_modified(deep, {5, 0}));
    EXPECT_EQ(files_.info(deep)->modified.seconds, 5);
    EXPECT_TRUE(files_.sync_directory(deep));
    EXPECT_GT(*files_.free_bytes(deep), 0U);
    EXPECT_TRUE(files_.try_lock(deep + "/lock"));
    ASSERT_EQ(::symlink(scratch_.path().c_str(), (scratch_ / "home").c_str()), 0);
    EXPECT_EQ(text_of(scratch_ / "home" + file.substr(scratch_.path().size())), "deep");
    EXPECT_TRUE(files_.remove_file(file));
    EXPECT_EQ(files_.info(file).error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.info("/" + std::string(5000, 'x')).error().code(), ErrorCode::limit);
    EXPECT_EQ(files_.info(std::string(5000, 'x')).error().code(), ErrorCode::limit);
    EXPECT_TRUE(in_child([&] {
        const auto relative = deep.substr(scratch_.path().size() + 1);
        return ::chdir(scratch_.path().c_str()) == 0 &&
               files_.info(relative)->kind == FileKind::directory;
    }));
    EXPECT_TRUE(files_.info(std::string(10'000, '/'))) << "the root, spelt oddly";
}

TEST_F(PosixFiles, Syncs) {
    put(scratch_ / "file", "x");
    EXPECT_TRUE(files_.sync_directory(scratch_.path()));
    EXPECT_FALSE(files_.sync_directory(scratch_ / "file"));
    EXPECT_EQ(files_.sync_directory(scratch_ / "none").error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.sync_everything(scratch_ / "none").error().code(), ErrorCode::not_found);
    const auto all = files_.sync_everything(scratch_ / "file");
    if (!all && all.error().code() == ErrorCode::unsupported) GTEST_SKIP() << all.error().message();
    EXPECT_TRUE(all);
    EXPECT_TRUE(files_.sync_everything(scratch_.path()));
}

TEST(PosixFileSystem, KnowsWhichSystemsTellOfErrors) {
    EXPECT_TRUE(reports_errors_by_syncfs("5.8.0-1-amd64"));
    EXPECT_TRUE(reports_errors_by_syncfs("6.1.0"));
    EXPECT_FALSE(reports_errors_by_syncfs("5.7.19"));
    EXPECT_FALSE(reports_errors_by_syncfs("4.19.0"));
    EXPECT_FALSE(reports_errors_by_syncfs("what"));
    EXPECT_TRUE(syncs_as_a_whole(0xEF53));
    EXPECT_FALSE(syncs_as_a_whole(0x65735546));
    EXPECT_FALSE(syncs_as_a_whole(0xFE534D42));
    EXPECT_FALSE(syncs_as_a_whole(0xFFFFFFFFFE534D42));
}

TEST_F(PosixFiles, KnowsTheLargestFile) {
    EXPECT_EQ(largest_file_bytes_of(0x4d44), 4'294'967'295U);
    EXPECT_EQ(largest_file_bytes_of(0xEF53), std::numeric_limits<std::uint64_t>::max());
    EXPECT_GT(*files_.largest_file_bytes(scratch_.path()), 4'000'000'000U);
    EXPECT_GT(*files_.free_bytes(scratch_.path()), 0U);
    EXPECT_EQ(files_.free_bytes(scratch_ / "none").error().code(), ErrorCode::not_found);
    EXPECT_EQ(files_.largest_file_bytes(scratch_ / "none").error().code(), ErrorCode::not_found);
}

TEST_F(PosixFiles, NamesMissingRights) {
    put(scratch_ / "secret", "x");
    ASSERT_EQ(::chmod((scratch_ / "secret").c_str(), 0), 0);
    ASSERT_TRUE(files_.make_directory(scratch_ / "closed", false));
    ASSERT_EQ(::chmod((scratch_ / "closed").c_str(), 0), 0);
    if (!in_child(become_ordinary)) GTEST_SKIP() << "root's rights cannot be given up here";
    EXPECT_TRUE(in_child([&] {
        return become_ordinary() &&
               files_.open(scratch_ / "secret").error().code() == ErrorCode::permission &&
               files_.list(scratch_ / "closed").error().code() == ErrorCode::permission &&
               files_.info(scratch_ / "closed/x").error().code() == ErrorCode::permission &&
               files_.real_path(scratch_ / "closed/x").error().code() == ErrorCode::permission &&
               files_.create(scratch_ / "closed/x", false).error().code() != ErrorCode::io &&
               files_.make_directory(scratch_ / "closed/x", false).error().code() ==
                   ErrorCode::read_only;
    }));
    ASSERT_EQ(::chmod((scratch_ / "closed").c_str(), 0700), 0);
}

TEST_F(PosixFiles, WritesWhereItMayNotLook) {
    if (!in_child(become_ordinary)) GTEST_SKIP() << "root's rights cannot be given up here";
    ASSERT_TRUE(files_.make_directory(scratch_ / "slot", false));
    ASSERT_EQ(::chmod((scratch_ / "slot").c_str(), 0333), 0);
    EXPECT_TRUE(in_child([&] {
        if (!become_ordinary()) return false;
        auto file = PosixFileSystem().create(scratch_ / "slot/file", false);
        return file && (*file)->append(as_bytes("x")) && (*file)->sync() && (*file)->close();
    }));
    ASSERT_EQ(::chmod((scratch_ / "slot").c_str(), 0700), 0);
    EXPECT_EQ(text_of(scratch_ / "slot/file"), "x");
}

TEST_F(PosixFiles, GivesNoDescriptorToPrograms) {
    put(scratch_ / "file", "x");
    const auto reader = *files_.open(scratch_ / "file");
    const auto writer = *files_.create(scratch_ / "new", false);
    const auto lock = *files_.try_lock(scratch_ / "lock");
    const auto entries = files_.list("/proc/self/fd");
    if (!entries) GTEST_SKIP() << "no /proc here";
    int ours = 0;
    for (const auto& entry : *entries) {
        const auto target = files_.real_path("/proc/self/fd/" + entry.name);
        if (!target || !target->starts_with(*files_.real_path(scratch_.path()))) continue;
        ++ours;
        const auto about = text_of("/proc/self/fdinfo/" + entry.name);
        const auto flags = std::stoul(about.substr(about.find("flags:") + 6), nullptr, 8);
        EXPECT_NE(flags & 02000000U, 0U) << *target;
    }
    EXPECT_EQ(ours, 4) << "reader, writer, lock, the watched directory";
}

}  // namespace
}  // namespace keepsake::os
