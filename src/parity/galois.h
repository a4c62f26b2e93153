#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace keepsake::parity {

/// An element of GF(2^16), the field of PAR2: polynomials modulo x^16 + x^12 + x^3 + x + 1.
/// Addition is exclusive or; x (2) generates every element but 0.
using Element = std::uint16_t;

inline constexpr std::uint32_t kFieldPolynomial = 0x1100B;
inline constexpr std::uint32_t kFieldOrder = 65'535;  ///< of the multiplicative group
/// A set has at most as many input slices: there are no more constants.
inline constexpr std::size_t kMostSlices = 32'768;

Element multiply(Element a, Element b);
/// Requires: a != 0.
Element inverse(Element a);
Element power(Element a, std::uint32_t exponent);

/// The constants of the first `count` input slices: the powers of 2 whose exponent has no common
/// factor with 65,535. Recovery slice e is the sum of each input slice times its constant to the
/// power e. Requires: count <= kMostSlices.
std::vector<Element> input_constants(std::size_t count);

}  // namespace keepsake::parity
