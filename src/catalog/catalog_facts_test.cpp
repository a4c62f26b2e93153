#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/journal_for_test.h"
#include "media/kind.h"
#include "media/taken.h"
#include "model/entry.h"
#include "model/ids.h"

// What readers found: merged, listed by, found by; and what belongs together.
namespace keepsake::catalog {
namespace {

using model::Subject;
using testing::ElementsAre;
using testing::IsEmpty;

model::Facts facts_of(std::uint64_t content, std::string json, std::uint64_t reader = 1) {
    return {content_id(content), reader, std::move(json)};
}
model::Set belongs(std::uint64_t item, std::string value, std::string field = "belongs_by_rule") {
    return set_of(Subject::of(item_id(item)), std::move(field), std::move(value));
}
std::string part_of(std::uint64_t item, std::string_view as = "raw") {
    return R"({"to":")" + Subject::of(item_id(item)).text + R"(","as":")" + std::string(as) + "\"}";
}
ItemRecord item_of(Catalog& catalog, std::uint64_t item) {
    const auto record = value_of(catalog.item(item_id(item)));
    EXPECT_TRUE(record.has_value());
    return record.value_or(ItemRecord{});
}
std::vector<std::string> names_of(const ItemRecord& item) {
    std::vector<std::string> names;
    names.reserve(item.files.size());
    for (const auto& file : item.files) names.push_back(file.name);
    return names;
}
ItemFilter of_kind(media::Kind kind) {
    ItemFilter filter;
    filter.kinds = {kind};
    return filter;
}
ItemFilter of_date(std::string date, std::vector<std::string> words = {}) {
    ItemFilter filter;
    filter.date = std::move(date);
    filter.words = std::move(words);
    return filter;
}

TEST(Facts, OfTheNewestReaderAreBelieved) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a.jpg")}),
                               facts_of(1, R"({"kind":"film","title":"new"})", 2),
                               facts_of(1, R"({"kind":"sound","title":"old"})", 1)});
    const auto facts = value_of(catalog.facts(content_id(1)));
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->kind, media::Kind::film);
    EXPECT_EQ(item_of(catalog, 1).kind, media::Kind::film);
    EXPECT_THAT(listed(catalog, finding({"new"})), ElementsAre(item_id(1)));
    EXPECT_THAT(listed(catalog, finding({"old"})), IsEmpty());
    EXPECT_EQ(value_of(catalog.facts(content_id(2))), std::nullopt);
}

TEST(Facts, MakeItemsFindable) {
    auto catalog = catalog_of(
        {keep_of(1, {kept_file(1, "a.jpg")}), keep_of(2, {kept_file(2, "b.pdf")}),
         facts_of(1, R"({"kind":"photograph","camera":{"make":"FUJIFILM","model":"X100V"},)"
                     R"("people":[{"name":"Zoë"}],"place":{"name":"Łódź, Polska"},)"
                     R"("keywords":["tiny hands"],"caption":"Asleep"})"),
         facts_of(2, R"({"kind":"document","text":"The midwife's letter"})")});
    for (const auto* word : {"fuji", "x100v", "zoe", "polska", "Lodz", "hands", "asleep"})
        EXPECT_EQ(listed(catalog, finding({word})).size(), word == std::string("Lodz") ? 0U : 1U)
            << word;
    EXPECT_THAT(listed(catalog, finding({"midwife"})), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, of_kind(media::Kind::document)), ElementsAre(item_id(2)));
    auto both = of_kind(media::Kind::photograph);
    both.words = {"midwife"};
    EXPECT_THAT(listed(catalog, both), IsEmpty());
    both.words = {"hands"};
    EXPECT_THAT(listed(catalog, both), ElementsAre(item_id(1)));
}

TEST(Facts, TellTheSizeOfAnItemThatListsHoldWithoutReadingThem) {
    auto catalog = catalog_of(
        {keep_of(1, {kept_file(1, "a.jpg.xmp"), kept_file(2, "a.jpg"), kept_file(3, "b.jpg")}),
         keep_of(2, {kept_file(4, "c.txt")}), keep_of(3, {kept_file(5, "d.jpg")}),
         facts_of(1, R"({"kind":"sidecar","width":9,"height":9})"),
         facts_of(2, R"({"kind":"photograph","width":4032,"height":3024})"),
         facts_of(3, R"({"kind":"photograph","width":10,"height":20})"),
         facts_of(4, R"({"kind":"text","width":10,"height":0})")});
    const Dimensions large{4032, 3024};
    EXPECT_EQ(item_of(catalog, 1).size, large);
    EXPECT_EQ(item_of(catalog, 2).size, Dimensions());
    EXPECT_EQ(item_of(catalog, 3).size, Dimensions()) << "nobody has read it";
    std::vector<std::pair<model::ItemId, Dimensions>> sizes;
    value_of(catalog.for_each_listed([&](const ListedItem& listed) -> Result<> {
        sizes.emplace_back(listed.item, listed.size);
        return {};
    }));
    EXPECT_THAT(sizes, testing::UnorderedElementsAre(testing::Pair(item_id(1), large),
                                                     testing::Pair(item_id(2), Dimensions()),
                                                     testing::Pair(item_id(3), Dimensions())));
}

TEST(Facts, AreFoundByTheNearestTown) {
    auto catalog = catalog_of(
        {keep_of(1, {kept_file(1, "a.jpg")}), keep_of(2, {kept_file(2, "b.jpg")}),
         facts_of(1, R"({"kind":"photograph","place":{"latitude":48.0656,"longitude":11.6103}})"),
         facts_of(2, R"({"kind":"photograph","place":{"latitude":0,"longitude":-30}})")});
    EXPECT_THAT(listed(catalog, finding({"unterhaching"})), ElementsAre(item_id(1)));
    // A suburb's city, too.
    EXPECT_THAT(listed(catalog, finding({"munich"})), ElementsAre(item_id(1)));
}

TEST(Taken, IsTheMostBelievedOfAllThatIsKnown) {
    auto catalog =
        catalog_of({keep_of(1, {kept_file(1, "IMG_20150304_101112.jpg")}),
                    keep_of(2, {kept_file(2, "IMG_20150304_101112.jpg")}),
                    keep_of(3, {kept_file(3, "a.jpg"), kept_file(4, "a.jpg.xmp")}),
                    facts_of(2, R"({"kind":"photograph","taken":{"at":"2014-01-02T03:04:05",)"
                                R"("source":"original"}})"),
                    facts_of(3, R"({"kind":"photograph","taken":{"at":"2014-01-02T03:04:05",)"
                                R"("source":"original"}})"),
                    facts_of(4, R"({"kind":"sidecar","taken":{"at":"2013-05-06T07:08:09",)"
                                R"("source":"changed"}})")});
    EXPECT_EQ(item_of(catalog, 1).date.substr(0, 10), "2015-03-04");
    EXPECT_EQ(item_of(catalog, 1).when->source, media::TakenSource::file_name);
    EXPECT_EQ(item_of(catalog, 2).taken, "2014-01-02T03:04:05");
    EXPECT_EQ(item_of(catalog, 3).taken, "2013-05-06T07:08:09");
    EXPECT_EQ(item_of(catalog, 3).when->source, media::TakenSource::sidecar);
    EXPECT_EQ(item_of(catalog, 3).kind, media::Kind::photograph);
    take(catalog,
         {segment_of(2, 1,
                     {at(100, set_of(Subject::of(item_id(2)), "taken", R"({"from":"1987"})"))})});
    EXPECT_EQ(item_of(catalog, 2).taken, "1987");
    EXPECT_EQ(item_of(catalog, 2).when->source, media::TakenSource::by_hand);
}

TEST(Dates, AreFoundWhereTheyAreNamed) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a.jpg", "Sea 2020-09")}),
                               keep_of(2, {kept_file(2, "b.jpg", "Summer 1987")}),
                               keep_of(3, {kept_file(3, "c.jpg", "", {1'599'000'000, 0})}),
                               keep_of(4, {kept_file(4, "d 2020 09.jpg", "", {1'400'000'000, 0})}),
                               words_of(Subject::of(item_id(2)), "as on 2020-09-14, by the sea")});
    EXPECT_THAT(listed(catalog, of_date("1987")), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, of_date("2020-09-14")), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, of_date("2020-09", {"sea"})), ElementsAre(item_id(1), item_id(2)));
    EXPECT_EQ(date_words("in 2020-13 and 12020 of 1850"),
              date_word("2020") + "\n" + date_word("1850") + "\n");
}

TEST(Dates, AreCountedByDayAndReadByWindows) {
    std::vector<model::EntryBody> bodies;
    bodies.reserve(40);
    for (std::uint64_t i = 0; i < 40; ++i)
        bodies.emplace_back(keep_of(
            i + 1, {kept_file(i + 1, "a.jpg", "",
                              {1'600'000'000 + static_cast<std::int64_t>(i / 4) * 86'400, 0})}));
    bodies.emplace_back(model::LetGo{item_id(40)});
    auto catalog = catalog_of(std::move(bodies));
    const auto days = value_of(catalog.days(false));
    ASSERT_EQ(days.size(), 10U);
    EXPECT_EQ(days[0].day, "2020-09-13");
    EXPECT_EQ(days[0].items, 4U);
    EXPECT_EQ(days[9].items, 3U);
    EXPECT_EQ(value_of(catalog.days(true)).size(), 1U);
    const auto all = listed(catalog);
    for (std::size_t first = 0; first <= all.size(); ++first) {
        std::vector<model::ItemId> window;
        value_of(catalog.for_each_item_from(first, 5, false, [&](const ItemRecord& item) {
            window.push_back(item.item);
            return Result<>();
        }));
        const auto end = std::min(first + 5, all.size());
        EXPECT_EQ(window, std::vector<model::ItemId>(all.begin() + static_cast<long>(first),
                                                     all.begin() + static_cast<long>(end)));
    }
}

TEST(Unread, ContentsAreKnownUntilTheyAreRead) {
    auto catalog =
        catalog_of({keep_of(1, {kept_file(1, "a.jpg"), kept_file(2, "b.jpg")}), facts_of(2, "{}")});
    EXPECT_THAT(value_of(catalog.unread({}, 10)), ElementsAre(content_id(1)));
    EXPECT_THAT(value_of(catalog.unread(content_id(1), 10)), IsEmpty());
    take(catalog, {segment_of(2, 1, {at(50, facts_of(1, "{}", 3))})});
    EXPECT_THAT(value_of(catalog.unread({}, 10)), IsEmpty());
    EXPECT_THAT(value_of(catalog.read_before(3, {}, 10)), ElementsAre(content_id(2)));
}

TEST(Groups, AreShownAsOneItemWithAllItsFiles) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "IMG_1.JPG")}),
                               keep_of(2, {kept_file(2, "IMG_1.CR2")}),
                               keep_of(3, {kept_file(3, "IMG_2.JPG")}), belongs(2, part_of(1)),
                               words_of(Subject::of(item_id(2)), "harbour"),
                               facts_of(2, R"({"kind":"photograph","title":"Dusk"})")});
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(1), item_id(3)));
    EXPECT_THAT(names_of(item_of(catalog, 1)), ElementsAre("IMG_1.JPG", "IMG_1.CR2"));
    EXPECT_THAT(item_of(catalog, 1).parts, ElementsAre(item_id(2)));
    EXPECT_EQ(item_of(catalog, 2).lead, item_id(1));
    for (const auto* word : {"cr2", "harbour", "dusk", "jpg"})
        EXPECT_EQ(listed(catalog, finding({word, "img_1"})), std::vector{item_id(1)}) << word;
    EXPECT_EQ(value_of(catalog.item_count({})), 2U);
    // By itself again, whatever the rule says later.
    take(catalog, {segment_of(2, 1, {at(100, belongs(2, R"({"to":null})", "belongs"))}),
                   segment_of(2, 2, {at(101, belongs(2, part_of(3)))})});
    EXPECT_EQ(listed(catalog).size(), 3U);
    EXPECT_THAT(listed(catalog, finding({"dusk"})), ElementsAre(item_id(2)));
    EXPECT_THAT(item_of(catalog, 1).parts, IsEmpty());
    take(catalog, {segment_of(2, 3, {at(102, belongs(2, "null", "belongs"))})});
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(1), item_id(3)));
    EXPECT_THAT(item_of(catalog, 3).parts, ElementsAre(item_id(2)));
}

TEST(Groups, HoldPartsOfPartsAndCircles) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a")}), keep_of(2, {kept_file(2, "b")}),
                               keep_of(3, {kept_file(3, "c")}), belongs(3, part_of(2)),
                               belongs(2, part_of(1))});
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(1)));
    EXPECT_THAT(names_of(item_of(catalog, 1)), ElementsAre("a", "b", "c"));
    take(catalog, {segment_of(2, 1, {at(100, belongs(1, part_of(3)))})});
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(1)));
    EXPECT_THAT(item_of(catalog, 1).parts, ElementsAre(item_id(2), item_id(3)));
}

TEST(Groups, ShowWhatIsKeptAndWhatIsLetGoApart) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a")}), keep_of(2, {kept_file(2, "b")}),
                               keep_of(3, {kept_file(3, "c")}), belongs(2, part_of(1)),
                               belongs(3, part_of(1)), model::LetGo{item_id(1)}});
    EXPECT_THAT(listed(catalog), ElementsAre(item_id(2)));
    EXPECT_THAT(names_of(item_of(catalog, 2)), ElementsAre("b", "c"));
    EXPECT_THAT(listed(catalog, those_let_go()), ElementsAre(item_id(1)));
    EXPECT_TRUE(value_of(catalog.is_live(content_id(3))));
    EXPECT_FALSE(value_of(catalog.is_live(content_id(1))));
    // What was never kept here leads nothing.
    auto gap = catalog_of({keep_of(2, {kept_file(2, "b")}), belongs(2, part_of(1))});
    EXPECT_THAT(listed(gap), ElementsAre(item_id(2)));
}

TEST(Groups, AreFoundFromAMomentThatHoldsAPart) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a")}), keep_of(2, {kept_file(2, "b")}),
                               set_of(Subject::of(moment_id(1)), "name", "\"Sea\""), held_by(1, 2),
                               held_by(1, 1), belongs(2, part_of(1))});
    const auto moment = value_of(catalog.moment(moment_id(1)));
    ASSERT_TRUE(moment.has_value());
    EXPECT_THAT(moment->items, ElementsAre(item_id(1)));
}

}  // namespace
}  // namespace keepsake::catalog
