#include "catalog/preview_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "catalog/journal_for_test.h"
#include "model/ids.h"

// Bounded, and what was asked for lately stays.
namespace keepsake::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Bytes kKey(32, 0x5A);
constexpr std::size_t kPicture = 100;
constexpr std::uint64_t kMost = 10 * kPicture;

Bytes jpeg_of(std::uint64_t number) { return Bytes(kPicture, static_cast<std::uint8_t>(number)); }
model::FileHash pack_id(std::uint64_t number) { return numbered<model::FileHash>(number); }

class Pictures : public testing::Test {
  protected:
    void put(std::uint64_t number) {
        value_of(cache.put(content_id(number), PictureSize::thumbnail, jpeg_of(number)));
    }
    bool has(std::uint64_t number) {
        const auto found = value_of(cache.get(content_id(number), PictureSize::thumbnail));
        EXPECT_EQ(found.value_or(jpeg_of(number)), jpeg_of(number));
        return found.has_value();
    }

    TestFolder folder;
    PreviewCache cache = value_of(PreviewCache::open(folder.file("pictures.db"), kKey, kMost));
};

TEST_F(Pictures, GoWhereThereAreTooManyThoseFirstThatNobodyAskedForLongest) {
    for (std::uint64_t i = 0; i < 10; ++i) put(i);
    EXPECT_TRUE(has(0));
    EXPECT_TRUE(has(2));
    for (std::uint64_t i = 10; i < 13; ++i) put(i);
    EXPECT_TRUE(has(0));
    EXPECT_FALSE(has(1));
    EXPECT_TRUE(has(2));
    EXPECT_FALSE(has(3));
    EXPECT_FALSE(has(4));
    EXPECT_TRUE(has(5));
    EXPECT_EQ(value_of(cache.size_bytes()), kMost);
}

TEST_F(Pictures, AreAskedForAnyNumberOfTimes) {
    for (std::uint64_t i = 0; i < 10; ++i) put(i);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(has(0));
    for (std::uint64_t i = 10; i < 19; ++i) put(i);
    EXPECT_TRUE(has(0));
    EXPECT_FALSE(has(9));
}

TEST_F(Pictures, KnowWhichPackHoldsWhat) {
    value_of(cache.note_packs({{pack_id(1), {content_id(1), content_id(2)}},
                               {pack_id(2), {content_id(2)}},
                               {pack_id(3), {}}}));
    value_of(cache.note_packs({{pack_id(2), {content_id(2)}}}));
    EXPECT_THAT(value_of(cache.packs()), ElementsAre(pack_id(1), pack_id(2), pack_id(3)));
    EXPECT_THAT(value_of(cache.packs_with(content_id(1))), ElementsAre(pack_id(1)));
    EXPECT_THAT(value_of(cache.packs_with(content_id(2))), ElementsAre(pack_id(1), pack_id(2)));
    EXPECT_FALSE(has(1)) << "the picture itself stays in the pack";
    value_of(cache.forget_pack(pack_id(2)));
    EXPECT_THAT(value_of(cache.packs()), ElementsAre(pack_id(1), pack_id(3)));
    EXPECT_THAT(value_of(cache.packs_with(content_id(2))), ElementsAre(pack_id(1)));
    value_of(cache.note_packs({{pack_id(4), {content_id(4)}}}));
    EXPECT_THAT(value_of(cache.packs_with(content_id(4))), ElementsAre(pack_id(4)));
    EXPECT_THAT(value_of(cache.packs_with(content_id(3))), IsEmpty());
}

}  // namespace
}  // namespace keepsake::catalog
