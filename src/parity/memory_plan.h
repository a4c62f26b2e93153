#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "parity/kernel.h"

namespace keepsake::parity {

/// How a task shares out the memory it may take.
struct MemoryPlan {
    std::uint64_t columns_a_pass = 0;  ///< of each slice; all of them where that fits
    std::size_t buffer_bytes = 0;      ///< for input slices
};

inline constexpr std::uint64_t kLeastMemoryBytes = 16ULL << 20U;

/// How many slots a round may have, so that their factors take a quarter of the memory at most.
inline std::size_t most_slots(std::uint64_t memory_bytes, std::uint64_t outputs,
                              const Kernel& kernel) {
    const auto memory = std::max(memory_bytes, kLeastMemoryBytes);
    return std::max<std::uint64_t>(memory / 4 / (outputs * kernel.prepared_bytes), 1);
}

/// Three quarters at most for sums, the rest for input. `input_bytes`: of all input slices.
inline MemoryPlan plan_memory(std::uint64_t memory_bytes, std::uint64_t outputs,
                              std::uint64_t slice_bytes, std::uint64_t input_bytes) {
    const auto memory = std::max(memory_bytes, kLeastMemoryBytes);
    const auto for_sums = memory / 4 * 3;
    MemoryPlan plan{.columns_a_pass = slice_bytes};
    if (outputs > 0 && slice_bytes > for_sums / outputs) {
        const auto columns = for_sums / outputs / kGranuleBytes * kGranuleBytes;
        plan.columns_a_pass = std::clamp<std::uint64_t>(columns, kGranuleBytes, slice_bytes);
    }
    const auto sums = outputs * plan.columns_a_pass;
    const auto left = sums < memory ? memory - sums : 0;
    plan.buffer_bytes = whole_granules(
        std::clamp<std::uint64_t>(input_bytes, kGranuleBytes, std::max(left, memory / 4)));
    return plan;
}

}  // namespace keepsake::parity
