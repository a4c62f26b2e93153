#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "parity/galois.h"

namespace keepsake::parity {

/// The way from recovery slices back to lost ones.
struct Solution {
    std::vector<std::size_t> rows;  ///< which exponents are used, one for each lost slice
    /// Row-major: lost slice i is the sum over j of inverse[i * n + j] times what recovery slice
    /// rows[j] has beyond the slices that are there.
    std::vector<Element> inverse;
};

/// Solves for lost slices with these constants, from recovery slices with these exponents. Not
/// every choice of exponents can be solved for (a weakness of PAR2): others are then tried, as far
/// as there are more than are needed. Nothing where none can. Time: about lost^3 / 100 ns. Memory:
/// some times lost^2 * 2 bytes.
std::optional<Solution> solve(std::span<const Element> lost,
                              std::span<const std::uint32_t> exponents);

}  // namespace keepsake::parity
