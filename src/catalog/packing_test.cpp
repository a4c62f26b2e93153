#include "catalog/packing.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/journal_for_test.h"
#include "catalog/values.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

model::ItemId any_item() {
    model::ItemId id;
    for (auto& byte : id.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
    return id;
}

TEST(Packing, KeysSortAsIdsAndComeBack) {
    EXPECT_TRUE(rc::check("keys of ids", [] {
        const auto a = any_item();
        const auto b = any_item();
        RC_ASSERT((key_of(a) < key_of(b)) == (a < b));
        RC_ASSERT(id_of_key<model::ItemId>(key_of(a)) == a);
    }));
}

TEST(Packing, PrefixesCoverTheirIdsAndNoOthers) {
    EXPECT_TRUE(rc::check("prefixes of ids", [] {
        const auto a = any_item();
        const auto b = any_item();
        const auto prefix = a.hex().substr(0, *rc::gen::inRange<std::size_t>(0, 17));
        const auto range = keys_with_prefix(prefix).value();
        const auto covers = [&](const model::ItemId& id) {
            return range.first <= key_of(id) && key_of(id) <= range.last;
        };
        RC_ASSERT(covers(a));
        RC_ASSERT(covers(b) == b.hex().starts_with(prefix));
    }));
    EXPECT_FALSE(keys_with_prefix("xyz").has_value());
    EXPECT_FALSE(keys_with_prefix("ABC").has_value());
    EXPECT_FALSE(keys_with_prefix("00000000000000000").has_value());
}

TEST(Packing, ClocksSortAsTheyDoAndComeBack) {
    EXPECT_TRUE(rc::check("clocks", [] {
        const auto any = [] {
            return model::HybridTime{*rc::gen::inRange<std::int64_t>(-300, 300),
                                     *rc::gen::arbitrary<std::uint16_t>()};
        };
        const auto a = any();
        const auto b = any();
        RC_ASSERT((pack_clock(a) < pack_clock(b)) == (a < b));
        RC_ASSERT(unpack_clock(pack_clock(a)).value() == a);
    }));
    EXPECT_FALSE(unpack_clock({}).has_value());
    EXPECT_FALSE(unpack_stamp(Bytes(25)).has_value());
}

TEST(Packing, NumbersAndInstantsComeBack) {
    const std::vector<std::uint64_t> numbers{
        0, 1, 127, 128, 300, 1ULL << 62U, std::numeric_limits<std::uint64_t>::max()};
    const std::vector<Instant> instants{{0, 0},
                                        {-1, 999'999'999},
                                        {1, 1},
                                        {std::numeric_limits<std::int64_t>::min(), 0},
                                        {std::numeric_limits<std::int64_t>::max(), 0}};
    Packer packer;
    for (const auto number : numbers) packer.number(number);
    for (const auto& instant : instants) packer.instant(instant);
    Unpacker unpacker(packer.out());
    for (const auto number : numbers) EXPECT_EQ(unpacker.number(), number);
    for (const auto& instant : instants) EXPECT_EQ(unpacker.instant(), instant);
    EXPECT_TRUE(unpacker.ok());
    EXPECT_TRUE(unpacker.at_end());
    unpacker.number();
    EXPECT_FALSE(unpacker.ok());
}

TEST(Packing, CutOrForeignBytesAreTold) {
    const auto keep = pack_keep({5, 0}, keep_of(1, {kept_file(1, "name", "folder")}));
    Packer packer;
    packer.text(keep);
    const auto whole = packer.out();
    ASSERT_EQ(value_of(unpack_keeps(whole)).files.size(), 1U);
    for (std::size_t size = 1; size < whole.size(); ++size)
        EXPECT_FALSE(unpack_keeps(std::string_view(whole).substr(0, size)).has_value()) << size;
    for (std::size_t size = 0; size + 1 < keep.size(); ++size) {
        Packer cut;
        cut.text(std::string_view(keep).substr(0, size));
        EXPECT_FALSE(unpack_keeps(cut.out()).has_value()) << size;
    }
    EXPECT_FALSE(merge_keeps("\xff", {}).has_value());
}

TEST(Values, AreReadLeniently) {
    EXPECT_TRUE(is_null_value("null"));
    EXPECT_TRUE(is_null_value(" null\n"));
    EXPECT_TRUE(is_null_value(""));
    EXPECT_FALSE(is_null_value("\"null\""));
    EXPECT_EQ(string_value(R"("a\u00e9")"), "a\xc3\xa9");
    for (const auto* text : {"7", "{", "\"", "", "[1]", "\xff"})
        EXPECT_EQ(string_value(text), std::nullopt) << text;
    EXPECT_EQ(string_member(R"({"order":"b"})", "order"), "b");
    EXPECT_EQ(string_member(R"({"order":3})", "order"), std::nullopt);
    EXPECT_EQ(string_member(R"(["order"])", "order"), std::nullopt);
    EXPECT_EQ(hand_date(R"({"from":"1987"})"), "1987");
    EXPECT_EQ(hand_date(R"({"from":"about 1987"})"), std::nullopt);
    EXPECT_EQ(hand_date("{\"from\":\"1987" + std::string(50, '0') + "\"}"), std::nullopt);
    EXPECT_EQ(hand_date(R"({"from":"198"})"), std::nullopt);
}

}  // namespace
}  // namespace keepsake::catalog
