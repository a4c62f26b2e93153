#include "library/tell.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "library/check.h"
#include "library/library.h"
#include "library/tend.h"
#include "model/entry.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Family;
using testing::write_text;

class Telling : public Family {
  protected:
    model::ItemId kept_item(Library& library) {
        write_text(scratch / "src/a.jpg", "one");
        keep(library, {scratch / "src"});
        return items(library).at(0).item;
    }
    std::size_t objects() const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(archive + "/objects"))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    }
};

TEST_F(Telling, WordsAreFoundAgain) {
    auto library = open();
    const auto item = kept_item(library);
    const auto subject = model::Subject::of(item);
    ASSERT_TRUE(set_words(library, subject, "words", "Großmutter's hands"));
    catalog::ItemFilter filter;
    filter.words = {"grossmutter", "hand"};
    filter.words = {"hands"};
    EXPECT_EQ(library.catalog().item_count(filter).value(), 1U);
    ASSERT_TRUE(set_words(library, subject, "words", std::string(5000, 'x') + " zebra"));
    filter.words = {"zebra"};
    EXPECT_EQ(library.catalog().item_count(filter).value(), 1U);
    filter.words = {"hands"};
    EXPECT_EQ(library.catalog().item_count(filter).value(), 0U);
    EXPECT_EQ(items(library).at(0).words.at(0).text.size(), 5006U);
}

TEST_F(Telling, WordsOfTwoDevicesStandSideBySideUntilOneFollowsBoth) {
    auto library = open();
    const auto subject = model::Subject::of(kept_item(library));
    const auto standing = [&] {
        return library.catalog().standing_words(subject, "story").value();
    };
    const auto add = [&](std::string_view text, std::vector<model::Version> follows) {
        return add_words(library, subject, "story", {text, std::move(follows), {}});
    };
    const std::string long_text(1'000, 'x');
    ASSERT_TRUE(add("First.", {}));
    const auto first = standing().at(0).version;
    ASSERT_TRUE(add(long_text, {first}));
    const auto second = standing().at(0).version;
    ASSERT_TRUE(add("Elsewhere.", {first})) << "somebody had seen the first one alone";
    ASSERT_EQ(standing().size(), 2U);
    ASSERT_TRUE(add(long_text, {first})) << "sent twice";
    EXPECT_EQ(standing().size(), 2U);
    EXPECT_EQ(standing().at(0).version, second);
    ASSERT_TRUE(add("Both.", {second, standing().at(1).version}));
    ASSERT_EQ(standing().size(), 1U);
    EXPECT_EQ(standing().at(0).text, "Both.");
    EXPECT_EQ(library.catalog().versions(subject, "story").value().size(), 4U);
}

TEST_F(Telling, WordsThatFollowSayWhoWroteThem) {
    auto library = open();
    const auto subject = model::Subject::of(kept_item(library));
    const auto ines = model::PersonId::from_hex("00000000000000a1").value();
    ASSERT_TRUE(add_words(library, subject, "story", {"", {}, ines}));
    EXPECT_TRUE(library.catalog().versions(subject, "story").value().empty()) << "nothing said";
    ASSERT_TRUE(add_words(library, subject, "story", {"Hers.", {}, ines}));
    const auto hers = library.catalog().standing_words(subject, "story").value().at(0);
    EXPECT_EQ(hers.person, ines);
    const auto unknown = add_words(library, subject, "story",
                                   {"x", {{hers.version.clock, model::DeviceId()}}, ines});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code(), ErrorCode::invalid);
    ASSERT_TRUE(add_words(library, subject, "story", {"", {hers.version}, ines}));
    EXPECT_EQ(library.catalog().standing_words(subject, "story").value().at(0).text, "");
}

TEST_F(Telling, LongWordsAreFoundAfterARebuild) {
    {
        auto library = open();
        const auto subject = model::Subject::of(kept_item(library));
        ASSERT_TRUE(set_words(library, subject, "words", std::string(5000, 'x') + " zebra"));
        ASSERT_TRUE(library.rebuild(home.heard));
        EXPECT_EQ(items(library).at(0).words.at(0).text.size(), 5006U);
    }
    fs::remove_all(home.state_folder);
    auto library = open();
    EXPECT_EQ(items(library).at(0).words.at(0).text.size(), 5006U);
}

TEST_F(Telling, WordsMustBeText) {
    auto library = open();
    const auto subject = model::Subject::of(kept_item(library));
    for (const std::string& bad :
         {std::string("\xff"), std::string("a\0b", 3), std::string((16UL << 20U) + 1, 'x')}) {
        const auto set = set_words(library, subject, "words", bad);
        ASSERT_FALSE(set);
        EXPECT_EQ(set.error().code(), ErrorCode::invalid);
    }
    EXPECT_TRUE(items(library).at(0).words.empty());
}

TEST_F(Telling, AMomentHoldsItemsInTheirOrder) {
    auto library = open();
    const auto item = kept_item(library);
    const auto moment = new_moment(library, "September");
    ASSERT_TRUE(moment);
    const std::vector<model::ItemId> added{item};
    ASSERT_TRUE(add_to_moment(library, *moment, added));
    const auto found = find_moment(library, "september");
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, *moment);
    const auto record = library.catalog().moment(*moment).value();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->name, "September");
    EXPECT_EQ(record->items, added);
}

TEST_F(Telling, ACoverIsOneShortLine) {
    auto library = open();
    const auto subject = model::Subject::of(kept_item(library));
    ASSERT_TRUE(set_cover(library, subject, "His hands, the day he died"));
    EXPECT_EQ(items(library).at(0).cover, "His hands, the day he died");
    EXPECT_FALSE(set_cover(library, subject, "two\nlines"));
    EXPECT_FALSE(set_cover(library, subject, std::string(161, 'x')));
    std::string umlauts;
    for (int i = 0; i < 160; ++i) umlauts += "ü";
    EXPECT_TRUE(set_cover(library, subject, umlauts));
    ASSERT_TRUE(take_cover_away(library, subject));
    EXPECT_FALSE(items(library).at(0).cover);
}

TEST_F(Telling, AnItemIsFoundByItsFirstDigits) {
    auto library = open();
    const auto item = kept_item(library);
    EXPECT_EQ(find_item(library, item.hex()).value(), item);
    EXPECT_EQ(find_item(library, item.hex().substr(0, 4)).value(), item);
    for (const char* typed : {"0000000000000000", "zz", "", "12", "../..", "ffffffffffffffffff"}) {
        const auto found = find_item(library, typed);
        ASSERT_FALSE(found) << typed;
        EXPECT_EQ(found.error().code(), ErrorCode::not_found);
    }
}

TEST_F(Telling, LettingGoCanBeUndoneForNinetyDays) {
    auto library = open();
    const std::vector<model::ItemId> one{kept_item(library)};
    ASSERT_TRUE(set_words(library, model::Subject::of(one[0]), "words", std::string(1000, 'w')));
    EXPECT_EQ(objects(), 2U);
    ASSERT_TRUE(let_go(library, one));
    EXPECT_TRUE(items(library).empty());
    EXPECT_EQ(items(library, true).size(), 1U);
    home.clock.pass_days(89);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    ASSERT_TRUE(bring_back(library, one));
    EXPECT_EQ(items(library).size(), 1U);
    ASSERT_TRUE(let_go(library, one));
    home.clock.pass_days(89);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U) << "the days begin again";
    home.clock.pass_days(2);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 2U) << "its words go with it";
    EXPECT_EQ(objects(), 0U);
    const auto back = bring_back(library, one);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), ErrorCode::not_found);
    EXPECT_TRUE(check(library, {}, home.heard)->sound());
}

TEST_F(Telling, AClockYearsAheadErasesNothing) {
    auto library = open();
    const std::vector<model::ItemId> one{kept_item(library)};
    ASSERT_TRUE(let_go(library, one));
    home.clock.set("2036-01-01T00:00:00Z");
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.set("2026-11-25T00:00:00Z");
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.pass_days(80);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.pass_days(11);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 1U);
}

TEST_F(Telling, AnotherDevicesClockYearsAheadErasesNothing) {
    testing::Computer ahead(scratch, "ahead", 4);
    ahead.clock.set("2040-01-01T00:00:00Z");
    {
        auto library = open();
        const auto item = kept_item(library);
        auto other = open(ahead, archive);
        const std::vector<model::ItemId> one{item};
        ASSERT_TRUE(let_go(other, one));
    }
    auto library = open();
    EXPECT_TRUE(items(library).empty());
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.pass_days(30);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.pass_days(61);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 1U);
}

TEST_F(Telling, WhatIsKeptAgainDoesNotLeanOnWhatIsAboutToGo) {
    auto library = open();
    const std::vector<model::ItemId> one{kept_item(library)};
    ASSERT_TRUE(let_go(library, one));
    write_text(scratch / "again/a.jpg", "one");
    EXPECT_EQ(keep(library, {scratch / "again"}).kept, 1U);
    home.clock.pass_days(91);
    ASSERT_TRUE(tend(library, home.heard));
    EXPECT_EQ(objects(), 1U);
    EXPECT_EQ(items(library).size(), 1U);
    EXPECT_TRUE(check(library, {}, home.heard)->sound());
}

}  // namespace
}  // namespace keepsake::library
