// The date of a share, changed after it was made.
#include "share/dates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "library/library.h"
#include "share/end.h"
#include "share/record.h"
#include "share/shelf.h"
#include "share/show.h"
#include "share/show_for_test.h"
#include "share/showing_for_test.h"
#include "share/wish.h"
#include "support/family.h"

namespace keepsake::share {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Dating : public Showing {
  protected:
    std::string today() { return day_of(home.environment().clock.now()); }
    std::string in_days(int days) {
        return day_of({home.environment().clock.now().seconds + days * kSecondsPerDay, 0});
    }
    Record record(library::Library& library) {
        return read_records(library.catalog()).value().at(0);
    }
    json head(const std::string& folder, const std::string& key) {
        return json::parse(
            opened_text(keepsake::testing::read_text(folder + "/manifest.age"), key));
    }
    std::string shelf() { return shelf_folder(home.environment().state_folder); }
    Report on_shelf(library::Library& library, const Wish& wish) {
        return show(library, wish, {.as = As::guests, .at = "http://here/"}, page(), home.heard)
            .value();
    }
    Standing standing(const Report& report, int days) {
        const auto now = home.environment().clock.now();
        return standing_of(home.files, shelf(), report.record.where.front().name,
                           {now.seconds + days * kSecondsPerDay, 0});
    }
};

TEST_F(Dating, AFolderSaysTheNewDateAndNothingElseOfItIsWritten) {
    auto library = opened();
    auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    wish.until = in_days(10);
    const auto report = shown(library, wish);
    const auto& key = report.record.key;
    const auto before = head(scratch / "out", key);
    const auto inside = file(before["told"]["inside"]["name"]);
    EXPECT_THAT(change_until(library, record(library), in_days(40)).value(), IsEmpty());
    auto after = head(scratch / "out", key);
    EXPECT_EQ(after["until"], in_days(40));
    EXPECT_EQ(file(before["told"]["inside"]["name"]), inside);
    after["until"] = before["until"];
    EXPECT_EQ(after, before);
    EXPECT_EQ(record(library).until, in_days(40));
    EXPECT_EQ(record(library).made_until, in_days(10));
    EXPECT_THAT(change_until(library, record(library), std::nullopt).value(), IsEmpty());
    EXPECT_TRUE(head(scratch / "out", key)["until"].is_null());
    EXPECT_EQ(record(library).until, std::nullopt);
}

TEST_F(Dating, TheListenerAndTheRemovalFollow) {
    auto library = opened();
    auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    wish.until = in_days(1);
    const auto report = on_shelf(library, wish);
    EXPECT_EQ(standing(report, 5), Standing::over);
    ASSERT_TRUE(change_until(library, record(library), in_days(9)));
    EXPECT_EQ(standing(report, 5), Standing::open);
    EXPECT_EQ(standing(report, 10), Standing::over);
    EXPECT_EQ(head(shelf() + "/" + report.record.where.front().name, report.record.key)["until"],
              in_days(9));
    home.clock.pass_days(5);
    EXPECT_EQ(remove_what_is_over(library).value(), 0U);
    EXPECT_EQ(standing(report, 0), Standing::open);
    home.clock.pass_days(5);
    EXPECT_EQ(remove_what_is_over(library).value(), 1U);
    EXPECT_FALSE(std::filesystem::exists(shelf() + "/" + report.record.where.front().name));
}

TEST_F(Dating, ADateThatWasSaidElsewhereIsTakenOver) {
    auto library = opened();
    auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    wish.until = in_days(1);
    const auto report = on_shelf(library, wish);
    ASSERT_TRUE(library.commit({until_entry(report.record.share, in_days(30))}));
    EXPECT_EQ(standing(report, 5), Standing::over);
    ASSERT_TRUE(remove_what_is_over(library));
    EXPECT_EQ(standing(report, 5), Standing::open);
}

TEST_F(Dating, AFileKeepsItsDateAndThatIsSaid) {
    auto library = opened();
    const auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    ASSERT_TRUE(
        show(library, wish, {.as = As::file, .path = scratch / "ana.html"}, page(), home.heard));
    const auto remains = change_until(library, record(library), in_days(3)).value();
    ASSERT_THAT(remains, SizeIs(1));
    EXPECT_EQ(remains.front().where.as, As::file);
    EXPECT_EQ(record(library).until, in_days(3));
}

TEST_F(Dating, WhatIsOverOrMakesNoSenseIsRefused) {
    auto library = opened();
    const auto report = shown(library, wish_for({kept(library, "IMG_1.jpg", "photo of him")}));
    for (const auto& wrong : {in_days(-1), std::string("2027-02-30"), std::string("soon"),
                              std::string("../2027-01-01"), std::string()})
        EXPECT_EQ(change_until(library, record(library), wrong).error().code(), ErrorCode::invalid)
            << wrong;
    ASSERT_TRUE(end_share(library, record(library)));
    EXPECT_EQ(change_until(library, record(library), in_days(3)).error().code(),
              ErrorCode::invalid);
    EXPECT_FALSE(std::filesystem::exists(scratch / "out/manifest.age"));
}

TEST_F(Dating, AnotherShareInThatFolderIsLeftAlone) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    shown(library, wish_for({item}));
    const auto first = record(library);
    std::filesystem::remove_all((scratch / "out"));
    const auto second = shown(library, wish_for({item}));
    const auto before = file("manifest.age");
    EXPECT_THAT(change_until(library, first, in_days(3)).value(), SizeIs(1));
    EXPECT_EQ(file("manifest.age"), before);
}

TEST_F(Dating, ADownloadIsRememberedAndNeverLooksForAFile) {
    auto library = opened();
    const auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    const auto path = scratch / "waiting.html";
    const auto report =
        show(library, wish, {.as = As::download, .path = path, .name = "shown-1a2b.html"}, page(),
             home.heard)
            .value();
    EXPECT_TRUE(report.link.starts_with("shown-1a2b.html#AGE-SECRET-KEY-1"));
    const auto known = record(library).where.at(0);
    EXPECT_EQ(known.as, As::download);
    EXPECT_EQ(known.name, "shown-1a2b.html");
    EXPECT_EQ(known.path, "");
    const auto ending = end_share(library, record(library)).value();
    EXPECT_EQ(ending.removed, 0U);
    EXPECT_THAT(ending.remains, SizeIs(1));
    EXPECT_TRUE(std::filesystem::exists(path)) << "whoever made it wait removes it";
}

TEST_F(Dating, AFirstLookIsNoShare) {
    auto library = opened();
    const auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    const auto key = prepare_page(library, wish, scratch / "look.html", page(), home.heard);
    ASSERT_TRUE(key) << key.error().describe();
    EXPECT_TRUE(key->starts_with("AGE-SECRET-KEY-1"));
    EXPECT_FALSE(keepsake::testing::read_text(scratch / "look.html").contains(*key));
    EXPECT_THAT(read_records(library.catalog()).value(), IsEmpty());
}

}  // namespace
}  // namespace keepsake::share
