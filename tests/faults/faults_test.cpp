#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <regex>
#include <set>
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
    /// Of each operation that makes a sort of file last at least one case is tried.
    bool everywhere = false;
};

// Kinds and scenarios are named, not dumped.
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

std::vector<Kind> kinds() {
    return {{"Crash", FaultKind::crash, 0, 30},
            {"IoError", FaultKind::once, EIO, 12, true},
            {"IoErrors", FaultKind::forever, EIO, 8},
            {"NoSpace", FaultKind::once, ENOSPC, 6},
            {"NoSpaceAnyMore", FaultKind::forever, ENOSPC, 6},
            {"OverQuota", FaultKind::once, EDQUOT, 2},
            {"OverQuotaAnyMore", FaultKind::forever, EDQUOT, 2},
            {"ReadOnly", FaultKind::once, EROFS, 4},
            {"ReadOnlyAnyMore", FaultKind::forever, EROFS, 4},
            {"Interrupted", FaultKind::once, EINTR, 4, true},
            {"InterruptedAnyMore", FaultKind::forever, EINTR, 2},
            {"FullDisk", FaultKind::full, 0, 8},
            {"Spoilt", FaultKind::spoil, 0, 6, true}};
}

/// Whether a fault of this kind can strike it.
bool strikes(const Kind& kind, const Operation& operation) {
    if (kind.kind == FaultKind::crash) return true;
    if (kind.kind == FaultKind::spoil)
        return operation.name == "append" && operation.size_bytes > 0;
    return can_fail(operation.need, kind.error);
}

/// Where the bytes of an operation's file end up: under the name that the file is given later.
std::string place_of(const std::vector<Operation>& operations, std::uint64_t at) {
    const auto& path = operations[at].path;
    for (auto later = at; later < operations.size(); ++later)
        if (operations[later].name.starts_with("rename") &&
            operations[later].path.starts_with(path + " to "))
            return operations[later].path.substr(path.size() + 4);
    const auto arrow = path.find(" to ");
    return arrow == std::string::npos ? path : path.substr(arrow + 4);
}

/// "append /disk/archive/objects/#/#.age"
std::string sort_of(const std::vector<Operation>& operations, std::uint64_t at) {
    static const std::regex kNumbers("[0-9a-f]{2,}|[0-9]");
    // Syncing all of it is for what came just before: bytes, or names.
    const auto before =
        operations[at].name == "sync_everything" && at > 0 ? operations[at - 1].name + ", " : "";
    return before + operations[at].name + " " +
           std::regex_replace(place_of(operations, at), kNumbers, "#");
}

/// Whether it makes objects last; before any was written it only shows whether it can be had.
bool syncs_objects(const std::vector<Operation>& operations, std::uint64_t at) {
    const auto objects = std::string(FamilyWorld::kArchive) + "/objects/";
    while (at-- > 0 && operations[at].name != "sync_everything")
        if (operations[at].name == "append" || operations[at].name == "rename_exclusive")
            if (place_of(operations, at).starts_with(objects)) return true;
    return false;
}

/// What makes bytes and names last in the archive: if it fails, somebody is told.
bool must_be_told(const std::vector<Operation>& operations, std::uint64_t at) {
    static const std::set<std::string> kWriting{
        "append",           "sync",           "close",          "rename_exclusive",
        "rename_replacing", "sync_directory", "sync_everything"};
    const std::string archive = FamilyWorld::kArchive;
    if (!kWriting.contains(operations[at].name)) return false;
    if (operations[at].name == "sync_everything") return syncs_objects(operations, at);
    const auto place = place_of(operations, at);
    for (const auto* const part : {"/objects/", "/journal/", "/keys/"})
        if (place.starts_with(archive + part) || place.starts_with(archive + "/mirror" + part))
            return true;
    return false;
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
        if (fault.at == kNever) {
            EXPECT_FALSE(world.told_of_failure) << "it fails though nothing went wrong";
        }
        if (fault.kind == FaultKind::once && fault.error == EIO && by_number &&
            must_be_told(operations, fault.at)) {
            EXPECT_TRUE(world.told_of_failure) << "nobody was told";
        }
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

    // Spread over all of them, so that together the kinds try many; and one of each sort.
    std::vector<std::uint64_t> sample(const std::vector<Operation>& operations,
                                      const std::vector<std::uint64_t>& all) const {
        const auto& kind = std::get<1>(GetParam());
        const bool is_long = !environment_variable("KEEPSAKE_TEST_LONG").empty();
        const auto weight = scenario().weight;
        const auto most = is_long ? all.size() / weight
                                  : std::max<std::size_t>(1, kind.sample / weight / kSlowness);
        const auto count = std::min(all.size(), most);
        const auto first = kind.name.size();
        std::vector<std::uint64_t> chosen;
        chosen.reserve(count);
        std::set<std::string> sorts;
        for (std::size_t i = 0; i < count; ++i)
            chosen.push_back(all[(i * all.size() / count + first) % all.size()]);
        if (!kind.everywhere || weight > 1 || kSlowness > 1) return chosen;
        // Of each the last: the first append of an object is its header, which the journal knows.
        for (auto at = all.rbegin(); at != all.rend(); ++at)
            if (must_be_told(operations, *at) && sorts.insert(sort_of(operations, *at)).second)
                chosen.push_back(*at);
        return chosen;
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
    const auto operations = run(fault);
    const bool is_long = !environment_variable("KEEPSAKE_TEST_LONG").empty();
    const std::uint64_t seeds = is_long && scenario().weight == 1 ? 4 : 1;
    std::uint64_t seed = 10;
    for (const auto at : sample(operations, cases(operations))) {
        fault.at = at;
        for (fault.seed = seed; fault.seed < seed + seeds; ++fault.seed) {
            run(fault);
            if (HasFailure()) return;
        }
        ++seed;
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
