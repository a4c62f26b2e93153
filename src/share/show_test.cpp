// A share, made from an archive with real files, and opened by its link alone.
#include "share/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "library/library.h"
#include "library/tell.h"
#include "media/reader_pool.h"
#include "model/entry.h"
#include "model/ids.h"
#include "share/end.h"
#include "share/guest_page.h"
#include "share/record.h"
#include "share/show_for_test.h"
#include "share/showing_for_test.h"
#include "share/wish.h"
#include "support/family.h"

namespace keepsake::share {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(Showing, AShareOpensByItsLinkAlone) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    const auto report = shown(library, wish_for({item}));
    EXPECT_EQ(report.items, 1U);
    EXPECT_THAT(report.link, StartsWith("index.html#AGE-SECRET-KEY-1"));
    const auto key = report.link.substr(report.link.find('#') + 1);
    const auto head = json::parse(opened_text(file("manifest.age"), key));
    EXPECT_EQ(head["from"], "Ines");
    const auto& told = head["told"];
    EXPECT_EQ(told["parts"]["photographs"], 1);
    const auto sealed = file(told["inside"]["name"]);
    EXPECT_EQ(told["inside"]["sha256"], to_hex(crypto::sha256(as_bytes(sealed))));
    EXPECT_EQ(told["inside"]["size"], sealed.size());
    const auto inside = json::parse(opened_text(sealed, told["inside"]["key"]));
    const auto parts = inside["items"][0]["shown"]["parts"];
    ASSERT_EQ(parts.size(), 2U);
    const auto picture = opened_text(file(parts[1]["file"]["name"]), parts[1]["file"]["key"]);
    EXPECT_EQ(Bytes(picture.begin(), picture.end()), small_jpeg());
    EXPECT_EQ(parts[1]["file"]["bytes"], picture.size());
    // The archive's own number is told to nobody.
    EXPECT_NE(inside["items"][0]["id"], item.hex());
}

TEST_F(Showing, Rule18NothingPersonalStandsInNamesOrBytes) {
    auto library = opened();
    shown(library, wish_for({kept(library, "Emil.jpg", "photo of him")}));
    for (const auto& name : listed(scratch / "out")) {
        EXPECT_TRUE(name == "index.html" || name == "guest.0a.js" || name == "manifest.age" ||
                    (name.size() == 36 && name.ends_with(".age")))
            << name;
        for (const std::string_view word : {"Emil", "Ana", "Ines", "photo of him"})
            EXPECT_FALSE(file(name).contains(word)) << name;
    }
}

TEST_F(Showing, Rule2OfWhatIsCoveredItsFileIsNamedAndNothingElse) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    ASSERT_TRUE(library::set_words(library, model::Subject::of(item), "words", "In the blue hat"));
    ASSERT_TRUE(library::set_cover(library, model::Subject::of(item), "Emil after he was born."));
    const model::Set more{model::Subject::of(item), "cover_more", {}, "\"He sleeps.\""};
    ASSERT_TRUE(library.commit({more}));
    const auto report = shown(library, wish_for({item}));
    const auto key = report.record.key;
    const auto head = json::parse(opened_text(file("manifest.age"), key));
    const auto& file_of_inside = head["told"]["inside"];
    const auto inside = opened_text(file(file_of_inside["name"]), file_of_inside["key"]);
    EXPECT_FALSE(inside.contains("blue hat"));
    const auto shown_item = json::parse(inside)["items"][0];
    EXPECT_FALSE(shown_item.contains("shown"));
    EXPECT_EQ(shown_item["cover"]["line"], "Emil after he was born.");
    EXPECT_EQ(shown_item["cover"]["more"], "He sleeps.");
    EXPECT_EQ(shown_item["width"], 4);
    EXPECT_EQ(shown_item["height"], 3);
    const auto leaf = opened_text(file(shown_item["leaf"]["name"]), shown_item["leaf"]["key"]);
    EXPECT_EQ(leaf.size() % 4096, 0U);
    EXPECT_EQ(json::parse(leaf)["caption"], "In the blue hat");
}

TEST_F(Showing, Rule8TheCoverOfAMomentStandsBeforeItsItemsToo) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    const auto moment = *library::new_moment(library, "Emil");
    ASSERT_TRUE(library::add_to_moment(library, moment, std::array{item}));
    ASSERT_TRUE(library::set_cover(library, model::Subject::of(moment), "His birth."));
    auto report = shown(library, wish_for({item}));
    auto head = json::parse(opened_text(file("manifest.age"), report.record.key));
    EXPECT_TRUE(head["told"]["cover"].is_null());
    auto inside = head["told"]["inside"];
    EXPECT_EQ(
        json::parse(opened_text(file(inside["name"]), inside["key"]))["items"][0]["cover"]["line"],
        "His birth.");
    std::filesystem::remove_all(scratch / "out");
    // Of the whole moment it stands before everything, once.
    Wish wish = wish_for({});
    wish.moment = moment;
    report = shown(library, wish);
    head = json::parse(opened_text(file("manifest.age"), report.record.key));
    EXPECT_EQ(head["told"]["cover"]["line"], "His birth.");
    inside = head["told"]["inside"];
    EXPECT_TRUE(json::parse(opened_text(file(inside["name"]), inside["key"]))["items"][0].contains(
        "shown"));
}

TEST_F(Showing, Rule21TheLinkAloneOpensTheNameAndTheHint) {
    auto library = opened();
    auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    wish.passphrase = crypto::Secret(std::string_view("Seepferdchen"));
    wish.hint = "the boat";
    wish.cover = "Only this line.";
    const auto report = shown(library, wish);
    const auto head = opened_text(file("manifest.age"), report.record.key);
    EXPECT_FALSE(head.contains("Only this line") || head.contains("Ana") ||
                 head.contains("inside"));
    const auto parsed = json::parse(head);
    EXPECT_EQ(parsed["hint"], "the boat");
    EXPECT_FALSE(parsed["locked"].contains("key"));
    const auto inner = opened_text(file(parsed["locked"]["name"]), report.record.key);
    EXPECT_EQ(crypto::parse_age_header(as_bytes(inner))->scrypt_log_n(), 15);
    const auto open_with = [&](std::string_view words) {
        const crypto::Secret passphrase(words);
        return crypto::age_open(as_bytes(inner), [&](const crypto::AgeHeader& header) {
            return crypto::unwrap_with_passphrase(header, passphrase);
        });
    };
    EXPECT_EQ(open_with("Seestern").error().code(), ErrorCode::wrong_key);
    EXPECT_EQ(json::parse(open_with("Seepferdchen")->text())["cover"]["line"], "Only this line.");
    // Who is kept out keeps nothing out: the journal tells keepers of it, without the passphrase.
    EXPECT_TRUE(read_records(library.catalog())->front().passphrase);
}

TEST_F(Showing, OfAStoryWhoWroteTheVersionThatGoesAlongIsNamedAndNoOtherWriter) {
    auto library = opened();
    const auto ines = *model::PersonId::from_hex("00000000000000a1");
    const auto joren = *model::PersonId::from_hex("00000000000000a2");
    ASSERT_TRUE(library.commit({model::Set{model::Subject::of(ines), "name", {}, "\"Ines\""},
                                model::Set{model::Subject::of(joren), "name", {}, "\"Joren\""}}));
    const auto moment = *library::new_moment(library, "Emil");
    const auto subject = model::Subject::of(moment);
    ASSERT_TRUE(library::add_words(library, subject, "story", {"It rained.", {}, ines}));
    const auto first = library.catalog().standing_words(subject, "story")->front().version;
    ASSERT_TRUE(library::add_words(library, subject, "story", {"It snowed.", {first}, joren}));
    Wish wish = wish_for({});
    wish.from = "Ana";
    wish.moment = moment;
    const auto inside = [&] {
        const auto report = shown(library, wish);
        const auto head = json::parse(opened_text(file("manifest.age"), report.record.key));
        const auto sealed = head["told"]["inside"];
        auto text = opened_text(file(sealed["name"]), sealed["key"]);
        std::filesystem::remove_all(scratch / "out");
        return text;
    };
    const auto text = inside();
    EXPECT_EQ(json::parse(text)["by"], "Joren");
    EXPECT_FALSE(text.contains("Ines"));
    ASSERT_TRUE(library::set_words(library, subject, "story", "Nobody said who wrote this."));
    EXPECT_TRUE(json::parse(inside())["by"].is_null());
    // Without a story there is none who wrote it.
    ASSERT_TRUE(library::set_words(library, subject, "story", ""));
    ASSERT_TRUE(library::add_to_moment(library, moment,
                                       std::array{kept(library, "IMG_1.jpg", "photo of him")}));
    EXPECT_TRUE(json::parse(inside())["by"].is_null());
}

TEST_F(Showing, Rule23PlacesAndPatientsStayUnlessTheyAreAskedFor) {
    auto library = opened();
    auto wish = wish_for({kept(library, "a.jpg", "photo by the sea"),
                          kept(library, "b.dcm", "scan"), kept(library, "c.jpg", "photo at home")});
    wish.originals = true;
    for (const bool places : {false, true}) {
        wish.places = places;
        const auto report = shown(library, wish);
        EXPECT_EQ(report.left_out, places ? 0U : 2U);
        const auto head = json::parse(opened_text(file("manifest.age"), report.record.key));
        const auto inside = head["told"]["inside"];
        const auto text = opened_text(file(inside["name"]), inside["key"]);
        EXPECT_FALSE(text.contains("Secret"));
        const auto all = json::parse(text)["items"];
        for (std::size_t i = 0; i < 3; ++i)
            EXPECT_EQ(all[i]["shown"]["original"].is_null(), !places && i < 2) << i;
        EXPECT_EQ(all[0]["shown"]["place"].is_null(), !places);
        if (places) {
            const auto original = all[1]["shown"]["original"]["file"];
            EXPECT_EQ(opened_text(file(original["name"]), original["key"]), "scan");
        }
        std::filesystem::remove_all(scratch / "out");
    }
    EXPECT_THAT(home.heard.problems, SizeIs(2));
}

TEST_F(Showing, PagesAndStillsAndTurnedPicturesGoAlong) {
    auto library = opened();
    const auto turned = kept(library, "a.jpg", "photo of him");
    ASSERT_TRUE(library.commit({model::Set{model::Subject::of(turned), "rotation", {}, "90"},
                                model::Set{model::Subject::of(turned),
                                           "crop",
                                           {},
                                           R"({"x":0,"y":0,"width":500,"height":400})"}}));
    looker.asked.clear();
    const auto report =
        shown(library,
              wish_for({turned, kept(library, "b.pdf", "paper"), kept(library, "c.dcm", "scan")}));
    const auto head = json::parse(opened_text(file("manifest.age"), report.record.key));
    const auto inside = head["told"]["inside"];
    const auto all = json::parse(opened_text(file(inside["name"]), inside["key"]))["items"];
    const auto uses = [&](std::size_t i, const char* use) {
        const auto& parts = all[i]["shown"]["parts"];
        return std::ranges::count_if(parts, [&](const auto& part) { return part["use"] == use; });
    };
    EXPECT_EQ(uses(1, "page"), 3);
    EXPECT_EQ(uses(2, "frame"), 10);  // of 30, each third
    EXPECT_EQ(all[2]["kind"], "ultrasound");
    const media::Framing framing{.quarter_turns = 1, .x = 0, .y = 0, .width = 500, .height = 400};
    EXPECT_TRUE(std::ranges::any_of(
        looker.asked, [&](const auto& question) { return question.framing == framing; }));
}

TEST_F(Showing, WhatMakesNoSenseIsRefusedAndLeavesNothing) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    const auto refused = [&](const Wish& wish, ErrorCode code) {
        const auto report = show(library, wish, {.path = scratch / "out"}, page(), home.heard);
        EXPECT_FALSE(report);
        if (!report) {
            EXPECT_EQ(report.error().code(), code) << report.error().message();
        }
        EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
    };
    auto wish = wish_for({item});
    wish.to = "";
    refused(wish, ErrorCode::invalid);
    wish.to = "A\nB";
    refused(wish, ErrorCode::invalid);
    wish = wish_for({item});
    for (const char* until : {"2026-11-22", "2027-02-30", "tomorrow", "2027-1-1"}) {
        wish.until = until;
        refused(wish, ErrorCode::invalid);
    }
    wish = wish_for({item});
    wish.hint = "the boat";
    refused(wish, ErrorCode::invalid);
    wish = wish_for({item});
    wish.cover = std::string(161, 'a');
    refused(wish, ErrorCode::invalid);
    refused(wish_for({model::ItemId{}}), ErrorCode::not_found);
    refused(wish_for({}), ErrorCode::invalid);
    ASSERT_TRUE(library::let_go(library, std::array{item}));
    refused(wish_for({item}), ErrorCode::not_found);
    const auto no_page =
        show(library, wish_for({item}), {.path = scratch / "out"},
             GuestPage(std::map<std::string, std::string, std::less<>>{}), home.heard);
    EXPECT_EQ(no_page.error().code(), ErrorCode::unsupported);
    EXPECT_THAT(*read_records(library.catalog()), IsEmpty());
}

TEST_F(Showing, StoppedItLeavesNothing) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    for (const As as : {As::folder, As::file, As::guests}) {
        home.stop.request_stop();
        const auto report = show(library, wish_for({item}),
                                 {.as = as, .path = scratch / "out.html"}, page(), home.heard);
        ASSERT_FALSE(report);
        EXPECT_EQ(report.error().code(), ErrorCode::cancelled);
        EXPECT_FALSE(std::filesystem::exists(scratch / "out.html"));
        for (const auto& entry : std::filesystem::directory_iterator(scratch.path()))
            EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
        EXPECT_TRUE(!std::filesystem::exists(scratch / "state-home/shares") ||
                    std::filesystem::is_empty(scratch / "state-home/shares"));
    }
    EXPECT_THAT(*read_records(library.catalog()), IsEmpty());
}

TEST_F(Showing, EveryKeeperSeesItAndItsOwnDeviceRemovesIt) {
    auto library = opened();
    const auto report = shown(library, wish_for({kept(library, "IMG_1.jpg", "photo of him")}));
    keepsake::testing::Computer laptop(scratch, "laptop", 2);
    auto there = open(laptop, archive);
    const auto records = *read_records(there.catalog());
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(records[0].to, "Ana");
    EXPECT_EQ(link_of(records[0], records[0].where[0]), report.link);
    const auto ending = end_share(there, records[0]);
    ASSERT_TRUE(ending);
    ASSERT_THAT(ending->remains, SizeIs(1));
    EXPECT_EQ(ending->remains[0].device, *library.device_name(*library.device()));
    EXPECT_TRUE(std::filesystem::exists(scratch / "out/manifest.age"));
    ASSERT_TRUE(library.refresh(home.heard));
    EXPECT_EQ(*remove_what_is_over(library), 1U);
    EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
    EXPECT_EQ(*remove_what_is_over(library), 0U);
}

TEST_F(Showing, WhenItsDayHasPassedItIsRemoved) {
    auto library = opened();
    auto wish = wish_for({kept(library, "IMG_1.jpg", "photo of him")});
    wish.until = "2026-11-24";
    shown(library, wish);
    home.clock.set("2026-11-24T23:59:59Z");
    EXPECT_EQ(*remove_what_is_over(library), 0U);
    home.clock.set("2026-11-25T00:00:00Z");
    EXPECT_EQ(*remove_what_is_over(library), 1U);
    EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
}

TEST_F(Showing, EndingRemovesNothingThatTheShareDidNotWrite) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    const auto first = shown(library, wish_for({item})).record;
    keepsake::testing::write_text(scratch / "out/mine.txt", "mine");
    ASSERT_TRUE(end_share(library, first)->remains.empty());
    EXPECT_EQ(listed(scratch / "out"), std::vector<std::string>{"mine.txt"});
    // Another share in the same place is not this one's to end.
    std::filesystem::remove_all(scratch / "out");
    const auto second = shown(library, wish_for({item})).record;
    ASSERT_TRUE(end_share(library, first)->remains.empty());
    EXPECT_THAT(listed(scratch / "out"), Contains("manifest.age"));
    EXPECT_THAT(listed(scratch / "out"), Contains("index.html"));
    ASSERT_TRUE(end_share(library, second)->remains.empty());
    EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
}

TEST_F(Showing, AFolderOfItsOwnIsWanted) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    std::filesystem::create_directory(scratch / "out");
    shown(library, wish_for({item}));  // an empty one will do
    const auto before = listed(scratch / "out");
    EXPECT_THAT(before, Contains("manifest.age"));
    const auto again =
        show(library, wish_for({item}), {.path = scratch / "out"}, page(), home.heard);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::exists);
    EXPECT_EQ(listed(scratch / "out"), before);
}

TEST_F(Showing, WhatTheJournalSaysLeadsEndingNowhereElse) {
    auto library = opened();
    const auto item = kept(library, "IMG_1.jpg", "photo of him");
    auto record = shown(library, wish_for({item})).record;
    keepsake::testing::write_text(scratch / "precious.txt", "mine");
    record.where[0].files = {"../precious.txt", "..", "a/b", std::string("nul\0", 4), ""};
    ASSERT_TRUE(library.commit({shown_entry(record)}));
    const auto records = *read_records(library.catalog());
    for (const auto& each : records) {
        EXPECT_THAT(each.where[0].files, IsEmpty());
        ASSERT_TRUE(end_share(library, each));
    }
    EXPECT_TRUE(std::filesystem::exists(scratch / "precious.txt"));
}

}  // namespace
}  // namespace keepsake::share
