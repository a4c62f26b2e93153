#include "parity/galois.h"

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace keepsake::parity {
namespace {

struct Tables {
    std::array<Element, std::size_t{2} * kFieldOrder> power_of_two{};  // twice round: no remainder
    std::array<std::uint16_t, kFieldOrder + 1> logarithm{};
};

Tables make_tables() {
    Tables tables;
    std::uint32_t value = 1;
    for (std::uint32_t n = 0; n < kFieldOrder; ++n) {
        tables.power_of_two[n] = static_cast<Element>(value);
        tables.power_of_two[n + kFieldOrder] = static_cast<Element>(value);
        tables.logarithm[value] = static_cast<std::uint16_t>(n);
        value <<= 1U;
        if (value > kFieldOrder) value ^= kFieldPolynomial;
    }
    return tables;
}

// Too long a computation for some compilers to do while they compile.
const Tables& tables() {
    static const Tables made = make_tables();
    return made;
}

constexpr bool has_constant(std::uint32_t n) {
    // 65,535 = 3 * 5 * 17 * 257
    return n % 3 != 0 && n % 5 != 0 && n % 17 != 0 && n % 257 != 0;
}

}  // namespace

Element multiply(Element a, Element b) {
    if (a == 0 || b == 0) return 0;
    return tables().power_of_two[std::size_t{tables().logarithm[a]} + tables().logarithm[b]];
}

Element inverse(Element a) {
    assert(a != 0);
    return tables().power_of_two[kFieldOrder - tables().logarithm[a]];
}

Element power(Element a, std::uint32_t exponent) {
    if (exponent == 0) return 1;
    if (a == 0) return 0;
    return tables().power_of_two[std::uint64_t{tables().logarithm[a]} * exponent % kFieldOrder];
}

std::vector<Element> input_constants(std::size_t count) {
    assert(count <= kMostSlices);
    std::vector<Element> constants;
    constants.reserve(count);
    for (std::uint32_t n = 1; constants.size() < count; ++n)
        if (has_constant(n)) constants.push_back(tables().power_of_two[n]);
    return constants;
}

}  // namespace keepsake::parity
