#include "crypto/sha256_pair.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crypto/sha256.h"

namespace keepsake::crypto {
namespace {

class Sha256Pairs : public ::testing::TestWithParam<Sha256Pair::Method> {
  protected:
    void SetUp() override {
        if (GetParam() == Sha256Pair::Method::interleaved &&
            Sha256Pair::best_method() != GetParam())
            GTEST_SKIP() << "this processor has no SHA instructions";
    }
};

void expect_digests(const Sha256Digests& digests, ByteView first, ByteView second) {
    EXPECT_EQ(to_hex(digests.first), to_hex(sha256(first)));
    EXPECT_EQ(to_hex(digests.second), to_hex(sha256(second)));
}

// Around each length at which another block, or its padding, begins.
TEST_P(Sha256Pairs, GiveWhatOneStreamGives) {
    Bytes bytes;
    for (std::size_t i = 0; i < 400; ++i)
        bytes.push_back(static_cast<std::uint8_t>(i * 7 + i / 64));
    Sha256Pair pair(GetParam());
    for (std::size_t first = 0; first <= 200; ++first)
        for (const std::size_t second : {std::size_t{0}, first, 200 - first, first + 200}) {
            const auto a = ByteView(bytes).first(first);
            const auto b = ByteView(bytes).last(second);
            pair.update(a, b);
            expect_digests(pair.finish(), a, b);
        }
}

TEST_P(Sha256Pairs, GiveTheSameInPieces) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<Bytes, Bytes>>& pieces, bool long_ones) {
        Sha256Pair pair(GetParam());
        Bytes first;
        Bytes second;
        for (auto [a, b] : pieces) {
            if (long_ones) a.resize(a.size() * 50, 1);
            pair.update(a, b);
            first.insert(first.end(), a.begin(), a.end());
            second.insert(second.end(), b.begin(), b.end());
        }
        const auto digests = pair.finish();
        RC_ASSERT(digests.first == sha256(first));
        RC_ASSERT(digests.second == sha256(second));
    }));
}

TEST_P(Sha256Pairs, StartAnewAfterFinish) {
    Sha256Pair pair(GetParam());
    pair.update(as_bytes("something"), as_bytes("else"));
    static_cast<void>(pair.finish());
    pair.update(as_bytes("abc"), {});
    Sha256Pair moved(std::move(pair));
    expect_digests(moved.finish(), as_bytes("abc"), {});
    expect_digests(moved.finish(), {}, {});
}

INSTANTIATE_TEST_SUITE_P(Methods, Sha256Pairs,
                         ::testing::Values(Sha256Pair::Method::one_after_the_other,
                                           Sha256Pair::Method::interleaved),
                         [](const auto& of) {
                             return std::string(of.param == Sha256Pair::Method::interleaved
                                                    ? "Interleaved"
                                                    : "OneAfterTheOther");
                         });

}  // namespace
}  // namespace keepsake::crypto
