#include "http/target.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace keepsake::http {
namespace {

using Path = std::vector<std::string>;

std::optional<RequestHead> head_of(std::string_view target) {
    RequestHead head;
    const auto read = read_target(target, head);
    if (read) return head;
    EXPECT_EQ(read.error().code(), ErrorCode::invalid) << target;
    return std::nullopt;
}

TEST(Target, IsReadIntoPathAndQuery) {
    const auto root = head_of("/");
    ASSERT_TRUE(root);
    EXPECT_TRUE(root->path.empty());
    EXPECT_TRUE(root->ends_in_slash);
    const auto file = head_of("/a/b%20c/%C3%BC.jpg?d=e+f%2B&g&d=twice&=nameless");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->path, (Path{"a", "b c", "ü.jpg"}));
    EXPECT_FALSE(file->ends_in_slash);
    EXPECT_EQ(file->parameter("d"), "e f+") << "of a name that stands twice the first";
    EXPECT_EQ(file->parameter("g"), "");
    EXPECT_EQ(file->parameter("h"), std::nullopt);
    EXPECT_EQ(file->query.size(), 2U);
    const auto plus = head_of("/a+b/?q=/../");
    ASSERT_TRUE(plus);
    EXPECT_EQ(plus->path, (Path{"a+b"})) << "a space is '+' in a query alone";
    EXPECT_TRUE(plus->ends_in_slash);
    EXPECT_EQ(plus->parameter("q"), "/../");
}

TEST(Target, ThatLeadsElsewhereOrHidesSomethingIsRefused) {
    for (const char* target :
         {"",       "a",        "*",         "http://other/", "//",     "/a//b",   "/.",
          "/..",    "/a/../b",  "/%2e%2E/b", "/a/.",          "/a%2Fb", "/a%5Cb",  "/a%00b",
          "/a%0Ab", "/a%7F",    "/%",        "/%4",           "/%zz",   "/a b",    "/a\"b",
          "/<a>",   "/a\\b",    "/a#b",      "/\xC3\xBC",     "/%FF",   "/%C0%AF", "/a?b=%00",
          "/a?b=%", "/a?%FF=c", "/a\x7F"})
        EXPECT_FALSE(head_of(target)) << target;
}

TEST(Target, IsBounded) {
    std::string deep;
    for (int i = 0; i < 16; ++i) deep += "/a";
    EXPECT_TRUE(head_of(deep));
    EXPECT_FALSE(head_of(deep + "/a"));
    std::string many = "/?";
    for (int i = 0; i < 32; ++i) many += "p" + std::to_string(i) + "=1&";
    EXPECT_TRUE(head_of(many));
    EXPECT_FALSE(head_of(many + "one=more"));
}

TEST(Headers, ThatStandTwiceAreNone) {
    RequestHead head;
    head.headers = {{"host", "here"},
                    {"range", "bytes=0-1"},
                    {"range", "bytes=0-2"},
                    {"cookie", "other=1; keepsake=abc ;keepsakes=no"}};
    EXPECT_EQ(head.header("host"), "here");
    EXPECT_EQ(head.header("range"), std::nullopt);
    EXPECT_EQ(head.header("accept"), std::nullopt);
    EXPECT_EQ(head.cookie("keepsake"), "abc");
    EXPECT_EQ(head.cookie("keep"), std::nullopt);
    head.headers.emplace_back("cookie", "keepsake=another");
    EXPECT_EQ(head.cookie("keepsake"), std::nullopt);
}

struct RangeCase {
    const char* header;
    std::uint64_t size;
    RangeKind kind;
    Range range;
};

TEST(Ranges, GiveTheBytesThatWereAskedFor) {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    for (const auto& [header, size, kind, expected] : std::vector<RangeCase>{
             {"bytes=0-0", 100, RangeKind::part, {0, 1}},
             {"bytes=10-19", 100, RangeKind::part, {10, 10}},
             {"bytes=90-", 100, RangeKind::part, {90, 10}},
             {"bytes=90-1000", 100, RangeKind::part, {90, 10}},
             {"bytes=0-18446744073709551615", 100, RangeKind::part, {0, 100}},
             {"bytes=-1", 100, RangeKind::part, {99, 1}},
             {"bytes=-1000", 100, RangeKind::part, {0, 100}},
             {"bytes=18446744073709551614-", kMost, RangeKind::part, {kMost - 1, 1}},
             {"bytes=0-", 1, RangeKind::part, {0, 1}}}) {
        Range range;
        EXPECT_EQ(read_range(header, size, range), kind) << header;
        EXPECT_EQ(range, expected) << header << ": " << range.first << ", " << range.count;
    }
}

TEST(Ranges, BeyondTheEndAreUnsatisfiable) {
    Range range;
    for (const char* header : {"bytes=100-", "bytes=100-200", "bytes=-0"})
        EXPECT_EQ(read_range(header, 100, range), RangeKind::unsatisfiable) << header;
    for (const char* header : {"bytes=0-", "bytes=0-0", "bytes=-5"})
        EXPECT_EQ(read_range(header, 0, range), RangeKind::unsatisfiable) << header;
}

TEST(Ranges, ThatAreMalformedOrSeveralArePassedOver) {
    for (const char* header :
         {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-6", "bytes=1",
          "items=0-1", "Bytes=0-1", "bytes=--1", "bytes=+1-2", "bytes=1 -2",
          "bytes=0-18446744073709551616", "bytes=18446744073709551616-"}) {
        Range range{7, 7};
        EXPECT_EQ(read_range(header, 100, range), RangeKind::whole) << header;
        EXPECT_EQ(range, (Range{0, 100})) << header;
    }
}

TEST(Numbers, AreDigitsAloneAndFit) {
    EXPECT_EQ(number_from("0"), 0U);
    EXPECT_EQ(number_from("007"), 7U);
    EXPECT_EQ(number_from("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
    for (const char* text : {"", " 1", "1 ", "-1", "+1", "1.0", "0x1", "18446744073709551616"})
        EXPECT_EQ(number_from(text), std::nullopt) << text;
}

TEST(Lists, HaveWhatTheyNameButForAWeightOfZero) {
    EXPECT_TRUE(list_has("gzip, br", "br"));
    EXPECT_TRUE(list_has("gzip;q=0.5,\tbr ; q=1", "br"));
    EXPECT_TRUE(list_has("\"a\", \"b\"", "\"b\""));
    EXPECT_TRUE(list_has(",,br,", "br"));
    EXPECT_FALSE(list_has("", "br"));
    EXPECT_FALSE(list_has("brotli", "br"));
    EXPECT_FALSE(list_has("*", "br"));
    for (const char* list : {"br;q=0", "br; q=0.0", "br;q=0.00", "gzip, br;q=0.000"})
        EXPECT_FALSE(list_has(list, "br")) << list;
    EXPECT_TRUE(list_has("br;q=0.001", "br"));
}

}  // namespace
}  // namespace keepsake::http
