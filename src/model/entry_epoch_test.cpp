// What an epoch's entry tells: devices and ways in.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/journal_page_for_test.h"

namespace keepsake::model {
namespace {

using testing::HasSubstr;

const std::string kHash(64, 'a');

TEST(EntryParser, TakesAnEpochsDevicesInTheOrderThatIsSigned) {
    EntryParser parser;
    for (const auto& line : example_entries()) {
        const auto entry = parser.parse(line);
        ASSERT_TRUE(entry) << entry.error().message();
        const auto* epoch = std::get_if<Epoch>(&entry->body);
        if (epoch == nullptr || epoch->devices.size() != 2) continue;
        const auto first = epoch->devices.begin()->first.hex();
        const auto last = epoch->devices.rbegin()->first.hex();
        for (const auto& other : {last, std::string(32, 'f')}) {
            auto hostile = line;
            hostile.replace(hostile.find(first), first.size(), other);
            const auto refused = parser.parse(hostile);
            ASSERT_FALSE(refused) << hostile;
            EXPECT_THAT(refused.error().message(), HasSubstr("\"devices\""));
        }
        return;
    }
    FAIL() << "no epoch with two devices among the examples";
}

// A line of an epoch whose `ways` are these.
std::string with_ways(const std::string& ways) {
    for (const auto& line : example_entries()) {
        const auto from = line.find(R"("ways":[])");
        if (from != std::string::npos)
            return std::string(line).replace(from, 9, R"("ways":)" + ways);
    }
    ADD_FAILURE() << "no epoch without ways among the examples";
    return {};
}

std::string way_json(const std::string& id, const std::string& from = "",
                     const std::string& to = "") {
    std::string way = R"({"way":")" + id + R"(","kind":"recipient","name":"Kim",)" +
                      R"("recipient":"age1q","files":[")" + kHash + R"("]})";
    if (!from.empty()) way.replace(way.find(from), from.size(), to);
    return way;
}

TEST(EntryParser, TakesAnEpochsWaysInTheOrderThatIsSigned) {
    EntryParser parser;
    const auto a = way_json("000000000000000a");
    const auto b = way_json("000000000000000b");
    EXPECT_TRUE(parser.parse(with_ways("[" + a + "," + b + "]")));
    for (const auto& ways : {fmt::format("{},{}", a, a), fmt::format("{},{}", b, a),
                             fmt::format("{},{},{}", a, b, b)}) {
        const auto refused = parser.parse(with_ways("[" + ways + "]"));
        ASSERT_FALSE(refused) << ways;
        EXPECT_THAT(refused.error().message(), HasSubstr("\"ways\""));
    }
}

TEST(EntryParser, RefusesWaysOfAnyOtherKind) {
    EntryParser parser;
    const std::string id = "000000000000000a";
    const std::vector<std::string> hostile{
        "7",
        "{}",
        "null",
        "[7]",
        "[[]]",
        "[null]",
        "[\"way\"]",
        "[{}]",
        "[" + way_json("000000000000000A") + "]",
        "[" + way_json("00") + "]",
        "[" + way_json(id, "\"recipient\",\"name\"", "\"emperor\",\"name\"") + "]",
        "[" + way_json(id, "\"Kim\"", "7") + "]",
        "[" + way_json(id, "Kim", std::string(kLargestWayNameBytes + 1, 'k')) + "]",
        "[" + way_json(id, "Kim", "\\u0000") + "]",
        "[" + way_json(id, "age1q", "age1Q") + "]",
        "[" + way_json(id, "age1q", "age1q\\nfile x") + "]",
        "[" + way_json(id, "age1q", std::string("age1") + std::string(200, 'q')) + "]",
        "[" + way_json(id, "[\"" + kHash + "\"]", "7") + "]",
        "[" + way_json(id, "\"" + kHash + "\"", "7") + "]",
        "[" + way_json(id, kHash, kHash.substr(1)) + "]",
        "[" + way_json(id, ",\"files\":[\"" + kHash + "\"]", "") + "]"};
    for (const auto& ways : hostile) EXPECT_FALSE(parser.parse(with_ways(ways))) << ways;
    EXPECT_TRUE(parser.parse(with_ways("[" + way_json(id) + "]"))) << "what they were made of";
}

TEST(EntryParser, TakesSoManyWaysAndNoMore) {
    EntryParser parser;
    const auto with = [&](std::size_t count) {
        std::string ways;
        for (std::size_t i = 0; i < count; ++i) {
            WayId id;
            id.bytes[6] = static_cast<std::uint8_t>(i >> 8U);
            id.bytes[7] = static_cast<std::uint8_t>(i);
            ways.append(i == 0 ? "" : ",").append(way_json(id.hex()));
        }
        return parser.parse(with_ways("[" + ways + "]"));
    };
    EXPECT_TRUE(with(kMostWays));
    const auto too_many = with(kMostWays + 1);
    ASSERT_FALSE(too_many);
    EXPECT_EQ(too_many.error().code(), ErrorCode::limit);
}

TEST(EntryParser, TakesNoEpochThatOneRootSignedAlone) {
    EntryParser parser;
    for (const auto& line : example_entries()) {
        if (!line.starts_with(R"({"op":"epoch")")) continue;
        for (const std::string name : {"sig", "accepted", "opened", "ways"}) {
            auto lacking = line;
            lacking.replace(lacking.find("\"" + name + "\":"), name.size() + 3,
                            "\"x" + name + "\":");
            const auto refused = parser.parse(lacking);
            ASSERT_FALSE(refused) << lacking;
            EXPECT_THAT(refused.error().message(), HasSubstr("\"" + name + "\""));
        }
    }
}

}  // namespace
}  // namespace keepsake::model
