#include "crypto/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "base/bytes.h"

namespace keepsake::crypto {
namespace {

TEST(SystemRandom, FillsAllOfIt) {
    SystemRandom random;
    random.fill({});
    Bytes bytes(4096);
    random.fill(bytes);
    // 4096 random bytes miss a given value with probability 1e-7, and 20 of the 256 never.
    EXPECT_GT(std::set<std::uint8_t>(bytes.begin(), bytes.end()).size(), 236U);
    EXPECT_TRUE(
        std::ranges::any_of(ByteView(bytes).last(64), [](std::uint8_t b) { return b != 0; }));
}

TEST(SystemRandom, NeverRepeats) {
    SystemRandom random;
    std::set<Bytes> seen;
    for (int i = 0; i < 100; ++i) {
        Bytes bytes(16);
        random.fill(bytes);
        EXPECT_TRUE(seen.insert(bytes).second);
    }
}

}  // namespace
}  // namespace keepsake::crypto
