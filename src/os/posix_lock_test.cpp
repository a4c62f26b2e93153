#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "os/posix_file_system.h"
#include "support/in_child.h"
#include "support/scratch_directory.h"

namespace keepsake::os {
namespace {

using testing::in_child;

TEST(PosixLock, LocksExclusively) {
    const testing::ScratchDirectory scratch;
    PosixFileSystem files;
    auto lock = files.try_lock(scratch / "lock");
    ASSERT_TRUE(lock);
    EXPECT_EQ(files.try_lock(scratch / "lock").error().code(), ErrorCode::exists);
    EXPECT_TRUE(in_child([&] {
        const auto other = PosixFileSystem().try_lock(scratch / "lock");
        return !other && other.error().code() == ErrorCode::exists;
    }));
    lock->reset();
    EXPECT_TRUE(files.try_lock(scratch / "lock"));
}

TEST(PosixLock, LocksOnlyWhatHasItsName) {
    constexpr int kRounds = 3000;
    const testing::ScratchDirectory scratch;
    const auto path = scratch / "lock";
    std::atomic<int> nameless = 0;
    const auto lock_and_remove = [&] {
        PosixFileSystem files;
        for (int round = 0; round < kRounds; ++round) {
            const auto lock = files.try_lock(path);
            if (lock && !files.remove_file(path)) ++nameless;
        }
    };
    std::thread other(lock_and_remove);
    lock_and_remove();
    other.join();
    EXPECT_EQ(nameless, 0) << "locked, and no longer there";
}

}  // namespace
}  // namespace keepsake::os
