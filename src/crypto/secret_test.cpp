#include "crypto/secret.h"

#include <gtest/gtest.h>
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace keepsake::crypto {
namespace {

bool all_zero(ByteView bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// The VmFlags of the mapping that holds `address`.
std::string vm_flags_of(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream maps("/proc/self/smaps");
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::uintptr_t start = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        if (fields >> std::hex >> start >> dash >> end && dash == '-')
            inside = start <= wanted && wanted < end;
        if (inside && line.starts_with("VmFlags:")) return line + ' ';
    }
    return {};
}

TEST(Secret, BeginsWithZerosAlsoWhereAnotherLay) {
    for (const std::size_t size : {1UL, 16UL, 64UL, 65UL, 1024UL, 4096UL, 4097UL, 70'000UL}) {
        for (int round = 0; round < 3; ++round) {
            Secret secret(size);
            ASSERT_EQ(secret.size(), size);
            EXPECT_TRUE(all_zero(secret.view()));
            std::ranges::fill(secret.mutable_view(), std::uint8_t{0xa5});
        }
    }
}

TEST(Secret, EmptyOnesAreEmpty) {
    const Secret none;
    const Secret zero(std::size_t{0});
    const Secret text(std::string_view{});
    for (const Secret* secret : {&none, &zero, &text}) {
        EXPECT_TRUE(secret->empty());
        EXPECT_TRUE(secret->text().empty());
        EXPECT_TRUE(secret->clone().empty());
    }
}

TEST(Secret, IsWipedWhenDestroyed) {
    const std::uint8_t* where = nullptr;
    {
        const Secret secret(std::string_view("0123456789abcdef0123456789abcdef"));
        where = secret.view().data();
    }
    // The slot stays mapped; its first 8 bytes link the free ones.
    EXPECT_TRUE(all_zero({where + 8, 24}));
}

TEST(Secret, MovesWithoutACopyAndLeavesNothing) {
    Secret first(std::string_view("the words"));
    const std::uint8_t* where = first.view().data();
    Secret second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is promised
    EXPECT_EQ(second.view().data(), where);
    Secret third(std::string_view("others"));
    third = std::move(second);
    EXPECT_EQ(third.text(), "the words");
    EXPECT_EQ(third.view().data(), where);
}

TEST(Secret, CloneIsAnother) {
    Secret first(std::string_view("abc"));
    const Secret second = first.clone();
    first.mutable_view()[0] = 'x';
    EXPECT_EQ(second.text(), "abc");
}

TEST(Secret, ShrinkWipesTheRest) {
    Secret secret(std::string_view("abcdef"));
    secret.shrink(2);
    EXPECT_EQ(secret.text(), "ab");
    EXPECT_TRUE(all_zero({secret.view().data() + 2, 4}));
    secret.shrink(0);
    EXPECT_TRUE(secret.empty());
}

TEST(Secret, IsLeftOutOfCoreDumps) {
    const Secret small(16);
    const Secret large(100'000);
    for (const Secret* secret : {&small, &large}) {
        const std::string flags = vm_flags_of(secret->view().data());
        if (flags.empty()) GTEST_SKIP() << "/proc/self/smaps cannot be read here";
        EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
    }
}

TEST(Secret, IsMadeFromSeveralThreads) {
    std::vector<std::thread> threads;
    std::vector<int> wrong(4, 0);
    threads.reserve(wrong.size());
    for (std::size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([t, &wrong] {
            std::vector<Secret> held;
            for (std::size_t i = 0; i < 3000; ++i) {
                held.emplace_back(1 + i % 300);
                if (!all_zero(held.back().view())) ++wrong[t];
                std::ranges::fill(held.back().mutable_view(), static_cast<std::uint8_t>(t + 1));
                if (i % 3 == 0) held.erase(held.begin());
            }
            for (const Secret& secret : held)
                for (const std::uint8_t byte : secret.view())
                    if (byte != t + 1) ++wrong[t];
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(EqualConstantTime, ComparesBytesAndLengths) {
    EXPECT_TRUE(equal_constant_time({}, {}));
    EXPECT_TRUE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
    EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
    EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("ab")));
}

TEST(HardenProcess, ForbidsCoreDumps) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        harden_process();
        rlimit core{};
        const bool hard = prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 &&
                          core.rlim_cur == 0 && core.rlim_max == 0;
        _exit(hard ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace keepsake::crypto
