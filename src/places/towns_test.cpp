#include "places/towns.h"

#include <gtest/gtest.h>

namespace keepsake::places {
namespace {

TEST(Towns, TheNearestOneIsNamed) {
    const auto munich = nearby(48.1374, 11.5755).town;
    ASSERT_TRUE(munich);
    EXPECT_EQ(munich->name, "Munich");
    EXPECT_EQ(munich->country, "DE");
    EXPECT_LT(munich->km, 0.1);
    EXPECT_GT(munich->people, 1'000'000U);
    const auto lisbon = nearby(38.7167, -9.1333).town;
    ASSERT_TRUE(lisbon);
    EXPECT_EQ(lisbon->country, "PT");
    // A kilometre in latitude is one.
    const auto north = nearby(48.1374 + 1 / 111.195, 11.5755).town;
    ASSERT_TRUE(north);
    EXPECT_LE(north->km, 1.01);
}

TEST(Towns, ASuburbBelongsToItsCity) {
    const auto suburb = nearby(48.0656, 11.6103).town;
    ASSERT_TRUE(suburb);
    EXPECT_NE(suburb->name, "Munich");
    const auto city = nearby(48.0656, 11.6103).city;
    ASSERT_TRUE(city);
    EXPECT_EQ(city->name, "Munich");
}

TEST(Towns, FarFromAllThereIsNone) {
    EXPECT_FALSE(nearby(0, -30).town);  // the Atlantic
    EXPECT_FALSE(nearby(90, 0).town);   // the pole
    EXPECT_FALSE(nearby(-90, 180).town);
    EXPECT_FALSE(nearby(91, 0).town);         // no place
    EXPECT_FALSE(nearby(55.13, 15.14).city);  // Bornholm
}

TEST(Towns, TheDateLineIsNoEdge) {
    // Taveuni, Fiji, stands on it: a town is found from both sides at the same distance.
    const auto east = nearby(-16.6, 179.9999).town;
    const auto west = nearby(-16.6, -179.9999).town;
    EXPECT_EQ(east.has_value(), west.has_value());
    if (east && west) {
        EXPECT_EQ(east->name, west->name);
        EXPECT_NEAR(east->km, west->km, 0.1);
    }
}

}  // namespace
}  // namespace keepsake::places
