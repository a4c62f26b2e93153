#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/parity_store.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/result.h"
#include "faults/family_world.h"
#include "faults/fault_case.h"
#include "library/check.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "model/ids.h"
#include "support/fault_plan.h"

// Making recovery data, joining it, leaving it and repairing by it, with each operation failing or
// being the last before a crash: nothing is worse afterwards than before, and the next run does it.
namespace keepsake::testing {
namespace {

constexpr const char* kObjects = "/disk/archive/objects/";
constexpr std::uint64_t kSample = 20;

using Files = std::map<std::string, Bytes>;

class RecoveryDataFaults : public ::testing::TestWithParam<FaultKind> {
  protected:
    RecoveryDataFaults() {
        FamilyWorld world(1);
        world.make_folder("/home/photos");
        for (std::size_t i = 0; i < 6; ++i)
            world.put_source("/home/photos/" + std::to_string(i),
                             std::string(30'000 + i, static_cast<char>('a' + i)));
        world.make_archive();
        auto library = world.open();
        if (!library) return;
        world.keep(*library, "/home/photos");
        bare_ = world.as_it_is();
        if (!library::tend_parity(world.environment(), library->staging(), {}, world.heard)) return;
        protected_ = world.as_it_is();
        for (const auto& [path, bytes] : world.files.snapshot())
            if (path.starts_with(kObjects)) whole_[path] = bytes;
    }

    // `run` with a fault at each operation (a sample of them, else); `hold` after it.
    template <class Run, class Hold>
    void each_fault(const Beginning& beginning, const Run& run, const Hold& hold) {
        ASSERT_EQ(whole_.size(), 6U);
        const auto try_at = [&](std::uint64_t at, std::uint64_t seed) {
            const FaultCase fault{"recovery", GetParam(), EIO, at, seed};
            FamilyWorld world(seed, beginning);
            world.files.set_plan(fault.plan());
            run(world);
            const auto count = world.files.operation_count();
            SCOPED_TRACE("seed " + std::to_string(seed) + ", operation " + std::to_string(at) +
                         (at < count ? " (" + world.files.operation_name(at) + ")" : ""));
            world.files.crash();
            hold(world);
            return count;
        };
        const auto count = try_at(kNever, 1);
        const bool all =
            std::getenv("KEEPSAKE_TEST_LONG") != nullptr;  // NOLINT(concurrency-mt-unsafe)
        const auto step = all ? 1 : std::max<std::uint64_t>(1, count / kSample);
        for (std::uint64_t at = 0; at < count && !HasFailure(); at += step) try_at(at, at + 2);
    }

    static Result<library::CheckReport> repair(FamilyWorld& world) {
        library::CheckOptions options;
        options.repair = true;
        return library::check_without_key(world.environment(), world.archive, options, world.heard);
    }
    static Files objects_of(const FamilyWorld& world) {
        Files objects;
        for (const auto& [path, bytes] : world.files.snapshot())
            if (path.starts_with(kObjects)) objects[path] = bytes;
        return objects;
    }
    static std::uint64_t unprotected(FamilyWorld& world) {
        const auto coverage =
            library::parity_coverage(world.environment(), world.archive, world.heard);
        EXPECT_TRUE(coverage) << coverage.error().describe();
        return coverage ? coverage->unprotected : 99;
    }

    Beginning bare_;
    Beginning protected_;
    Files whole_;
};

TEST_P(RecoveryDataFaults, MakingIt) {
    each_fault(
        bare_,
        [](FamilyWorld& world) {
            static_cast<void>(
                library::tend_parity_of(world.environment(), world.archive, world.heard));
        },
        [this](FamilyWorld& world) {
            EXPECT_EQ(objects_of(world), whole_);
            const auto made =
                library::tend_parity_of(world.environment(), world.archive, world.heard);
            ASSERT_TRUE(made) << made.error().describe();
            EXPECT_EQ(unprotected(world), 0U);
            const auto report = repair(world);
            ASSERT_TRUE(report) << report.error().describe();
            EXPECT_TRUE(report->sound());
            EXPECT_EQ(report->strangers, 0U);
        });
}

TEST_P(RecoveryDataFaults, RepairingByIt) {
    auto damaged = protected_;
    // One is spoiled, one is gone.
    const auto first = whole_.begin()->first;
    const auto last = whole_.rbegin()->first;
    damaged.files[first][20'000] ^= 0x5aU;
    damaged.files.erase(last);
    std::erase(damaged.paths, last);
    each_fault(
        damaged, [](FamilyWorld& world) { static_cast<void>(repair(world)); },
        [this, &first, &last](FamilyWorld& world) {
            for (const auto& [path, bytes] : objects_of(world)) {
                ASSERT_TRUE(whole_.contains(path)) << path;
                // A name in its place is never anything but what stood there, or the whole.
                if (path != first) {
                    EXPECT_EQ(bytes, whole_.at(path)) << path;
                }
            }
            EXPECT_GE(objects_of(world).size(), whole_.size() - 1);
            EXPECT_TRUE(objects_of(world).contains(first));
            static_cast<void>(last);
            const auto report = repair(world);
            ASSERT_TRUE(report) << report.error().describe();
            EXPECT_TRUE(report->sound());
            EXPECT_EQ(objects_of(world), whole_);
        });
}

TEST_P(RecoveryDataFaults, LeavingIt) {
    const auto leaving = *archive::object_of_path(
        whole_.begin()->first.substr(std::string("/disk/archive/").size()));
    each_fault(
        protected_,
        [&](FamilyWorld& world) {
            archive::Staging staging(world.files, world.archive, world.random);
            static_cast<void>(
                library::leave_sets(world.environment(), staging, {&leaving, 1}, world.heard));
        },
        [&, this](FamilyWorld& world) {
            EXPECT_EQ(objects_of(world), whole_);
            archive::Staging staging(world.files, world.archive, world.random);
            ASSERT_TRUE(
                library::leave_sets(world.environment(), staging, {&leaving, 1}, world.heard));
            ASSERT_TRUE(world.files.remove_file(whole_.begin()->first));
            const auto report = repair(world);
            ASSERT_TRUE(report) << report.error().describe();
            EXPECT_FALSE(objects_of(world).contains(whole_.begin()->first))
                << "what was erased came back";
            EXPECT_EQ(unprotected(world), 0U);
        });
}

INSTANTIATE_TEST_SUITE_P(All, RecoveryDataFaults,
                         ::testing::Values(FaultKind::once, FaultKind::forever, FaultKind::crash),
                         [](const auto& given) {
                             return given.param == FaultKind::once      ? "Once"
                                    : given.param == FaultKind::forever ? "Forever"
                                                                        : "Crash";
                         });

}  // namespace
}  // namespace keepsake::testing
