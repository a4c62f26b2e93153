#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "faults/family_world.h"
#include "faults/fault_case.h"
#include "faults/invariants.h"
#include "faults/scenarios.h"
#include "support/fault_plan.h"

namespace keepsake::testing {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr std::size_t kSlowness = 10;  // so many fewer cases: all of them took half an hour
#else
constexpr std::size_t kSlowness = 1;
#endif

struct Kind {
    std::string name;
    FaultKind kind;
    int error;
    std::size_t sample;  ///< so many cases are tried, where not all are
};

// Kinds and scenarios are named, not dumped.
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

std::vector<Kind> kinds() {
    return {{"Crash", FaultKind::crash, 0, 30},
            {"IoError", FaultKind::once, EIO, 12},
            {"IoErrors", FaultKind::forever, EIO, 8},
            {"NoSpace", FaultKind::once, ENOSPC, 6},
            {"NoSpaceAnyMore", FaultKind::forever, ENOSPC, 6},
            {"OverQuota", FaultKind::once, EDQUOT, 2},
            {"OverQuotaAnyMore", FaultKind::forever, EDQUOT, 2},
            {"ReadOnly", FaultKind::once, EROFS, 4},
            {"ReadOnlyAnyMore", FaultKind::forever, EROFS, 4},
            {"Interrupted", FaultKind::once, EINTR, 4},
            {"InterruptedAnyMore", FaultKind::forever, EINTR, 2},
            {"FullDisk", FaultKind::full, 0, 8},
            {"Spoilt", FaultKind::spoil, 0, 6}};
}

/// Whether a fault of this kind can strike it.
bool strikes(const Kind& kind, const Operation& operation) {
    if (kind.kind == FaultKind::crash) return true;
    if (kind.kind == FaultKind::spoil)
        return operation.name == "append" && operation.size_bytes > 0;
    return can_fail(operation.need, kind.error);
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

    // The operations that it did, and what each appended.
    std::vector<Operation> run(const FaultCase& fault) {
        FamilyWorld world(fault.seed, beginning());
        world.files.set_syncs_as_a_whole(scenario().can_sync_as_a_whole);
        world.files.set_has_locks(scenario().has_locks);
        world.files.set_plan(fault.plan());
        if (fault.kind == FaultKind::full && fault.at != kNever)
            world.files.set_capacity(used_bytes(world) + fault.at);
        scenario().run(world);
        auto operations = world.files.operations();
        const bool by_number = fault.kind != FaultKind::full && fault.at < operations.size();
        const auto what = by_number ? world.files.operation_name(fault.at) : "no operation failed";
        SCOPED_TRACE("KEEPSAKE_FAULT=\"" + fault.to_text() + "\" (" + what + ")");
        if (fault.kind == FaultKind::spoil) {
            expect_nothing_lost(world);
            return operations;
        }
        // Also after a mere failure: the power goes some time later.
        if (fault.kind == FaultKind::crash || fault.seed % 2 == 0) world.files.crash();
        // What a computer has of its own may be lost with it.
        if (fault.seed % 4 < 2) world.state_folder = "/home/fresh-state";
        expect_invariants(world, scenario().keep_again);
        return operations;
    }

    // Where faults of this kind make a difference: numbers of operations, or bytes of room.
    std::vector<std::uint64_t> cases(const std::vector<Operation>& operations) const {
        const auto& kind = std::get<1>(GetParam());
        std::vector<std::uint64_t> cases;
        std::uint64_t bytes = 0;
        for (std::uint64_t at = 0; at < operations.size(); ++at) {
            const auto& operation = operations[at];
            if (kind.kind != FaultKind::full) {
                if (strikes(kind, operation)) cases.push_back(at);
            } else if (operation.name == "append" && operation.size_bytes > 0) {
                // Nothing of it, a part, all but a byte.
                for (const auto part :
                     {std::uint64_t{0}, operation.size_bytes / 2, operation.size_bytes - 1})
                    cases.push_back(bytes + part);
                bytes += operation.size_bytes;
            }
        }
        return cases;
    }

    static std::uint64_t used_bytes(const FamilyWorld& world) {
        std::uint64_t sum = 0;
        for (const auto& [path, bytes] : world.files.snapshot()) sum += bytes.size();
        return sum;
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
    const auto all = cases(run(fault));
    const bool is_long = !environment_variable("KEEPSAKE_TEST_LONG").empty();
    const auto sample = std::max<std::size_t>(1, kind.sample / scenario().weight / kSlowness);
    const auto most = is_long ? all.size() / scenario().weight : sample;
    const auto count = std::min(all.size(), most);
    const std::uint64_t seeds = is_long && scenario().weight == 1 ? 4 : 1;
    // Each kind begins elsewhere, so that together they try more operations.
    const auto first = kind.name.size();
    for (std::size_t i = 0; i < count; ++i) {
        fault.at = all[(i * all.size() / count + first) % all.size()];
        for (fault.seed = 10 + i; fault.seed < 10 + i + seeds; ++fault.seed) {
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

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

}  // namespace keepsake::testing
