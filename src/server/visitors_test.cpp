#include "server/visitors.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "http/events.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::server {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Visitors, and a clock that a test turns.
class VisitorsTest : public ::testing::Test {
  protected:
    bool is_here(const std::string& word, bool counts = true) {
        return visitors.find(word, counts).has_value();
    }
    static model::ItemId item(std::uint64_t number) {
        return model::ItemId::from_hex("00000000000000" + std::to_string(10 + number)).value();
    }
    static model::MomentId moment(std::uint64_t number) {
        return model::MomentId::from_hex("00000000000000" + std::to_string(10 + number)).value();
    }

    SteadyTime now{std::chrono::hours(1)};
    keepsake::testing::SeededRandom random{1};
    Visitors visitors{random, [this] { return now; }};
    const model::PersonId ines = model::PersonId::from_hex("00000000000000a1").value();
};

TEST_F(VisitorsTest, AreKnownByWordsThatNobodyGuesses) {
    std::set<std::string> words;
    for (int i = 0; i < 20; ++i) words.insert(visitors.begin());
    EXPECT_EQ(words.size(), 20U);
    for (const auto& word : words) {
        EXPECT_EQ(word.size(), 64U);
        ASSERT_TRUE(visitors.find(word));
        EXPECT_EQ(visitors.find(word)->session, word);
        EXPECT_FALSE(visitors.find(word)->person);
        EXPECT_FALSE(is_here(word.substr(0, 63)));
        EXPECT_FALSE(is_here(word + "0"));
    }
    EXPECT_FALSE(is_here(""));
}

TEST_F(VisitorsTest, RestAndEnd) {
    visitors.set_rest(minutes(15));
    const auto word = visitors.begin();
    now += minutes(14);
    EXPECT_TRUE(is_here(word, false)) << "asking alone does not keep it from resting";
    now += seconds(59);
    EXPECT_TRUE(is_here(word));
    now += minutes(14);
    EXPECT_TRUE(is_here(word, false));
    EXPECT_FALSE(visitors.end_rested());
    now += minutes(1);
    EXPECT_FALSE(is_here(word));
    EXPECT_TRUE(visitors.is_empty());
    const auto other = visitors.begin();
    now += minutes(15);
    EXPECT_FALSE(visitors.is_empty()) << "nobody looked";
    EXPECT_TRUE(visitors.end_rested());
    EXPECT_FALSE(is_here(other));
    EXPECT_FALSE(visitors.set_person(other, ines));
}

TEST_F(VisitorsTest, OfTooManyTheOneThatRestedLongestEnds) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < Visitors::kMostSessions; ++i) {
        words.push_back(visitors.begin());
        now += seconds(1);
    }
    EXPECT_TRUE(is_here(words[0])) << "it is the latest now";
    now += seconds(1);
    const auto more = visitors.begin();
    EXPECT_TRUE(is_here(more));
    EXPECT_TRUE(is_here(words[0]));
    EXPECT_FALSE(is_here(words[1]));
    EXPECT_TRUE(is_here(words[2]));
}

TEST_F(VisitorsTest, LookForThemselvesAlone) {
    const auto mine = visitors.begin();
    const auto other = visitors.begin();
    const auto look = visitors.look_at(mine, item(1));
    const auto wider = visitors.look_at(mine, moment(2));
    EXPECT_EQ(look.size(), 32U);
    EXPECT_EQ(visitors.opened(mine, look).items, std::set{item(1)});
    EXPECT_TRUE(visitors.opened(mine, look).moments.empty());
    EXPECT_EQ(visitors.opened(mine, wider).moments, std::set{moment(2)});
    EXPECT_TRUE(visitors.opened(mine, wider).items.empty());
    EXPECT_TRUE(visitors.opened(other, look).items.empty());
    EXPECT_TRUE(visitors.opened(mine, "").items.empty());
    EXPECT_TRUE(visitors.opened("", look).items.empty());
    EXPECT_EQ(visitors.look_at("nobody", item(1)), "");
    visitors.end_look(other, look);
    EXPECT_FALSE(visitors.opened(mine, look).items.empty()) << "it is somebody else's";
    visitors.end_look(mine, look);
    EXPECT_TRUE(visitors.opened(mine, look).items.empty());
    EXPECT_FALSE(visitors.opened(mine, wider).moments.empty());
}

TEST_F(VisitorsTest, LooksEndWhenTheyRestWhenAnotherIsHereAndWithWhatWasLookedAt) {
    visitors.set_rest(minutes(600));
    const auto word = visitors.begin();
    const auto look = visitors.look_at(word, item(1));
    now += minutes(59);
    EXPECT_FALSE(visitors.opened(word, look).items.empty());
    now += minutes(59);
    EXPECT_FALSE(visitors.opened(word, look).items.empty()) << "it was used";
    now += minutes(60);
    EXPECT_TRUE(visitors.opened(word, look).items.empty());

    const auto again = visitors.look_at(word, item(1));
    EXPECT_TRUE(visitors.set_person(word, ines));
    EXPECT_TRUE(visitors.opened(word, again).items.empty()) << "another person's covers hold";
    EXPECT_EQ(visitors.find(word)->person, ines);

    const auto other = visitors.begin();
    const auto first = visitors.look_at(word, item(1));
    const auto second = visitors.look_at(other, item(1));
    const auto third = visitors.look_at(other, moment(1));
    visitors.end_looks(item(1), {});
    EXPECT_TRUE(visitors.opened(word, first).items.empty());
    EXPECT_TRUE(visitors.opened(other, second).items.empty());
    EXPECT_FALSE(visitors.opened(other, third).moments.empty());
    visitors.end_looks({}, moment(1));
    EXPECT_TRUE(visitors.opened(other, third).moments.empty());
}

TEST_F(VisitorsTest, OfTooManyLooksTheOldestEnds) {
    const auto word = visitors.begin();
    std::vector<std::string> looks;
    for (std::size_t i = 0; i < Visitors::kMostLooks; ++i) {
        looks.push_back(visitors.look_at(word, item(1)));
        now += std::chrono::milliseconds(1);
    }
    EXPECT_FALSE(visitors.opened(word, looks[0]).items.empty());
    now += std::chrono::milliseconds(1);
    const auto more = visitors.look_at(word, item(2));
    EXPECT_FALSE(visitors.opened(word, more).items.empty());
    EXPECT_FALSE(visitors.opened(word, looks[0]).items.empty()) << "it was used last";
    EXPECT_TRUE(visitors.opened(word, looks[1]).items.empty());
}

TEST_F(VisitorsTest, HearWhatIsToldUntilTheyEnd) {
    const auto word = visitors.begin();
    EXPECT_FALSE(visitors.listen("nobody"));
    const auto hears = visitors.listen(word);
    ASSERT_TRUE(hears);
    visitors.tell_all("timeline", R"({"revision":"1"})");
    EXPECT_EQ(hears->take(), "event: timeline\ndata: {\"revision\":\"1\"}\n\n");
    visitors.end(word);
    EXPECT_EQ(hears->take(), "event: locked\ndata: {}\n\n");
    EXPECT_TRUE(hears->is_closed());
    const auto other = visitors.listen(visitors.begin());
    visitors.end_all();
    EXPECT_TRUE(other->is_closed());
    EXPECT_TRUE(visitors.is_empty());
}

TEST_F(VisitorsTest, OfTooManyThatHearTheFirstEnds) {
    const auto word = visitors.begin();
    std::vector<std::shared_ptr<http::EventChannel>> channels;
    channels.reserve(19);
    for (int i = 0; i < 16; ++i) channels.push_back(visitors.listen(word));
    channels[3]->close();
    channels.push_back(visitors.listen(word));
    EXPECT_FALSE(channels[0]->is_closed()) << "one had ended";
    channels.push_back(visitors.listen(word));
    EXPECT_TRUE(channels[0]->is_closed());
    EXPECT_FALSE(channels[1]->is_closed());
}

TEST(GateTest, MakesGuessingSlow) {
    SteadyTime now{std::chrono::hours(1)};
    Gate gate([&] { return now; });
    const auto fails = [&] {
        EXPECT_EQ(gate.enter().count(), 0);
        gate.failed();
    };
    for (int i = 0; i < 3; ++i) fails();
    for (const int wait : {1, 2, 4, 8, 16, 32, 64, 64, 64}) {
        EXPECT_EQ(gate.enter().count(), wait);
        now += seconds(wait) - std::chrono::milliseconds(1);
        EXPECT_EQ(gate.enter().count(), 1);
        now += std::chrono::milliseconds(1);
        fails();
    }
    now += seconds(64);
    EXPECT_EQ(gate.enter().count(), 0);
    gate.passed();
    EXPECT_EQ(gate.enter().count(), 0) << "it is known to know the way in";
}

TEST(GateTest, LetsOneInAtATime) {
    SteadyTime now{std::chrono::hours(1)};
    Gate gate([&] { return now; });
    EXPECT_EQ(gate.enter().count(), 0);
    EXPECT_EQ(gate.enter().count(), 1);
    gate.left();
    EXPECT_EQ(gate.enter().count(), 0);
}

}  // namespace
}  // namespace keepsake::server
