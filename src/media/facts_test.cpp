#include "media/facts.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "base/bytes.h"
#include "media/embedded_film.h"
#include "media/kind.h"
#include "media/preview_check.h"
#include "media/protocol.h"
#include "media/taken.h"

namespace keepsake::media {
namespace {

using std::string_literals::operator""s;

Facts full() {
    Facts facts;
    facts.kind = Kind::photograph;
    facts.format = Format::jpeg;
    facts.type_detail = "DNG";
    facts.width = 4032;
    facts.height = 3024;
    facts.taken = Taken{.at = *moment_from_text("2020-09-12T17:03:00.25+02:00"),
                        .source = TakenSource::gps,
                        .certain = false,
                        .about = true};
    facts.place = Position{.latitude = 54.4325, .longitude = -12.5, .altitude_m = 3.2};
    facts.place_name = "Rügen, Deutschland";
    facts.camera = {.make = "Apple", .model = "iPhone", .lens = "back"};
    facts.duration_s = 12.5;
    facts.pages = 2;
    facts.frames = 3;
    facts.title = "June";
    facts.caption = "Großmutter \"Ana\"\n👵";
    facts.author = "Ana";
    facts.keywords = {"hands", "garden"};
    facts.people = {
        {.name = "Ana", .face = Person::Face{.x = 0.5, .y = 0.25, .width = 0.1, .height = 0.2}},
        {.name = "Ben", .face = {}}};
    facts.orientation = 6;
    facts.rating = 4;
    facts.software = "15.2.1";
    facts.live_id = "E905E6C6";
    facts.film = EmbeddedFilm{.offset_bytes = 100, .size_bytes = 200};
    facts.of_file = "a.jpg";
    facts.streams = {.video = "h264", .audio = "aac", .browsers_play = true};
    facts.waveform = {0, 1, 255};
    facts.examination = Examination{.study = "1.2",
                                    .series = "1.2.3",
                                    .instance = "1.2.3.4",
                                    .study_description = "s",
                                    .series_description = "t",
                                    .modality = "US",
                                    .institution = "i",
                                    .number = -7,
                                    .patient = "p",
                                    .patient_id = "q",
                                    .patient_born = "r"};
    facts.look = 0xfedcba9876543210;
    facts.pixels = {1, 2, 3};
    facts.text = "words";
    return facts;
}

TEST(Facts, WhatIsWrittenReadsBack) {
    const auto json = to_json(full());
    EXPECT_EQ(json.find('\n'), std::string::npos);
    const auto read = facts_from_json(json);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, full());
    EXPECT_EQ(*facts_from_json(to_json(Facts{})), Facts{});
}

TEST(Facts, HostileTextsComeOutClean) {
    Facts facts;
    facts.title = std::string(100'000, 'a') + "\xff";
    facts.caption = "a\0b\xc3"s;
    facts.place = Position{
        .latitude = std::numeric_limits<double>::quiet_NaN(), .longitude = 0, .altitude_m = {}};
    facts.duration_s = std::numeric_limits<double>::infinity();
    facts.keywords.assign(5000, "\xf0\x9f");
    facts.text = std::string(1UL << 20U, '"');
    const auto json = to_json(facts);
    EXPECT_LE(json.size(), kLargestFactsBytes);
    const auto read = facts_from_json(json);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->title.size(), kLargestFactText);
    EXPECT_FALSE(read->place || read->duration_s);
    EXPECT_EQ(to_json(*read), json);
}

TEST(Facts, OtherVersionsAreReadAsFarAsTheyAreUnderstood) {
    const auto read = facts_from_json(
        R"({"kind":"photograph","taken":"2020-09-12T17:03:00","place":{"latitude":54,"longitude":12},"new":[1]})");
    ASSERT_TRUE(read);
    EXPECT_EQ(to_text(read->taken->at), "2020-09-12T17:03:00");
    EXPECT_EQ(read->place->longitude, 12);
    EXPECT_FALSE(facts_from_json("[]"));
    EXPECT_FALSE(facts_from_json("{"));
    EXPECT_FALSE(facts_from_json(std::string(kLargestFactsBytes + 1, ' ')));
}

TEST(Facts, ASidecarIsLaidOver) {
    Facts original = full();
    Facts sidecar;
    sidecar.caption = "by hand";
    sidecar.taken = Taken{.at = *moment_from_text("1987"), .source = TakenSource::original};
    const auto both = with_sidecar(original, sidecar);
    EXPECT_EQ(both.caption, "by hand");
    EXPECT_EQ(both.title, "June");
    EXPECT_EQ(both.taken->at.year, 1987);
    EXPECT_EQ(both.taken->source, TakenSource::sidecar);
}

TEST(Protocol, OnlyWellFormedMessagesAreRead) {
    const Header header{.type = MessageType::facts, .body_bytes = 12};
    EXPECT_EQ(header_from_bytes(to_bytes(header))->body_bytes, 12U);
    EXPECT_FALSE(header_from_bytes(
        to_bytes(Header{.type = MessageType::facts,
                        .body_bytes = static_cast<std::uint32_t>(kLargestFactsBytes) + 1})));
    auto bytes = to_bytes(header);
    bytes[2] = 99;
    EXPECT_FALSE(header_from_bytes(bytes));
    LookBody look;
    look.question.name = "a.jpg";
    look.question.page = 7;
    look.size_bytes = 1ULL << 40U;
    look.head = {1, 2, 3};
    const auto read = look_from_bytes(to_bytes(look));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->question.name, "a.jpg");
    EXPECT_EQ(read->question.page, 7U);
    EXPECT_EQ(read->size_bytes, look.size_bytes);
    EXPECT_EQ(read->head, look.head);
    EXPECT_FALSE(need_from_bytes(to_bytes(NeedBody{.offset_bytes = 0, .size_bytes = 0})));
}

TEST(EmbeddedFilm, IsFoundBehindThePicture) {
    const auto box = [](const std::string& name, std::size_t body) {
        std::string bytes = "\0\0\0"s;
        bytes.push_back(static_cast<char>(8 + body));
        return bytes + name + std::string(body, 'x');
    };
    const auto film = box("ftyp", 16) + box("mdat", 20) + box("moov", 30);
    const auto file = "\xff\xd8 picture \xff\xd9" + film + "trailer";
    const auto found = find_embedded_film(as_bytes(file));
    ASSERT_TRUE(found);
    EXPECT_EQ(file.substr(found->offset_bytes, found->size_bytes), film);
    EXPECT_FALSE(find_embedded_film(as_bytes(film)));
    EXPECT_FALSE(
        find_embedded_film(as_bytes("\xff\xd8 \0\0\0\x18"s + "ftyp" + std::string(60, 'x'))));
}

TEST(PreviewCheck, OnlyTablesAndScansAreTaken) {
    const auto jpeg =
        "\xff\xd8\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0 abc\xff\0\xff\xd9"s;
    EXPECT_EQ(plain_jpeg_size(as_bytes(jpeg))->width, 3U);
    EXPECT_FALSE(plain_jpeg_size(as_bytes(jpeg + "PK")));
    EXPECT_FALSE(plain_jpeg_size(as_bytes("\xff\xd8\xff\xe1\0\x04hi"s + jpeg.substr(2))));
    for (std::size_t size = 0; size < jpeg.size(); ++size)
        EXPECT_FALSE(plain_jpeg_size(as_bytes(jpeg).first(size))) << size;
}

}  // namespace
}  // namespace keepsake::media
