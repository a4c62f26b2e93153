#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/fault_plan.h"

/// One thing that goes wrong in one scenario, and the line that repeats it.
namespace keepsake::testing {

enum class FaultKind {
    once,     ///< operation `at` fails, the program goes on
    forever,  ///< it and all that follow fail
    crash,    ///< the machine stops in operation `at`
    full,     ///< the disk has room for `at` more bytes
    spoil,    ///< append `at` spoils a byte and says that all is well
};

/// As text: "keep crash 17 3" or "keep once:ENOSPC 17 3": scenario, kind, operation (or bytes),
/// seed. In KEEPSAKE_FAULT it makes the test of that scenario try this case alone. Keeping runs on
/// several threads, so operation 17 may be another one the next time: --gtest_repeat=50 finds it
/// again.
struct FaultCase {
    std::string scenario;
    FaultKind kind = FaultKind::crash;
    int error = 0;
    std::uint64_t at = kNever;
    std::uint64_t seed = 1;

    std::string to_text() const;
    static std::optional<FaultCase> from_text(std::string_view text);
    FaultPlan plan() const;
};

}  // namespace keepsake::testing
