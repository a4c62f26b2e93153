#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "faults/family_world.h"
#include "faults/fault_case.h"
#include "faults/invariants.h"
#include "faults/scenarios.h"
#include "support/fault_plan.h"

namespace keepsake::testing {
namespace {

constexpr std::uint64_t kSample = 12;  // operations tried of each kind, where not all are

struct Kind {
    std::string name;
    FaultKind kind;
    int error;
};

std::vector<Kind> kinds() {
    return {{"Crash", FaultKind::crash, 0},
            {"IoError", FaultKind::once, EIO},
            {"IoErrors", FaultKind::forever, EIO},
            {"NoSpace", FaultKind::once, ENOSPC},
            {"NoSpaceAnyMore", FaultKind::forever, ENOSPC},
            {"ReadOnly", FaultKind::once, EROFS},
            {"ReadOnlyAnyMore", FaultKind::forever, EROFS}};
}

std::string environment_variable(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? "" : value;
}

class Faults : public ::testing::TestWithParam<std::tuple<Scenario, Kind>> {
  protected:
    const Scenario& scenario() const { return std::get<0>(GetParam()); }

    // What is there before anything goes wrong: made once.
    const Beginning& beginning() {
        if (!beginning_) {
            FamilyWorld world(1);
            scenario().before(world);
            beginning_ = world.as_it_is();
        }
        return *beginning_;
    }

    std::uint64_t run(const FaultCase& fault) {
        FamilyWorld world(fault.seed, beginning());
        world.files.set_syncs_as_a_whole(scenario().can_sync_as_a_whole);
        world.files.set_plan(fault.plan());
        scenario().run(world);
        const auto count = world.files.operation_count();
        const auto what =
            fault.at < count ? world.files.operation_name(fault.at) : "nothing failed";
        SCOPED_TRACE("KEEPSAKE_FAULT=\"" + fault.to_text() + "\" (" + what + ")");
        // Also after a mere failure: the power goes some time later.
        if (fault.kind == FaultKind::crash || fault.seed % 2 == 0) world.files.crash();
        // What a computer has of its own may be lost with it.
        if (fault.seed % 4 < 2) world.state_folder = "/home/fresh-state";
        expect_invariants(world, scenario().keep_again);
        return count;
    }

    std::optional<Beginning> beginning_;
};

TEST_P(Faults, LoseNothing) {
    const auto& kind = std::get<1>(GetParam());
    if (const auto wanted = FaultCase::from_text(environment_variable("KEEPSAKE_FAULT"))) {
        if (wanted->scenario == scenario().name && wanted->kind == kind.kind &&
            wanted->error == kind.error)
            run(*wanted);
        return;
    }
    FaultCase fault{scenario().name, kind.kind, kind.error, kNever, 1};
    const auto count = run(fault);
    const bool all = !environment_variable("KEEPSAKE_TEST_LONG").empty();
    const std::uint64_t sample = kind.kind == FaultKind::crash ? 3 * kSample : kSample;
    const auto step = all ? 1 : std::max<std::uint64_t>(1, count / sample);
    const std::uint64_t seeds = all ? 4 : 1;
    // Each kind begins elsewhere, so that together they try more operations.
    for (fault.at = static_cast<std::uint64_t>(kind.error) % step; fault.at < count;
         fault.at += step) {
        for (std::uint64_t i = 0; i < seeds; ++i) {
            fault.seed = 10 + fault.at / step + i;
            run(fault);
            if (HasFailure()) return;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, Faults, ::testing::Combine(::testing::ValuesIn(scenarios()), ::testing::ValuesIn(kinds())),
    [](const auto& given) {
        return std::get<0>(given.param).name + "_" + std::get<1>(given.param).name;
    });

}  // namespace

// Scenarios and kinds are named, not dumped.
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

}  // namespace keepsake::testing
