#include "parity/galois.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>

namespace keepsake::parity {
namespace {

// By the definition: polynomials over bits, reduced.
Element multiply_slowly(Element a, Element b) {
    std::uint32_t product = 0;
    for (unsigned bit = 0; bit < 16; ++bit)
        if ((b >> bit & 1U) != 0) product ^= std::uint32_t{a} << bit;
    for (unsigned bit = 31; bit >= 16; --bit)
        if ((product >> bit & 1U) != 0) product ^= kFieldPolynomial << (bit - 16);
    return static_cast<Element>(product);
}

Element any_element() { return *rc::gen::arbitrary<Element>(); }

RC_GTEST_PROP(GaloisProperty, MultipliesAsDefined, ()) {
    const auto a = any_element();
    const auto b = any_element();
    RC_ASSERT(multiply(a, b) == multiply_slowly(a, b));
}

RC_GTEST_PROP(GaloisProperty, IsAField, ()) {
    const auto a = any_element();
    const auto b = any_element();
    const auto c = any_element();
    RC_ASSERT(multiply(a, b) == multiply(b, a));
    RC_ASSERT(multiply(multiply(a, b), c) == multiply(a, multiply(b, c)));
    RC_ASSERT(multiply(a, b ^ c) == (multiply(a, b) ^ multiply(a, c)));
    RC_ASSERT(multiply(a, 1) == a);
    if (a != 0) RC_ASSERT(multiply(a, inverse(a)) == 1);
}

RC_GTEST_PROP(GaloisProperty, PowersAreRepeatedProducts, ()) {
    const auto a = any_element();
    const auto exponent = *rc::gen::inRange(0U, 300U);
    Element product = 1;
    for (std::uint32_t i = 0; i < exponent; ++i) product = multiply(product, a);
    RC_ASSERT(power(a, exponent) == product);
    if (a != 0) RC_ASSERT(power(a, exponent + kFieldOrder) == product);
}

TEST(Galois, EveryElementButZeroHasAnInverse) {
    for (std::uint32_t a = 1; a <= kFieldOrder; ++a) {
        const auto element = static_cast<Element>(a);
        ASSERT_EQ(multiply(element, inverse(element)), 1) << a;
    }
}

// The specification begins its list so: 2, 4, 16, 128, 256, 2048, 8192, 16384, 4107, 32856, 17132.
TEST(Galois, ConstantsAreThoseOfTheSpecification) {
    const auto constants = input_constants(kMostSlices);
    const Element first[] = {2, 4, 16, 128, 256, 2048, 8192, 16384, 4107, 32856, 17132};
    for (std::size_t i = 0; i < std::size(first); ++i) EXPECT_EQ(constants[i], first[i]) << i;
    EXPECT_EQ(std::set(constants.begin(), constants.end()).size(), kMostSlices);
}

}  // namespace
}  // namespace keepsake::parity
