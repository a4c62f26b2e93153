#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "os/posix_file_system.h"
#include "support/scratch_directory.h"
#include "support/simulated_disk.h"
#include "support/simulated_file_system.h"

namespace keepsake::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string text_of(os::FileSystem& files, const std::string& path) {
    const auto bytes = os::read_file(files, path, 1'000'000);
    return bytes ? std::string(as_text(*bytes)) : "(" + std::string(name_of(bytes.error().code()));
}

/// One random call on a small tree, told as text: what was asked and what came of it.
class RandomCaller {
  public:
    RandomCaller(os::FileSystem& files, std::string top, std::uint64_t seed)
        : files_(files), top_(std::move(top)), dice_(seed) {}

    std::string call() {
        const std::string one = some_path();
        const std::string two = some_path();
        switch (dice_.below(9)) {
            case 0:
                return "create " + one + told(fill(one));
            case 1:
                return "make_directory " + one + told(files_.make_directory(top_ + one, false));
            case 2:
                return "rename_exclusive " + one + " " + two +
                       told(files_.rename_exclusive(top_ + one, top_ + two));
            case 3:
                return "rename_replacing " + one + " " + two +
                       told(files_.rename_replacing(top_ + one, top_ + two));
            case 4:
                return "remove_file " + one + told(files_.remove_file(top_ + one));
            case 5:
                return "remove_directory " + one + told(files_.remove_directory(top_ + one));
            case 6:
                return "read " + one + " " + read(one);
            case 7:
                return "list " + one + " " + list(one);
            default:
                return "info " + one + " " + info(one);
        }
    }

  private:
    std::string some_path() {
        std::string path;
        for (auto depth = 1 + dice_.below(3); depth > 0; --depth)
            path += std::string("/") + std::array{"a", "b", "c"}[dice_.below(3)];
        return path + (dice_.below(8) == 0 ? "/" : "");
    }
    static std::string told(const Result<>& result) {
        return result ? "" : " " + std::string(name_of(result.error().code()));
    }
    Result<> fill(const std::string& path) {
        TRY_LET(const auto file, files_.create(top_ + path, false));
        TRY(file->append(Bytes(dice_.below(2000), 'x')));
        TRY(file->append_zeros(dice_.below(100'000)));
        TRY(file->append(as_bytes(path)));
        return file->close();
    }
    std::string read(const std::string& path) {
        const auto bytes = os::read_file(files_, top_ + path, 1'000'000);
        return bytes ? to_hex(*bytes) : std::string(name_of(bytes.error().code()));
    }
    std::string list(const std::string& path) {
        const auto entries = files_.list(top_ + path);
        if (!entries) return std::string(name_of(entries.error().code()));
        std::set<std::string> names;
        for (const auto& entry : *entries)
            names.insert(entry.name + (entry.kind == os::FileKind::directory ? "/ " : " "));
        std::string out;
        for (const auto& name : names) out += name;
        return out;
    }
    std::string info(const std::string& path) {
        const auto found = files_.info(top_ + path);
        if (!found) return std::string(name_of(found.error().code()));
        const bool directory = found->kind == os::FileKind::directory;
        return directory ? "directory" : std::to_string(found->size_bytes);
    }

    os::FileSystem& files_;
    std::string top_;
    Dice dice_;
};

TEST(SimulatedFiles, BehaveAsTheSystemsOwn) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const ScratchDirectory scratch;
        os::PosixFileSystem real;
        SimulatedFileSystem simulated(seed);
        RandomCaller real_caller(real, scratch.path(), seed);
        RandomCaller simulated_caller(simulated, "", seed);
        for (int i = 0; i < 150; ++i)
            ASSERT_EQ(simulated_caller.call(), real_caller.call()) << "seed " << seed;
    }
}

TEST(SimulatedFiles, AreTheSameForTheSameSeed) {
    const auto run = [](std::uint64_t seed) {
        SimulatedFileSystem files(seed);
        RandomCaller caller(files, "", 7);
        std::string told;
        for (int i = 0; i < 100; ++i) told += caller.call() + "\n";
        files.crash();
        for (const auto& [path, bytes] : files.snapshot()) told += path + to_hex(bytes) + "\n";
        return told;
    };
    EXPECT_EQ(run(1), run(1));
    EXPECT_NE(run(1), run(2));
}

TEST(SimulatedFiles, HaveTheirHelpers) {
    SimulatedFileSystem files(1);
    ASSERT_TRUE(os::make_directories(files, "/d/e", false));
    files.put("/d/e/file", as_bytes("abc"));
    files.flip_bit("/d/e/file", 8);
    EXPECT_EQ(text_of(files, "d/./e/../e/file"), "acc");
    files.put("/d/e/file", as_bytes("z"));
    EXPECT_THAT(files.paths(), ElementsAre("/d/", "/d/e/", "/d/e/file"));
    EXPECT_EQ(*files.real_path("d/e/.."), "/d");
    EXPECT_EQ(*files.real_path("/"), "/");
    EXPECT_EQ(files.snapshot().at("/d/e/file"), Bytes{'z'});
    EXPECT_EQ(files.info(std::string(256, 'x')).error().code(), ErrorCode::limit);
    EXPECT_EQ(files.create(std::string("a\0b", 3), false).error().code(), ErrorCode::invalid);
}

TEST(SimulatedFiles, Lock) {
    SimulatedFileSystem files(1);
    auto lock = files.try_lock("/lock");
    ASSERT_TRUE(lock);
    EXPECT_EQ(files.try_lock("/lock").error().code(), ErrorCode::exists);
    lock->reset();
    lock = files.try_lock("/lock");
    ASSERT_TRUE(lock);
    files.crash(Unsynced::kept);
    auto again = files.try_lock("/lock");
    EXPECT_TRUE(again);
    lock->reset();
    EXPECT_FALSE(files.try_lock("/lock")) << "a lock of before the crash frees nobody's";
}

/// "a" is written, synced, renamed to "b"; what failed first.
Result<> scenario(os::FileSystem& files) {
    TRY(files.make_directory("/d", false));
    TRY_LET(const auto file, files.create("/d/a", false));
    TRY(file->append(Bytes(100, 'x')));
    TRY(file->append_zeros(100'000));
    file->start_writeback();
    TRY(file->set_modified({1, 2}));
    TRY(file->sync());
    TRY(file->close());
    TRY(files.rename_exclusive("/d/a", "/d/b"));
    TRY(files.sync_directory("/d"));
    TRY_LET(const auto bytes, os::read_file(files, "/d/b", 200'000));
    TRY(files.list("/d").has_value() ? Result<>{} : Error(ErrorCode::io, "list"));
    return {};
}

TEST(SimulatedFaults, OperationsAreCountedAndNamed) {
    SimulatedFileSystem files(1);
    files.set_plan({});
    ASSERT_TRUE(scenario(files));
    std::vector<std::string> names(files.operation_count());
    for (std::uint64_t n = 0; n < names.size(); ++n) names[n] = files.operation_name(n);
    EXPECT_THAT(names, ElementsAre("make_directory /d", "create /d/a", "append /d/a (100 bytes)",
                                   "append_zeros /d/a (100000 bytes)", "start_writeback /d/a",
                                   "set_modified /d/a", "sync /d/a", "close /d/a",
                                   "rename_exclusive /d/a to /d/b", "sync_directory /d",
                                   "open /d/b", "info /d/b", "read /d/b (100100 bytes)",
                                   "read /d/b (1 bytes)", "list /d"));
    EXPECT_FALSE(files.has_failed());
    files.set_plan({});
    EXPECT_EQ(files.operation_count(), 0U);
}

TEST(SimulatedFaults, EachOperationFailsInItsTurn) {
    SimulatedFileSystem counted(1);
    ASSERT_TRUE(scenario(counted));
    for (std::uint64_t at = 0; at < counted.operation_count(); ++at) {
        SimulatedFileSystem files(at);
        files.set_plan({.fail_at = at, .error = EIO});
        const auto result = scenario(files);
        ASSERT_FALSE(result) << counted.operation_name(at);
        EXPECT_TRUE(files.has_failed());
        EXPECT_TRUE(files.make_directory("/later", false)) << "once is once";
        SimulatedFileSystem lasting(at);
        lasting.set_plan({.fail_at = at, .error = EIO, .persistent = true});
        EXPECT_FALSE(scenario(lasting));
        EXPECT_FALSE(lasting.make_directory("/later", false));
        EXPECT_FALSE(lasting.info("/"));
    }
    SimulatedFileSystem files(1);
    files.set_plan({.fail_at = counted.operation_count()});
    EXPECT_TRUE(scenario(files));
    EXPECT_FALSE(files.has_failed());
}

TEST(SimulatedFaults, ErrorsStrikeWhatCanHaveThem) {
    const auto failing = [](int error) {
        std::set<std::string> names;
        for (std::uint64_t at = 0; at < 15; ++at) {
            SimulatedFileSystem files(at);
            files.set_plan({.fail_at = at, .error = error});
            const auto result = scenario(files);
            EXPECT_EQ(result.has_value(), !files.has_failed());
            if (!result) names.insert(files.operations().at(at).name);
        }
        return names;
    };
    const std::set<std::string> growing = {"make_directory",  "create", "append", "append_zeros",
                                           "start_writeback", "sync",   "close",  "sync_directory"};
    auto changing = growing;
    changing.insert({"set_modified", "rename_exclusive"});
    EXPECT_EQ(failing(ENOSPC), growing);
    EXPECT_EQ(failing(EDQUOT), growing);  // NOLINT(misc-include-cleaner)
    EXPECT_EQ(failing(EROFS), changing);
    EXPECT_THAT(failing(EINTR), ElementsAre("close"));
}

TEST(SimulatedFaults, ASpoiledAppendSaysThatAllIsWell) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SimulatedFileSystem files(seed);
        auto file = *files.create("/a", false);
        files.set_plan({.fail_at = 1, .spoil = true});
        EXPECT_TRUE(file->append(as_bytes("abcd")));
        EXPECT_TRUE(file->append(as_bytes("efgh")));
        EXPECT_TRUE(file->append(as_bytes("ijkl")));
        const auto text = text_of(files, "/a");
        EXPECT_EQ(text.substr(0, 4), "abcd");
        EXPECT_NE(text.substr(4, 4), "efgh");
        EXPECT_EQ(text.substr(8), "ijkl");
    }
}

TEST(SimulatedFaults, LocksCanBeMissing) {
    SimulatedFileSystem files(1);
    EXPECT_TRUE(files.try_lock("/lock"));
    files.set_has_locks(false);
    EXPECT_EQ(files.try_lock("/lock").error().code(), ErrorCode::unsupported);
}

TEST(SimulatedFaults, AFailedAppendLeavesAnyPart) {
    std::set<std::size_t> sizes;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SimulatedFileSystem files(seed);
        auto file = *files.create("/a", false);
        files.set_plan({.fail_at = 0, .error = ENOSPC});
        const auto first = file->append(as_bytes("abcd"));
        EXPECT_EQ(first.error().code(), ErrorCode::no_space);
        for (const auto& later : {file->append(as_bytes("x")), file->append_zeros(1), file->sync(),
                                  file->set_modified({}), file->close()})
            EXPECT_EQ(later.error().message(), first.error().message());
        const auto text = text_of(files, "/a");
        EXPECT_TRUE(std::string_view("abcd").starts_with(text)) << text;
        sizes.insert(text.size());
    }
    EXPECT_THAT(sizes, ElementsAre(0, 1, 2, 3, 4));
}

TEST(SimulatedFaults, TheDiskFillsUpAtAnyByte) {
    for (std::uint64_t capacity = 0; capacity < 12; ++capacity) {
        SimulatedFileSystem files(capacity);
        files.put("/before", as_bytes("12345"));
        files.set_capacity(capacity);
        auto file = *files.create("/a", false);
        const auto written = file->append(as_bytes("abcd"));
        EXPECT_EQ(written.has_value(), capacity >= 9);
        if (!written) {
            EXPECT_EQ(written.error().code(), ErrorCode::no_space);
        }
        const std::uint64_t fits = capacity < 5 ? 0 : std::min<std::uint64_t>(4, capacity - 5);
        EXPECT_EQ(text_of(files, "/a").size(), fits);
        EXPECT_EQ(*files.free_bytes("/"), capacity < 5 + fits ? 0 : capacity - 5 - fits);
        EXPECT_TRUE(files.remove_file("/before")) << "letting go still works";
        EXPECT_EQ(*files.free_bytes("/"), capacity - fits);
    }
}

TEST(SimulatedFaults, HolesTakeNoRoom) {
    SimulatedFileSystem files(1);
    files.set_capacity(10);
    auto file = *files.create("/a", false);
    EXPECT_TRUE(file->append_zeros(1'000'000));
    EXPECT_TRUE(file->append(Bytes(10)));
    EXPECT_EQ(files.info("/a")->size_bytes, 1'000'010U);
    EXPECT_FALSE(file->append(Bytes(1)));
}

TEST(SimulatedFaults, FilesHaveALargestSize) {
    SimulatedFileSystem files(1);
    files.set_largest_file(10);
    EXPECT_EQ(*files.largest_file_bytes("/"), 10U);
    auto file = *files.create("/a", false);
    EXPECT_TRUE(file->append(Bytes(9)));
    const auto beyond = file->append(Bytes(2));
    EXPECT_EQ(beyond.error().system_code(), EFBIG);
    EXPECT_EQ(files.info("/a")->size_bytes, 10U);
}

TEST(SimulatedFaults, SyncingAsAWholeCanBeMissing) {
    SimulatedFileSystem files(1);
    EXPECT_TRUE(files.sync_everything("/"));
    files.set_syncs_as_a_whole(false);
    EXPECT_EQ(files.sync_everything("/").error().code(), ErrorCode::unsupported);
}

}  // namespace
}  // namespace keepsake::testing
