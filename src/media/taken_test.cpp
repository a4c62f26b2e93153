#include "media/taken.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace keepsake::media {
namespace {

constexpr Instant kNow{.seconds = 1'795'564'800};  // 2026-11-25

Taken taken(std::string_view at, TakenSource source) {
    return {.at = *moment_from_text(at), .source = source};
}
std::string chosen(const std::vector<Taken>& candidates) {
    const auto choice = choose_taken(candidates, kNow);
    if (!choice) return "none";
    return to_text(choice->at) + " " + std::string(name_of(choice->source)) +
           (choice->certain ? "" : " perhaps");
}
std::string by_name(std::string_view name) {
    const auto found = taken_from_name(name);
    return found ? to_text(found->at) : "none";
}
std::string from_file(std::string_view text) {
    const auto moment = moment_from_file(text);
    return moment ? to_text(*moment) : "none";
}

TEST(Moment, EveryFormReadsBack) {
    for (const char* const text :
         {"1987", "1987-05", "1987-05-03", "1987-05-03T12:30", "1987-05-03T12:30:15",
          "1987-05-03T12:30:15.25", "1987-05-03T12:30:15Z", "1987-05-03T12:30:15.25+02:00",
          "1987-05-03T12:30-03:30", "0001-01-01", "9999-12-31T23:59:59.999999999+14:00"}) {
        const auto moment = moment_from_text(text);
        ASSERT_TRUE(moment) << text;
        EXPECT_EQ(to_text(*moment), text);
    }
    for (const char* const text :
         {"", "19", "1987-13", "1987-02-29", "1987-05-03T24:00", "1987-05-03T12:30:15+2:00",
          "1987-05-03 12:30", "0000", "1987-05-03T12:30:15-00:00", "1987-05-03Z"})
        EXPECT_FALSE(moment_from_text(text)) << text;
}

TEST(Moment, FilesWriteThemInManyWays) {
    EXPECT_EQ(from_file("2016:09:28 18:18:05"), "2016-09-28T18:18:05");
    EXPECT_EQ(from_file("2016:09:28 18:18:05.813+01:00"), "2016-09-28T18:18:05.813+01:00");
    EXPECT_EQ(from_file("2016-09-28T18:18:05Z"), "2016-09-28T18:18:05Z");
    EXPECT_EQ(from_file("20160928"), "2016-09-28");
    EXPECT_EQ(from_file("20160928T181805.5"), "2016-09-28T18:18:05.5");
    EXPECT_EQ(from_file("2016:09:28"), "2016-09-28");
    EXPECT_EQ(from_file("2016:00:00 00:00:00"), "2016");
    EXPECT_EQ(from_file("0000:00:00 00:00:00"), "none");
    EXPECT_EQ(from_file("    :  :     :  :  "), "none");
    EXPECT_EQ(from_file("2016:02:30 10:00:00"), "none");
    EXPECT_EQ(from_file(std::string_view("2016:09:28 18:18:05\0", 20)), "2016-09-28T18:18:05");
}

TEST(Taken, TheMostBelievedSourceWins) {
    EXPECT_EQ(chosen({taken("2020-09-12T17:03:00", TakenSource::changed),
                      taken("2019-01-05T10:00:00", TakenSource::original),
                      taken("2021-01-01T00:30:00Z", TakenSource::file_time)}),
              "2019-01-05T10:00:00 original");
    EXPECT_EQ(chosen({}), "none");
}

TEST(Taken, BogusDatesAreBelievedLastAndNeverForCertain) {
    EXPECT_EQ(chosen({taken("1970-01-01T00:00:00", TakenSource::original),
                      taken("2019-01-05T10:00:00", TakenSource::file_name)}),
              "2019-01-05T10:00:00 file-name");
    EXPECT_EQ(chosen({taken("2000-01-01T00:00:00", TakenSource::original)}),
              "2000-01-01T00:00:00 original perhaps");
    EXPECT_EQ(chosen({taken("2099-08-12T19:59:29", TakenSource::original)}),
              "2099-08-12T19:59:29 original perhaps");
    EXPECT_FALSE(is_bogus(*moment_from_text("2000-01-01T20:15:00"), kNow));
    EXPECT_TRUE(is_bogus(*moment_from_text("1904-01-01T00:00:00Z"), kNow));
    EXPECT_EQ(chosen({taken("1970-01-01T00:00:00", TakenSource::by_hand)}),
              "1970-01-01T00:00:00 hand");
}

TEST(Taken, AZoneIsTakenFromWhoKnowsIt) {
    EXPECT_EQ(chosen({taken("2016-09-28T18:18:05", TakenSource::original),
                      taken("2016-09-28T17:17:58Z", TakenSource::gps)}),
              "2016-09-28T18:18:05+01:00 original");
    // Nepal.
    EXPECT_EQ(chosen({taken("2016-09-28T18:18:05", TakenSource::original),
                      taken("2016-09-28T12:33:05Z", TakenSource::gps)}),
              "2016-09-28T18:18:05+05:45 original");
    // A position of some minutes ago says nothing.
    EXPECT_EQ(chosen({taken("2016-09-28T18:18:05", TakenSource::original),
                      taken("2016-09-28T17:11:00Z", TakenSource::gps)}),
              "2016-09-28T18:18:05 original");
}

TEST(Taken, AnInstantTakesTheLocalTimeOfTheSameMoment) {
    EXPECT_EQ(chosen({taken("2020-09-12T15:03:00Z", TakenSource::container),
                      taken("2020-09-12T17:03:00", TakenSource::file_name)}),
              "2020-09-12T17:03:00+02:00 container");
    EXPECT_EQ(chosen({taken("2020-09-12T15:03:00Z", TakenSource::sidecar),
                      taken("2020-09-12T17:03:00", TakenSource::original)}),
              "2020-09-12T17:03:00+02:00 sidecar");
}

TEST(Taken, ADayAloneGivesWayToTheHourOfThatDay) {
    EXPECT_EQ(chosen({taken("2019-01-05", TakenSource::original),
                      taken("2019-01-05T10:00:00", TakenSource::digitized)}),
              "2019-01-05T10:00:00 digitized");
}

TEST(Taken, NamesOfFiles) {
    EXPECT_EQ(by_name("IMG_20200912_170300.jpg"), "2020-09-12T17:03:00");
    EXPECT_EQ(by_name("PXL_20210304_101112123.jpg"), "2021-03-04T10:11:12.123Z");
    EXPECT_EQ(by_name("2020-09-12 17.03.00.jpg"), "2020-09-12T17:03:00");
    EXPECT_EQ(by_name("WhatsApp Image 2020-09-12 at 17.03.00.jpeg"), "2020-09-12T17:03:00");
    EXPECT_EQ(by_name("Screenshot 2020-09-12 at 5.03.00 PM.png"), "2020-09-12T17:03:00");
    EXPECT_EQ(by_name("signal-2020-09-12-170300.jpg"), "2020-09-12T17:03:00");
    EXPECT_EQ(by_name("20200912170300.mp4"), "2020-09-12T17:03:00");
    EXPECT_EQ(by_name("IMG-20200912-WA0007.jpg"), "2020-09-12");
    EXPECT_EQ(by_name("1599930180000.jpg"), "2020-09-12T17:03:00Z");
    for (const char* const name : {"IMG_0412.jpg", "DSC01234.JPG", "12345678.jpg",
                                   "20201332_101010.jpg", "120200912.jpg", "", "2020.jpg"})
        EXPECT_EQ(by_name(name), "none") << name;
}

}  // namespace
}  // namespace keepsake::media
