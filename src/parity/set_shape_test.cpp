#include "parity/set_shape.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace keepsake::parity {
namespace {

constexpr std::uint64_t kMebi = 1ULL << 20U;

SetShape shape(const std::vector<std::uint64_t>& sizes) { return shape_of(sizes); }

TEST(SetShape, GivesAGibibyteOfPhotographsTwoThousandSlices) {
    const auto made = shape(std::vector<std::uint64_t>(256, 4 * kMebi));
    EXPECT_EQ(made.slice_bytes, 536'896U);  // 2^30 / 2000, up to a multiple of 64
    EXPECT_EQ(made.slices, 2'048U);
    EXPECT_EQ(made.recovery_slices, 103U);
}

TEST(SetShape, CanRebuildTheOnlyFileWhole) {
    const auto made = shape({4 * kMebi});
    EXPECT_EQ(made.slices, 96U);
    EXPECT_EQ(made.recovery_slices, 104U);
}

TEST(SetShape, CutsALargeFileIntoTwoThousand) {
    const auto made = shape({1ULL << 42U});
    EXPECT_EQ(made.slices, 2'000U);
    EXPECT_EQ(made.recovery_slices, 100U);
}

TEST(SetShape, TakesOneByte) {
    EXPECT_EQ(shape({1}), (SetShape{.slice_bytes = 64, .slices = 1, .recovery_slices = 9}));
}

RC_GTEST_PROP(SetShapeProperty, HoldsWhatIsPromised, ()) {
    const auto sizes = *rc::gen::suchThat(rc::gen::container<std::vector<std::uint64_t>>(
                                              rc::gen::inRange<std::uint64_t>(1, 3 * kMebi)),
                                          [](const auto& list) { return !list.empty(); });
    const auto made = shape(sizes);
    const auto largest = std::min(*std::ranges::max_element(sizes), 16 * kMebi);
    const auto total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
    RC_ASSERT(made.slice_bytes % 64 == 0U);
    RC_ASSERT(made.slice_bytes >= 64U);
    RC_ASSERT(made.slices >= sizes.size());
    RC_ASSERT(made.slices <= total / made.slice_bytes + sizes.size());
    RC_ASSERT(made.slices <= 2'000 + sizes.size());
    RC_ASSERT(made.recovery_slices <= 128U);
    // The largest file up to 16 MiB can be rebuilt whole, with some to spare.
    RC_ASSERT((made.recovery_slices - 8) * made.slice_bytes >= largest);
    RC_ASSERT(made.recovery_slices == 128U || made.recovery_slices * 20 >= made.slices);
    RC_ASSERT(estimated_bytes(made, sizes.size(), 0) >
              made.recovery_slices * made.slice_bytes + 20ULL * made.slices);
}

TEST(CutIntoSets, ClosesAtAGibibyte) {
    EXPECT_EQ(cut_into_sets(std::vector<std::uint64_t>(600, 4 * kMebi)),
              (std::vector<std::size_t>{256, 256, 88}));
}

TEST(CutIntoSets, ClosesAtFifteenHundredFiles) {
    EXPECT_EQ(cut_into_sets(std::vector<std::uint64_t>(3'100, 1)),
              (std::vector<std::size_t>{1'500, 1'500, 100}));
}

TEST(CutIntoSets, LeavesALargerFileAlone) {
    const std::vector<std::uint64_t> sizes{1, kSetBytes + 1, 1, kSetBytes - 1, 2, UINT64_MAX, 3};
    EXPECT_EQ(cut_into_sets(sizes), (std::vector<std::size_t>{1, 1, 2, 1, 1, 1}));
    EXPECT_TRUE(cut_into_sets({}).empty());
}

}  // namespace
}  // namespace keepsake::parity
