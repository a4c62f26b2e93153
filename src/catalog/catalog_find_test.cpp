// Windows of what is found, and counts, against going through all of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/journal_for_test.h"
#include "catalog/marks.h"
#include "media/kind.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

using model::Subject;

/// The same family each time: three years, several pictures a day, some let go, some parts, some
/// that only speak of a year.
class Find : public ::testing::Test {
  protected:
    void SetUp() override {
        constexpr std::uint64_t kItems = 1'500;
        std::vector<model::EntryBody> bodies;
        for (std::uint64_t i = 1; i <= kItems; ++i) bodies.emplace_back(item(i));
        for (std::uint64_t i = 5; i <= kItems; i += 7)
            bodies.emplace_back(model::LetGo{item_id(i)});
        for (std::uint64_t i = 3; i <= kItems; i += 50)
            bodies.emplace_back(words_of(Subject::of(item_id(i)), "as in 2019-05 by the sea"));
        catalog_ = catalog_of(std::move(bodies));
        // Later, out of order: numbers do not follow dates.
        std::vector<model::Entry> later;
        for (std::uint64_t i = kItems + 1; i <= kItems + 200; ++i)
            later.push_back(at(static_cast<std::int64_t>(10'000 + i), item(i)));
        for (std::uint64_t i = 2; i <= 400; i += 20) {
            const auto value = R"({"to":")" + Subject::of(item_id(i + 1)).text + R"(","as":"raw"})";
            later.push_back(at(static_cast<std::int64_t>(20'000 + i),
                               set_of(Subject::of(item_id(i)), "belongs", value)));
        }
        take(catalog_, {segment_of(2, 1, std::move(later))});
    }
    static model::EntryBody item(std::uint64_t i) {
        const char* const words[] = {"sea.jpg", "seaside.jpg", "skiing.mov", "birthday sea.png"};
        const auto day = static_cast<std::int64_t>(i * 7'919 % 1'000);
        const Instant modified{1'530'000'000 + day * 86'400 + static_cast<std::int64_t>(i % 3) * 60,
                               0};
        return keep_of(i, {kept_file(i, words[i % 4], i % 2 == 0 ? "Lisbon" : "", modified)});
    }
    void expect_same(const ItemFilter& filter, const std::string& what) {
        std::vector<model::ItemId> all;
        value_of(catalog_.for_each_item(filter, [&](const ItemRecord& record) {
            all.push_back(record.item);
            return Result<>();
        }));
        EXPECT_EQ(value_of(catalog_.item_count(filter)), all.size()) << what;
        for (std::size_t first = 0; first < all.size() + 30; first += 1 + all.size() / 9) {
            const auto found = value_of(catalog_.find(filter, first, 25));
            EXPECT_EQ(found.total, all.size()) << what;
            const auto begin = std::min(first, all.size());
            const auto end = std::min(first + 25, all.size());
            EXPECT_EQ(found.items, std::vector(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                               all.begin() + static_cast<std::ptrdiff_t>(end)))
                << what << " from " << first;
        }
    }
    Catalog catalog_ = value_of(Catalog::in_memory());
};

ItemFilter asked(std::vector<std::string> words, std::string date = "", std::string from = "",
                 std::string before = "") {
    ItemFilter filter;
    filter.words = std::move(words);
    filter.date = std::move(date);
    filter.from = std::move(from);
    filter.before = std::move(before);
    return filter;
}

TEST_F(Find, AWindowIsOfAllThatIsFound) {
    expect_same(asked({}), "everything");
    expect_same(asked({"sea"}), "a word and its beginnings");
    expect_same(asked({"seaside"}), "a word by itself");
    expect_same(asked({"sea", "lisbon"}), "two words");
    expect_same(asked({"nowhere"}), "nothing");
    expect_same(asked({}, "2019"), "a year");
    expect_same(asked({}, "2019-05"), "a month, also where it is spoken of");
    expect_same(asked({}, "2019-05-17"), "a day");
    expect_same(asked({"sea"}, "2019-05"), "a word and a month");
    expect_same(asked({"sea"}, "", "2019", "2020"), "a word within a year");
    expect_same(asked({}, "", "2019-02", "2019-11-05"), "from a month to a day");
    expect_same(asked({"birthday"}, "", "2020"), "since");
    auto gone = asked({"sea"});
    gone.let_go = true;
    expect_same(gone, "what was let go");
    auto films = asked({});
    films.kinds = {media::Kind::film, media::Kind::photograph};
    expect_same(films, "kinds that nobody has read");
}

TEST_F(Find, LeavesOutWhatItIsTold) {
    const auto all = value_of(catalog_.find(asked({"sea"}), 0, 10'000)).items;
    ASSERT_GT(all.size(), 100U);
    const std::vector without{all[0], all[50], item_id(999'999)};
    const auto found = value_of(catalog_.find(asked({"sea"}), 0, 10'000, without));
    EXPECT_EQ(found.total, all.size() - 2);
    EXPECT_EQ(found.items.front(), all[1]);
    EXPECT_EQ(std::ranges::find(found.items, all[50]), found.items.end());
}

TEST_F(Find, IsAskedOfWholeDays) {
    EXPECT_FALSE(catalog_.find(asked({}, "", "2019-05-17T10"), 0, 1));
    const auto filter = asked({}, "", "2019-05-17T10");
    std::uint64_t count = 0;
    value_of(catalog_.for_each_item(filter, [&](const ItemRecord&) {
        ++count;
        return Result<>();
    }));
    EXPECT_EQ(value_of(catalog_.item_count(filter)), count);
}

TEST(Marks, KeepTheOrderOfDates) {
    const std::vector<std::string> dates{"",        "1826",       "1999-12-31", "2019",
                                         "2019-01", "2019-01-01", "2019-01-31", "2019-02",
                                         "2019-12", "2019-12-31", "2020",       "9999-12-31"};
    for (std::size_t i = 1; i < dates.size(); ++i)
        EXPECT_LT(day_key(dates[i - 1]), day_key(dates[i])) << dates[i];
    EXPECT_EQ(day_key("2019-01-31T10:00:00Z"), day_key("2019-01-31"));
    const Mark mark("2019-01-31", 3, 8);
    EXPECT_EQ(mark.day(), day_key("2019-01-31"));
    EXPECT_EQ(mark.state(), 3);
    EXPECT_EQ(mark.kind(), 8);
    EXPECT_EQ(Mark("2019", 0, -1).kind(), -1);
}

}  // namespace
}  // namespace keepsake::catalog
