#include "parity/kernel.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "parity/galois.h"

namespace keepsake::parity {
namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer random_bytes(std::size_t bytes, std::mt19937_64& random) {
    Buffer buffer(bytes);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    return buffer;
}

Element element_at(const Buffer& data, std::size_t byte) {
    return static_cast<Element>(data[byte] | data[byte + 1] << 8U);
}

// Buffers that begin anywhere, so that nothing may rest on alignment.
struct Unaligned {
    Unaligned(const Buffer& content, std::size_t shift) : bytes(content.size() + shift, 0xA5) {
        std::ranges::copy(content, bytes.begin() + static_cast<std::ptrdiff_t>(shift));
        data = bytes.data() + shift;
    }
    Buffer bytes;
    std::uint8_t* data;
};

Buffer run(const Kernel& kernel, const Buffer& start, const std::vector<Buffer>& inputs,
           const std::vector<Element>& factors, std::size_t shift) {
    const auto bytes = start.size();
    std::vector<Unaligned> planes;
    std::vector<const std::uint8_t*> pointers;
    pointers.reserve(inputs.size());
    std::vector<std::uint8_t> prepared(kernel.prepared_bytes * factors.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Unaligned raw(inputs[i], (shift + i) % 64);
        planes.emplace_back(Buffer(bytes), (shift * 3 + i) % 64);
        kernel.to_planes(raw.data, planes.back().data, bytes);
        kernel.prepare(factors[i], prepared.data() + i * kernel.prepared_bytes);
    }
    for (auto& plane : planes) pointers.push_back(plane.data);
    const Unaligned begin(start, shift);
    Unaligned out(Buffer(bytes), shift);
    kernel.to_planes(begin.data, out.data, bytes);
    for (std::size_t i = 0; i < inputs.size(); i += kernel.most_inputs) {
        kernel.multiply_add(out.data, pointers.data() + i,
                            prepared.data() + i * kernel.prepared_bytes,
                            std::min(kernel.most_inputs, inputs.size() - i), bytes);
    }
    Buffer result(bytes);
    kernel.from_planes(out.data, result.data(), bytes);
    return result;
}

Buffer expected(const Buffer& start, const std::vector<Buffer>& inputs,
                const std::vector<Element>& factors) {
    auto result = start;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        for (std::size_t at = 0; at < result.size(); at += 2) {
            const auto product = multiply(factors[i], element_at(inputs[i], at));
            result[at] = static_cast<std::uint8_t>(result[at] ^ product);
            result[at + 1] = static_cast<std::uint8_t>(result[at + 1] ^ (product >> 8U));
        }
    }
    return result;
}

RC_GTEST_PROP(KernelProperty, EachOneComputesWhatTheFieldSays, ()) {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    const auto bytes = kGranuleBytes * *rc::gen::inRange<std::size_t>(1, 20);
    const auto count = *rc::gen::inRange<std::size_t>(1, 15);
    const auto shift = *rc::gen::inRange<std::size_t>(0, 64);
    std::vector<Buffer> inputs;
    std::vector<Element> factors;
    for (std::size_t i = 0; i < count; ++i) {
        inputs.push_back(random_bytes(bytes, random));
        factors.push_back(static_cast<Element>(random()));
    }
    const auto start = random_bytes(bytes, random);
    const auto wanted = expected(start, inputs, factors);
    for (const auto* const kernel : kernels())
        if (run(*kernel, start, inputs, factors, shift) != wanted)
            RC_FAIL("wrong result of " + std::string(kernel->name));
}

TEST(Kernel, EachOneMultipliesByEveryFactor) {
    std::mt19937_64 random(1);
    const auto input = random_bytes(kGranuleBytes, random);
    const Buffer zeros(kGranuleBytes);
    for (const auto* const kernel : kernels()) {
        for (std::uint32_t factor = 0; factor <= kFieldOrder; factor += 7) {
            const std::vector factors{static_cast<Element>(factor)};
            ASSERT_EQ(run(*kernel, zeros, {input}, factors, 0), expected(zeros, {input}, factors))
                << kernel->name << ", factor " << factor;
        }
    }
}

// Says in the log which ways were not tested here.
class KernelOnThisProcessor : public ::testing::TestWithParam<std::string> {};
TEST_P(KernelOnThisProcessor, IsTested) {
    const auto usable = kernels();
    const bool is_usable = std::ranges::any_of(
        usable, [](const Kernel* kernel) { return kernel->name == GetParam(); });
    if (!is_usable) GTEST_SKIP() << "this processor cannot run " << GetParam();
}
INSTANTIATE_TEST_SUITE_P(All, KernelOnThisProcessor,
                         ::testing::Values("portable", "avx2", "gfni-avx2", "gfni-avx512"),
                         [](const auto& given) {
                             auto name = given.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace keepsake::parity
