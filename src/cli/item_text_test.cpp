#include "cli/item_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "catalog/catalog.h"
#include "media/facts.h"
#include "model/ids.h"

namespace keepsake::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

catalog::ItemRecord example() {
    catalog::ItemRecord item;
    item.item = *model::ItemId::from_hex("3f2a91c0d1e2f300");
    item.kept = {1'600'000'000, 0};
    item.date = "2020-09-13T12:26:40Z";
    catalog::FileRecord file;
    file.content.bytes.fill(0xAB);
    file.bytes = 1234;
    file.name = "IMG_1.jpg";
    file.folder = "September";
    file.modified = {1'600'000'000, 500'000'000};
    item.files = {file};
    return item;
}

catalog::WordsRecord words(const std::string& text) {
    catalog::WordsRecord record;
    record.field = "words";
    record.text = text;
    return record;
}

TEST(ItemText, OneLine) {
    auto item = example();
    EXPECT_EQ(item_line(item, 0), "3f2a91c0  2020-09-13  IMG_1.jpg  September/");
    item.files.push_back(item.files.front());
    item.words = {words("first\nsteps"), words("the garden")};
    EXPECT_EQ(
        item_line(item, 0),
        "3f2a91c0  2020-09-13  IMG_1.jpg and 1 more  September/  first\xE2\x80\xA6 | the garden");
    EXPECT_EQ(item_line(item, 24), "3f2a91c0  2020-09-13  I\xE2\x80\xA6");
}

TEST(ItemText, ACoverStandsForAllThatItCovers) {
    auto item = example();
    item.words = {words("first steps")};
    item.cover = "The last day.";
    EXPECT_EQ(item_line(item, 0), "3f2a91c0  2020-09-13  The last day.");
    EXPECT_EQ(item_name(item), "The last day.");
}

TEST(ItemText, DetailsTellWhereWithWhatAndHowLong) {
    auto item = example();
    media::Facts facts;
    facts.place =
        media::Position{.latitude = 38.7167, .longitude = -9.1333, .altitude_m = std::nullopt};
    facts.camera.make = "Canon";
    facts.camera.model = "EOS 5D";
    facts.camera.lens = "EF 50mm";
    facts.duration_s = 3723.4;
    EXPECT_EQ(item_line(item, 0, {}, facts),
              "3f2a91c0  2020-09-13  IMG_1.jpg  September/  Lisbon, PT  Canon EOS 5D  1:02:03");
    const auto found = nlohmann::json::parse(item_json(item, facts))["found"];
    EXPECT_EQ(found["near"], "Lisbon, PT");
    EXPECT_EQ(found["camera"], "Canon EOS 5D");
    EXPECT_EQ(found["lens"], "EF 50mm");
    EXPECT_EQ(found["seconds"], 3723.4);
    EXPECT_FALSE(nlohmann::json::parse(item_json(item)).contains("found"));
    item.cover = "The last day.";
    EXPECT_EQ(item_line(item, 0, {}, facts), "3f2a91c0  2020-09-13  The last day.");
}

TEST(ItemText, OfLongWordsTheBeginning) {
    auto item = example();
    item.words = {words(std::string(61, 'a'))};
    EXPECT_THAT(item_line(item, 0),
                EndsWith("September/  " + std::string(59, 'a') + "\xE2\x80\xA6"));
    item.words = {words(std::string(60, 'a') + "\n")};
    EXPECT_THAT(item_line(item, 0), EndsWith("September/  " + std::string(60, 'a')));
    item.words = {words("\n \nIn the garden.\r\n\r\nIt rained.\n")};
    EXPECT_THAT(item_line(item, 0), EndsWith("September/  In the garden.\xE2\x80\xA6"));
    EXPECT_EQ(nlohmann::json::parse(item_json(item)).at("words").at(0), item.words.front().text);
}

TEST(ItemText, WordsTakenAwayAreLeftOut) {
    auto item = example();
    item.words = {words(""), words("the garden")};
    EXPECT_EQ(item_line(item, 0), "3f2a91c0  2020-09-13  IMG_1.jpg  September/  the garden");
    EXPECT_EQ(nlohmann::json::parse(item_json(item)).at("words"),
              nlohmann::json::array({"the garden"}));
    item.words = {words("")};
    EXPECT_EQ(nlohmann::json::parse(item_json(item)).at("words"), nlohmann::json::array());
}

TEST(ItemText, AMarkStandsBeforeTheName) {
    EXPECT_EQ(item_line(example(), 0, "erased from this copy"),
              "3f2a91c0  2020-09-13  (erased from this copy)  IMG_1.jpg  September/");
}

TEST(ItemText, NamesCannotForgeALine) {
    auto item = example();
    item.files.front().name = "a\nb\x1b[31m";
    EXPECT_THAT(item_line(item, 0), Not(HasSubstr("\n")));
    EXPECT_THAT(item_line(item, 0), Not(HasSubstr("\x1b")));
}

TEST(ItemText, JsonIsExact) {
    auto item = example();
    item.files.front().folder = "a\xff";
    item.files.front().name = "\xC3\xA9\n\".jpg";
    item.words = {words("\xE5\x86\x99\n")};
    const auto line = item_json(item);
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json.at("item"), "3f2a91c0d1e2f300");
    EXPECT_EQ(json.at("kept"), "2020-09-13T12:26:40Z");
    EXPECT_TRUE(json.at("taken").is_null());
    const auto& file = json.at("files").at(0);
    EXPECT_EQ(file.at("name"), "\xC3\xA9\n\".jpg");
    EXPECT_FALSE(file.contains("name_bytes"));
    EXPECT_EQ(file.at("folder"), "a\xEF\xBF\xBD");
    EXPECT_EQ(file.at("folder_bytes"), "Yf8=");
    EXPECT_EQ(file.at("bytes"), 1234);
    EXPECT_EQ(file.at("sha256").get<std::string>().substr(0, 4), "abab");
    EXPECT_TRUE(file.at("taken").is_null());
    EXPECT_EQ(file.at("modified"), "2020-09-13T12:26:40.500000000Z");
    EXPECT_EQ(json.at("words").at(0), "\xE5\x86\x99\n");
    EXPECT_TRUE(json.at("cover").is_null());
    EXPECT_EQ(json.at("let_go"), false);
}

}  // namespace
}  // namespace keepsake::cli
