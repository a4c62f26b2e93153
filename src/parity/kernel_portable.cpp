// The plainest kernel, for every processor: a table for each byte of an element.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "parity/galois.h"
#include "parity/kernel.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kBits = 16;

using Products = std::array<Element, kBits>;  // the factor times each power of two
using ByteTable = std::array<Element, 256>;

void prepare(Element factor, std::uint8_t* prepared) noexcept {
    Products products{};
    for (std::size_t bit = 0; bit < kBits; ++bit)
        products[bit] = multiply(factor, static_cast<Element>(1U << bit));
    std::memcpy(prepared, products.data(), sizeof products);
}

void fill(ByteTable& table, const Element* products) {
    table[0] = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) {
        const std::size_t half = std::size_t{1} << bit;
        for (std::size_t i = 0; i < half; ++i)
            table[half + i] = static_cast<Element>(table[i] ^ products[bit]);
    }
}

void copy(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes) noexcept {
    std::memcpy(out, in, bytes);
}

void multiply_add(std::uint8_t* out, const std::uint8_t* const* in, const std::uint8_t* prepared,
                  std::size_t /*count*/, std::size_t bytes) noexcept {
    Products products;
    std::memcpy(products.data(), prepared, sizeof products);
    ByteTable low;
    ByteTable high;
    fill(low, products.data());
    fill(high, products.data() + kBits / 2);
    const auto* const input = *in;
    for (std::size_t i = 0; i < bytes; i += 2) {
        const auto product = static_cast<Element>(low[input[i]] ^ high[input[i + 1]]);
        out[i] = static_cast<std::uint8_t>(out[i] ^ product);
        out[i + 1] = static_cast<std::uint8_t>(out[i + 1] ^ (product >> 8U));
    }
}

}  // namespace

constinit const Kernel kPortableKernel{.name = "portable",
                                       .prepared_bytes = sizeof(Products),
                                       .most_inputs = 1,
                                       .prepare = prepare,
                                       .to_planes = copy,
                                       .from_planes = copy,
                                       .multiply_add = multiply_add};

}  // namespace keepsake::parity
