#include "model/hybrid_clock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/time.h"

namespace keepsake::model {
namespace {

class HandClock final : public WallClock {
  public:
    Instant now() const override { return at; }
    Instant at{1'790'000'000, 123'456'789};
};

TEST(HybridTime, TextSortsAsTheTimeDoes) {
    const HybridTime times[] = {{-62'135'596'800'000, 0},
                                {-1, 0xffff},
                                {0, 0},
                                {0, 1},
                                {0, 0x00ff},
                                {0, 0x0100},
                                {1, 0},
                                {253'402'300'799'999, 0xffff}};
    std::string before;
    for (const auto& time : times) {
        const auto text = time.to_text();
        EXPECT_EQ(text.size(), 29U);
        EXPECT_LT(before, text);
        EXPECT_EQ(HybridTime::from_text(text), time);
        before = text;
    }
    EXPECT_EQ(before, "9999-12-31T23:59:59.999Z-ffff");
}

TEST(HybridTime, RefusesEveryOtherText) {
    for (const auto* text : {"", "2026-11-23T06:14:37.123Z-000", "2026-11-23T06:14:37.123Z-00000",
                             "2026-11-23T06:14:37.123Z-000A", "2026-11-23T06:14:37.123Z_0000",
                             "2026-11-23T06:14:37.1234Z-000", "2026-13-23T06:14:37.123Z-0000",
                             "2026-11-23T06:14:37.12xZ-0000", "2026-11-23 06:14:37.123Z-0000"})
        EXPECT_FALSE(HybridTime::from_text(text)) << text;
}

TEST(HybridClock, RisesWhateverTheWallClockDoes) {
    HandClock wall;
    HybridClock clock(wall);
    HybridTime before;
    for (const std::int64_t step : {0, 1, -5000, 0, 0, 3, -1, 100'000'000}) {
        wall.at.seconds += step;
        const auto now = clock.next();
        ASSERT_TRUE(now);
        EXPECT_GT(*now, before);
        before = *now;
    }
    EXPECT_EQ(before.milliseconds, wall.at.seconds * 1000 + 123);
}

TEST(HybridClock, IsPastWhatItWasShownAndEndsWithAWord) {
    HandClock wall;
    HybridClock clock(wall);
    clock.observe({1'900'000'000'000, 0xffff});
    const auto next = clock.next();
    ASSERT_TRUE(next);
    EXPECT_EQ(*next, (HybridTime{1'900'000'000'001, 0}));
    clock.observe({5, 5});
    EXPECT_EQ(clock.latest(), *next);
    clock.observe({253'402'300'799'999, 0xffff});
    const auto end = clock.next();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code(), ErrorCode::limit);
}

}  // namespace
}  // namespace keepsake::model
