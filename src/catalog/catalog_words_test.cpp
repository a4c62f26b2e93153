#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/journal_for_test.h"
#include "model/entry.h"
#include "model/ids.h"

// What the family says of its photographs, and how that is found.
namespace keepsake::catalog {
namespace {

using model::Subject;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts_of(const std::vector<WordsRecord>& words) {
    std::vector<std::string> texts;
    texts.reserve(words.size());
    for (const auto& record : words) texts.push_back(record.text);
    return texts;
}

ItemRecord item_of(Catalog& catalog, std::uint64_t item) {
    return value_of(catalog.item(item_id(item))).value();
}

// ---- words, fields, moments ----

TEST(Words, StandUntilReplaced) {
    const auto item = Subject::of(item_id(1));
    const model::Version first{{1, 0}, device_id(1)};
    const model::Version second{{2, 0}, device_id(2)};
    auto catalog = catalog_with({segment_of(1, 1, {at(1, words_of(item, "one"))}),
                                 segment_of(2, 1, {at(2, words_of(item, "two"))})});
    EXPECT_THAT(texts_of(value_of(catalog.standing_words(item, "words"))),
                ElementsAre("one", "two"));
    EXPECT_EQ(value_of(catalog.standing_words(item, "words"))[1].version, second);
    // Of another field or subject it replaces nothing.
    model::Words elsewhere = words_of(item, "story", {first});
    elsewhere.field = "story";
    take(catalog, {segment_of(1, 2, {at(3, elsewhere)})});
    EXPECT_EQ(value_of(catalog.standing_words(item, "words")).size(), 2U);
    take(catalog, {segment_of(1, 3, {at(4, words_of(item, "both", {first, second}))})});
    EXPECT_THAT(texts_of(value_of(catalog.standing_words(item, "words"))), ElementsAre("both"));
    // Its item may come later.
    take(catalog, {segment_of(1, 4, {at(5, keep_of(1, {kept_file(1, "a")}))})});
    EXPECT_THAT(texts_of(item_of(catalog, 1).words), ElementsAre("story", "both"));
    EXPECT_THAT(listed(catalog, finding({"both"})), ElementsAre(item_id(1)));
    EXPECT_THAT(listed(catalog, finding({"two"})), IsEmpty());
}

TEST(Words, OfAForkStandSideBySide) {
    const auto item = Subject::of(item_id(1));
    auto catalog = catalog_with({segment_of(1, 1, {at(1, words_of(item, "left"))}),
                                 segment_of(1, 1, {at(1, words_of(item, "right"))}, 1)});
    EXPECT_THAT(texts_of(value_of(catalog.standing_words(item, "words"))),
                ElementsAre("left", "right"));
    EXPECT_THAT(value_of(catalog.forked_devices()), ElementsAre(device_id(1)));
}

TEST(Words, TellWhoWroteThem) {
    const auto item = Subject::of(item_id(1));
    auto signed_words = words_of(item, "hers");
    signed_words.person = numbered<model::PersonId>(7);
    auto catalog =
        catalog_with({segment_of(1, 1, {at(1, words_of(item, "anyone's")), at(2, signed_words)})});
    const auto standing = value_of(catalog.standing_words(item, "words"));
    ASSERT_EQ(standing.size(), 2U);
    EXPECT_EQ(standing[0].person, std::nullopt);
    EXPECT_EQ(standing[1].person, numbered<model::PersonId>(7));
    EXPECT_EQ(value_of(catalog.versions(item, "words"))[1].person, numbered<model::PersonId>(7));
}

TEST(Words, AreListedByVersionAndReadOneByOne) {
    const auto item = Subject::of(item_id(1));
    const model::Version first{{1, 0}, device_id(1)};
    const model::Version second{{2, 0}, device_id(1)};
    auto catalog = catalog_with({segment_of(
        1, 1, {at(1, words_of(item, "first")), at(2, words_of(item, "second", {first}))})});
    const auto versions = value_of(catalog.versions(item, "words"));
    ASSERT_EQ(versions.size(), 2U);
    EXPECT_EQ(versions[0].version, first);
    EXPECT_TRUE(versions[0].replaced);
    EXPECT_FALSE(versions[1].replaced);
    EXPECT_THAT(texts_of(versions), ElementsAre("", ""));
    const auto read = value_of(catalog.version(item, "words", first));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text, "first");
    EXPECT_TRUE(read->replaced);
    EXPECT_EQ(value_of(catalog.version(item, "words", second))->text, "second");
    EXPECT_FALSE(value_of(catalog.version(item, "caption", first)));
    EXPECT_FALSE(value_of(catalog.version(item, "words", {{3, 0}, device_id(1)})));
}

TEST(Words, ThatAreLongAreFoundOnceTheirTextIsPutIn) {
    const auto item = Subject::of(item_id(1));
    model::Words story = words_of(item, "");
    story.content = content_id(50);
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a")}), story});
    EXPECT_THAT(value_of(catalog.missing_long_texts()), ElementsAre(content_id(50)));
    EXPECT_EQ(item_of(catalog, 1).words[0].text, "");
    const auto put = [&](std::string_view text) {
        value_of(
            catalog.in_transaction([&] { return catalog.set_long_text(content_id(50), text); }));
    };
    put("Once upon a time");
    const auto hash = value_of(catalog.content_hash());
    put("Once upon a time");
    EXPECT_EQ(value_of(catalog.content_hash()), hash);
    EXPECT_THAT(value_of(catalog.missing_long_texts()), IsEmpty());
    EXPECT_EQ(item_of(catalog, 1).words[0].text, "Once upon a time");
    EXPECT_EQ(item_of(catalog, 1).words[0].content, content_id(50));
    EXPECT_THAT(listed(catalog, finding({"upon", "tim"})), ElementsAre(item_id(1)));
    take(catalog, {segment_of(1, 2, {at(9, words_of(item, "", {{{2, 0}, device_id(1)}}))})});
    EXPECT_THAT(listed(catalog, finding({"upon"})), IsEmpty());
}

TEST(Fields, AreTheLastWriters) {
    const auto item = Subject::of(item_id(1));
    auto catalog = catalog_with({segment_of(2, 1, {at(5, set_of(item, "cover", R"("late")"))}),
                                 segment_of(1, 1,
                                            {at(4, set_of(item, "cover", R"("early")")),
                                             at(5, set_of(item, "cover", R"("lower device")")),
                                             at(6, keep_of(1, {kept_file(1, "a")}))})});
    EXPECT_EQ(value_of(catalog.field(item, "cover")), R"("late")");
    EXPECT_EQ(item_of(catalog, 1).cover, "late");
    auto own = set_of(item, "cover", R"("Ana's own")");
    own.person = numbered<model::PersonId>(1);
    take(catalog, {segment_of(1, 2, {at(9, own)})});
    EXPECT_EQ(item_of(catalog, 1).cover, "late");
    take(catalog, {segment_of(1, 3, {at(10, set_of(item, "cover", "null"))})});
    EXPECT_EQ(value_of(catalog.field(item, "cover")), std::nullopt);
    EXPECT_EQ(item_of(catalog, 1).cover, std::nullopt);
}

TEST(Moments, HoldTheirItemsInOrder) {
    const auto moment = Subject::of(moment_id(1));
    auto catalog = catalog_of(
        {held_by(1, 4), keep_of(1, {kept_file(1, "a")}), keep_of(2, {kept_file(2, "b")}),
         keep_of(3, {kept_file(3, "c")}), keep_of(4, {kept_file(4, "d")}),
         held_by(1, 1, R"({"order":"n"})"), held_by(1, 2, R"({"order":"b"})"), held_by(1, 3),
         held_by(1, 9), set_of(moment, "name", R"("Summer at the Ostsee")"),
         set_of(moment, "cover", R"("sea")"), words_of(moment, "It rained."),
         set_of(Subject::of(moment_id(2)), "name", R"("Later")"), model::LetGo{item_id(3)}});
    const auto record = value_of(catalog.moment(moment_id(1))).value();
    EXPECT_EQ(record.name, "Summer at the Ostsee");
    EXPECT_EQ(record.cover, "sea");
    EXPECT_THAT(record.items, ElementsAre(item_id(4), item_id(2), item_id(1)));
    EXPECT_THAT(texts_of(record.words), ElementsAre("It rained."));
    const auto order = [&] {
        std::vector<model::MomentId> ids;
        for (const auto& one : value_of(catalog.moments())) ids.push_back(one.moment);
        return ids;
    };
    EXPECT_THAT(order(), ElementsAre(moment_id(1), moment_id(2)));
    EXPECT_THAT(listed(catalog, finding({"ostse"})),
                ElementsAre(item_id(1), item_id(2), item_id(4)));

    take(catalog, {segment_of(1, 2,
                              {at(100, set_of(moment, "order", R"("z")")),
                               at(101, set_of(moment, "name", R"("Baltic")")),
                               at(102, held_by(1, 1, "null"))})});
    EXPECT_THAT(order(), ElementsAre(moment_id(2), moment_id(1)));
    EXPECT_THAT(listed(catalog, finding({"ostsee"})), IsEmpty());
    EXPECT_THAT(listed(catalog, finding({"baltic"})), ElementsAre(item_id(2), item_id(4)));
    EXPECT_THAT(value_of(catalog.moments_by_prefix(moment_id(2).hex(), 5)),
                ElementsAre(moment_id(2)));
    // With neither name nor anything held nor words it is gone.
    take(catalog, {segment_of(1, 3, {at(110, set_of(Subject::of(moment_id(2)), "name", "null"))})});
    EXPECT_FALSE(value_of(catalog.moment(moment_id(2))).has_value());
    EXPECT_THAT(value_of(catalog.moments_by_prefix("", 5)), ElementsAre(moment_id(1)));
}

// ---- search ----

TEST(Search, FindsByTheStartOfEachWord) {
    auto catalog =
        catalog_of({keep_of(1, {kept_file(1, "IMG_0412.jpg", "Fotos/2020 Ostsee")}),
                    keep_of(2, {kept_file(2, "IMG_0413.jpg", "Fotos/2021 \xc3\x96sterreich")}),
                    words_of(Subject::of(item_id(2)), "Gro\xc3\x9fmutter sagte: \"Bleib noch.\"")});
    EXPECT_EQ(listed(catalog, finding({"fotos"})).size(), 2U);
    EXPECT_EQ(listed(catalog, finding({"img_04"})).size(), 2U);
    EXPECT_THAT(listed(catalog, finding({"IMG_0412"})), ElementsAre(item_id(1)));
    EXPECT_THAT(listed(catalog, finding({"oster"})), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, finding({"bleib", "2021"})), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, finding({"bleib", "2020"})), IsEmpty());
    EXPECT_THAT(listed(catalog, finding({"bleib noch"})), ElementsAre(item_id(2)));
    EXPECT_THAT(listed(catalog, finding({"leib"})), IsEmpty());
}

TEST(Search, TakesNothingForAnOperator) {
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "and or not near.jpg")})});
    for (const auto* word : {"AND", "OR", "NOT", "near", "or*", "\"and\"", "text:", "-near", "^and",
                             "near(", "{and}", "and+or"})
        EXPECT_EQ(listed(catalog, finding({word})).size(), std::string(word) == "text:" ? 0U : 1U)
            << word;
    for (const auto* word : {"", "*", "\"", "'; DROP TABLE items; --", "\xff\xfe"})
        EXPECT_THAT(listed(catalog, finding({word})), IsEmpty()) << word;
    EXPECT_EQ(catalog.item_count(finding(std::vector<std::string>(65, "a"))).value(), 1U);
    std::vector<std::string> many;
    many.reserve(65);
    for (int i = 0; i < 65; ++i) many.push_back("w" + std::to_string(i));
    EXPECT_EQ(catalog.item_count(finding(many)).error().code(), ErrorCode::limit);
    EXPECT_EQ(catalog.item_count(finding({std::string(5'000, 'a')})).error().code(),
              ErrorCode::limit);
}

TEST(Search, ADateFindsWhatIsOfThenAndWhatSpeaksOfIt) {
    constexpr Instant kIn2010{1'262'304'000, 0};
    constexpr Instant kInSeptember{1'598'918'400, 0};  // 2020-09-01
    constexpr Instant kAfter{1'601'510'400, 0};        // 2020-10-01
    auto catalog = catalog_of({keep_of(1, {kept_file(1, "a.jpg", "Scans/2020-09 Rome", kIn2010)}),
                               keep_of(2, {kept_file(2, "b.jpg", "Fotos", kInSeptember)}),
                               // Both words, but not this date.
                               keep_of(3, {kept_file(3, "IMG_0912.jpg", "Fotos/2020", kAfter)}),
                               keep_of(4, {kept_file(4, "d.jpg", "Fotos", kAfter)}),
                               words_of(Subject::of(item_id(4)), "As on 2020-09-14."),
                               keep_of(5, {kept_file(5, "e.jpg", "Fotos", kAfter)}), held_by(6, 5),
                               set_of(Subject::of(moment_id(6)), "name", "\"2020-09-03 Ostia\""),
                               keep_of(7, {kept_file(7, "g.jpg", "Fotos/2020-09", kInSeptember)}),
                               model::LetGo{item_id(7)}});
    ItemFilter filter;
    filter.date = "2020-09";
    EXPECT_THAT(listed(catalog, filter),
                ElementsAre(item_id(1), item_id(2), item_id(4), item_id(5)));
    EXPECT_EQ(value_of(catalog.item_count(filter)), 4U);
    filter.words = {"fotos"};
    EXPECT_THAT(listed(catalog, filter), ElementsAre(item_id(2), item_id(4), item_id(5)));
    filter.before = "2020-10";
    EXPECT_THAT(listed(catalog, filter), ElementsAre(item_id(2)));
    filter.let_go = true;
    EXPECT_THAT(listed(catalog, filter), ElementsAre(item_id(7)));
    filter = {};
    filter.date = "2020-09-01";
    EXPECT_THAT(listed(catalog, filter), ElementsAre(item_id(2)));
    filter.date = "2010";
    EXPECT_THAT(listed(catalog, filter), ElementsAre(item_id(1)));
}

TEST(Search, OfVeryManyKeepsOrderAndBounds) {
    constexpr std::uint64_t kItems = 21'000;  // past what is looked up one by one
    std::vector<model::Entry> entries;
    for (std::uint64_t i = 0; i < kItems; ++i) {
        const auto second = static_cast<std::int64_t>((i * 7919) % kItems) * 3'600;
        entries.push_back(
            at(static_cast<std::int64_t>(i),
               keep_of(i, {kept_file(i, i == 5 ? "other" : "lake", "", {second, 0})})));
    }
    auto catalog = catalog_with({segment_of(1, 1, std::move(entries))});
    std::string last;
    std::uint64_t count = 0;
    value_of(catalog.for_each_item(finding({"lak"}), [&](const ItemRecord& item) -> Result<> {
        EXPECT_LE(last, item.date);
        EXPECT_NE(item.item, item_id(5));
        last = item.date;
        ++count;
        return {};
    }));
    EXPECT_EQ(count, kItems - 1);
    EXPECT_EQ(value_of(catalog.item_count(finding({"lak"}))), kItems - 1);
    auto day = between("1970-01-02", "1970-01-03");
    day.words = {"lake"};
    EXPECT_EQ(listed(catalog, day).size(), 24U);
}

}  // namespace
}  // namespace keepsake::catalog
