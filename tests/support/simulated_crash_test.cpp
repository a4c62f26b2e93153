#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "os/file_system.h"
#include "support/fault_plan.h"
#include "support/simulated_disk.h"
#include "support/simulated_file_system.h"

namespace keepsake::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

using Scenario = std::function<void(SimulatedFileSystem&)>;
using Paths = std::vector<std::string>;

void write(os::FileSystem& files, const std::string& path, ByteView bytes, bool sync = true) {
    auto file = files.create(path, false);
    ASSERT_TRUE(file) << file.error().message();
    ASSERT_TRUE((*file)->append(bytes));
    if (sync) {
        ASSERT_TRUE((*file)->sync());
    }
    ASSERT_TRUE((*file)->close());
}

/// Every tree that crashes of the scenario left.
std::set<Paths> trees_after(const Scenario& scenario) {
    std::set<Paths> trees;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SimulatedFileSystem files(seed);
        scenario(files);
        files.crash();
        trees.insert(files.paths());
    }
    return trees;
}

/// Every content of "/a" that crashes left.
std::set<std::optional<Bytes>> contents_after(const Scenario& scenario) {
    std::set<std::optional<Bytes>> contents;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SimulatedFileSystem files(seed);
        scenario(files);
        files.crash();
        const auto snapshot = files.snapshot();
        contents.insert(snapshot.contains("/a") ? std::optional(snapshot.at("/a")) : std::nullopt);
    }
    return contents;
}

TEST(CrashedNames, StandOnlyOnceTheirDirectoryIsSynced) {
    EXPECT_THAT(trees_after([](auto& files) { write(files, "/a", {}); }),
                UnorderedElementsAre(Paths{}, Paths{"/a"}));
    EXPECT_THAT(trees_after([](auto& files) {
                    write(files, "/a", {});
                    ASSERT_TRUE(files.sync_directory("/"));
                }),
                ElementsAre(Paths{"/a"}));
    EXPECT_THAT(trees_after([](auto& files) {
                    write(files, "/a", {});
                    ASSERT_TRUE(files.sync_everything("/"));
                }),
                ElementsAre(Paths{"/a"}));
}

TEST(CrashedNames, AreKeptOrUndoneEachByItself) {
    EXPECT_EQ(trees_after([](auto& files) {
                  for (const char* name : {"/a", "/b", "/c"}) write(files, name, {});
              }).size(),
              8U);
}

TEST(CrashedNames, RenamesAreAtomicAndCanBeUndone) {
    const auto rename = [](SimulatedFileSystem& files) {
        files.put("/a", {});
        ASSERT_TRUE(files.rename_exclusive("/a", "/b"));
    };
    EXPECT_THAT(trees_after(rename), UnorderedElementsAre(Paths{"/a"}, Paths{"/b"}));
    EXPECT_THAT(trees_after([&](auto& files) {
                    rename(files);
                    ASSERT_TRUE(files.sync_directory("/"));
                }),
                ElementsAre(Paths{"/b"}));
}

TEST(CrashedNames, ARenameNeedsTheSyncOfWhereItWent) {
    const auto rename = [](SimulatedFileSystem& files) {
        ASSERT_TRUE(files.make_directory("/x", false));
        ASSERT_TRUE(files.make_directory("/y", false));
        files.put("/x/a", {});
        ASSERT_TRUE(files.rename_exclusive("/x/a", "/y/a"));
    };
    const Paths before = {"/x/", "/x/a", "/y/"};
    const Paths after = {"/x/", "/y/", "/y/a"};
    EXPECT_THAT(trees_after([&](auto& files) {
                    rename(files);
                    ASSERT_TRUE(files.sync_directory("/x"));
                }),
                UnorderedElementsAre(before, after));
    EXPECT_THAT(trees_after([&](auto& files) {
                    rename(files);
                    ASSERT_TRUE(files.sync_directory("/y"));
                }),
                ElementsAre(after));
}

TEST(CrashedNames, AReplacedFileGoesWithTheOneThatReplacesIt) {
    std::set<std::map<std::string, Bytes>> seen;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SimulatedFileSystem files(seed);
        files.put("/a", Bytes{'o'});
        write(files, "/new", Bytes{'n'});
        ASSERT_TRUE(files.rename_replacing("/new", "/a"));
        files.crash();
        seen.insert(files.snapshot());
    }
    EXPECT_THAT(seen,
                UnorderedElementsAre(std::map<std::string, Bytes>{{"/a", {'o'}}},
                                     std::map<std::string, Bytes>{{"/a", {'o'}}, {"/new", {'n'}}},
                                     std::map<std::string, Bytes>{{"/a", {'n'}}}));
}

TEST(CrashedNames, ANameThatWasUsedTwiceLosesNothingSure) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SimulatedFileSystem files(seed);
        files.put("/tmp", Bytes{'1'});
        ASSERT_TRUE(files.rename_exclusive("/tmp", "/one"));
        write(files, "/tmp", Bytes{'2'});
        ASSERT_TRUE(files.rename_exclusive("/tmp", "/two"));
        files.crash();
        int found = 0;
        for (const auto& [path, bytes] : files.snapshot()) found += bytes == Bytes{'1'} ? 1 : 0;
        EXPECT_EQ(found, 1) << "seed " << seed;
    }
}

TEST(CrashedNames, RemovalsCanBeUndone) {
    const auto remove = [](SimulatedFileSystem& files) {
        files.put("/a", {});
        ASSERT_TRUE(files.remove_file("/a"));
    };
    EXPECT_THAT(trees_after(remove), UnorderedElementsAre(Paths{}, Paths{"/a"}));
    EXPECT_THAT(trees_after([&](auto& files) {
                    remove(files);
                    ASSERT_TRUE(files.sync_directory("/"));
                }),
                ElementsAre(Paths{}));
}

TEST(CrashedNames, AnUnsureDirectoryVanishesWithAllInIt) {
    const auto fill = [](SimulatedFileSystem& files) {
        ASSERT_TRUE(files.make_directory("/d", false));
        write(files, "/d/a", {});
        ASSERT_TRUE(files.sync_directory("/d"));
    };
    EXPECT_THAT(trees_after(fill), UnorderedElementsAre(Paths{}, Paths{"/d/", "/d/a"}));
    EXPECT_THAT(
        trees_after([](auto& files) { ASSERT_TRUE(os::make_directories(files, "/d/e/f", false)); }),
        ElementsAre(Paths{"/d/", "/d/e/", "/d/e/f/"}));
}

TEST(CrashedNames, DirectoriesNeverEndUpInEachOther) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SimulatedFileSystem files(seed);
        ASSERT_TRUE(files.make_directory("/a", false));
        ASSERT_TRUE(files.make_directory("/b", false));
        files.settle();
        ASSERT_TRUE(files.rename_exclusive("/a", "/b/a"));
        ASSERT_TRUE(files.rename_exclusive("/b/a", "/a"));
        ASSERT_TRUE(files.rename_exclusive("/b", "/a/b"));
        files.crash();
        EXPECT_EQ(files.paths().size(), 2U) << "seed " << seed;
    }
}

TEST(CrashedContents, KeepWhatWasSynced) {
    const Bytes first(700, 'x');
    EXPECT_THAT(contents_after([&](auto& files) {
                    write(files, "/a", first);
                    ASSERT_TRUE(files.sync_directory("/"));
                }),
                ElementsAre(first));
    const auto contents = contents_after([&](auto& files) {
        auto file = *files.create("/a", false);
        ASSERT_TRUE(file->append(first));
        ASSERT_TRUE(file->sync());
        ASSERT_TRUE(files.sync_directory("/"));
        ASSERT_TRUE(file->append(Bytes(3000, 'y')));
        ASSERT_TRUE(file->close());
    });
    bool torn = false;
    std::set<std::size_t> sizes;
    for (const auto& content : contents) {
        ASSERT_TRUE(content);
        ASSERT_GE(content->size(), first.size());
        EXPECT_TRUE(std::equal(first.begin(), first.end(), content->begin()));
        const auto later = ByteView(*content).subspan(first.size());
        for (const auto byte : later) EXPECT_TRUE(byte == 'y' || byte == 0);
        for (std::size_t at = 1024; at + 512 <= content->size(); at += 512)
            EXPECT_EQ((*content)[at], (*content)[at + 511]) << "a sector is whole or gone";
        torn = torn || std::ranges::is_sorted(later, std::less{}) == false;
        torn = torn || (std::ranges::count(later, 0) > 0 && std::ranges::count(later, 'y') > 0);
        sizes.insert(content->size());
    }
    EXPECT_TRUE(torn);
    EXPECT_TRUE(sizes.contains(700) && sizes.contains(3700) && sizes.size() > 10);
}

TEST(CrashedContents, AreLostOrKeptWhereAsked) {
    for (const auto unsynced : {Unsynced::lost, Unsynced::kept}) {
        SimulatedFileSystem files(1);
        write(files, "/sure", Bytes{'x'});
        ASSERT_TRUE(files.sync_directory("/"));
        write(files, "/unsure", Bytes{'x'});
        files.crash(unsynced);
        EXPECT_EQ(files.paths().size(), unsynced == Unsynced::kept ? 2U : 1U);
    }
}

TEST(CrashedContents, AFailedSyncIsNotMendedByLaterOnes) {
    std::set<Bytes> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SimulatedFileSystem files(seed);
        auto file = *files.create("/a", false);
        ASSERT_TRUE(file->append(Bytes(512, 'x')));
        files.set_plan({.fail_at = 0, .error = EIO});
        ASSERT_FALSE(file->sync());
        ASSERT_FALSE(file->sync()) << "a writer that failed once stays failed";
        ASSERT_TRUE(files.sync_everything("/")) << "but the system says all is well";
        EXPECT_EQ(files.snapshot().at("/a"), Bytes(512, 'x')) << "and memory still has it";
        if (seed % 2 == 0)
            files.crash();
        else
            (*files.open("/a"))->drop_cache();
        seen.insert(files.snapshot().at("/a"));
    }
    EXPECT_THAT(seen, UnorderedElementsAre(Bytes(512, 'x'), Bytes(512, 0)));
}

TEST(CrashedContents, AFailedSyncOfADirectoryIsNotMendedByLaterOnes) {
    EXPECT_THAT(trees_after([](auto& files) {
                    write(files, "/a", {});
                    files.set_plan({.fail_at = 0, .error = EIO});
                    ASSERT_FALSE(files.sync_directory("/"));
                    ASSERT_TRUE(files.sync_directory("/"));
                    ASSERT_TRUE(files.sync_everything("/"));
                }),
                UnorderedElementsAre(Paths{}, Paths{"/a"}));
}

TEST(Crashes, MakeHandlesFail) {
    SimulatedFileSystem files(1);
    files.put("/a", Bytes{'x'});
    const auto reader = *files.open("/a");
    auto writer = *files.create("/b", false);
    files.crash();
    Bytes out(1);
    EXPECT_FALSE(reader->read_at(0, out));
    EXPECT_FALSE(reader->info());
    EXPECT_FALSE(writer->append(out));
    EXPECT_FALSE(writer->sync());
    EXPECT_FALSE(writer->close());
    EXPECT_TRUE((*files.open("/a"))->read_at(0, out));
}

TEST(Crashes, StopTheMachineUntilItStartsAgain) {
    SimulatedFileSystem files(1);
    files.put("/a", Bytes{'x'});
    files.set_plan({.fail_at = 1, .crash = true});
    EXPECT_TRUE(files.info("/a"));
    EXPECT_FALSE(files.info("/a"));
    EXPECT_FALSE(files.info("/a"));
    EXPECT_FALSE(files.create("/b", false));
    files.crash();
    EXPECT_TRUE(files.info("/a"));
    EXPECT_EQ(files.paths(), Paths{"/a"});
}

TEST(Crashes, TheOperationThatStopsMayHaveHadItsEffect) {
    std::set<Paths> trees;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SimulatedFileSystem files(seed);
        files.set_plan({.fail_at = 0, .crash = true});
        EXPECT_FALSE(files.make_directory("/d", false));
        files.crash(Unsynced::kept);
        trees.insert(files.paths());
    }
    EXPECT_THAT(trees, UnorderedElementsAre(Paths{}, Paths{"/d/"}));
}

/// write_file as it should be, and as it should not.
enum class Way { right, without_sync, without_directory_sync, in_place };

Result<> save(os::FileSystem& files, Way way, const Bytes& bytes) {
    if (way == Way::right)
        return os::write_file(files, "/d/file", bytes, os::Existing::replace, false);
    if (way == Way::in_place) TRY(files.remove_file("/d/file"));
    const std::string name = way == Way::in_place ? "/d/file" : "/d/new";
    TRY_LET(const auto file, files.create(name, false));
    TRY(file->append(bytes));
    if (way != Way::without_sync) TRY(file->sync());
    TRY(file->close());
    if (way != Way::in_place) TRY(files.rename_replacing("/d/new", "/d/file"));
    return way == Way::without_directory_sync ? Result<>{} : files.sync_directory("/d");
}

/// True if after every fault at every point either the old or the new file stood, and the new one
/// where that was acknowledged.
bool survives(Way way, FaultPlan plan) {
    const Bytes old_bytes(600, 'o');
    const Bytes new_bytes(1500, 'n');
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        for (plan.fail_at = 0;; ++plan.fail_at) {
            SimulatedFileSystem files(seed * 1000 + plan.fail_at);
            if (!os::make_directories(files, "/d", false)) return false;
            files.put("/d/file", old_bytes);
            files.set_plan(plan);
            const auto saved = save(files, way, new_bytes);
            const bool last = plan.fail_at >= files.operation_count();
            files.crash();
            const auto snapshot = files.snapshot();
            const auto found = snapshot.find("/d/file");
            if (found == snapshot.end()) return false;
            if (found->second != new_bytes && (saved || found->second != old_bytes)) return false;
            if (last) break;
        }
    }
    return true;
}

TEST(Crashes, TellRightFromWrongWaysOfWriting) {
    for (const FaultPlan& plan :
         {FaultPlan{.crash = true}, FaultPlan{.error = EIO}, FaultPlan{.error = ENOSPC},
          FaultPlan{.error = EIO, .persistent = true},
          FaultPlan{.error = EROFS, .persistent = true}}) {
        EXPECT_TRUE(survives(Way::right, plan)) << plan.error << plan.crash;
        EXPECT_FALSE(survives(Way::without_sync, plan)) << plan.error << plan.crash;
        EXPECT_FALSE(survives(Way::without_directory_sync, plan)) << plan.error << plan.crash;
        EXPECT_FALSE(survives(Way::in_place, plan)) << plan.error << plan.crash;
    }
}

}  // namespace
}  // namespace keepsake::testing
