#include "library/find_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "media/kind.h"

namespace keepsake::library {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FindWords, AreWordsDatesAndKinds) {
    const auto filter = find_filter({"hands 2020-09", "Films"});
    EXPECT_THAT(filter.words, ElementsAre("hands"));
    EXPECT_EQ(filter.date, "2020-09");
    EXPECT_THAT(filter.kinds, ElementsAre(media::Kind::film));
}

TEST(FindWords, InQuotationMarksAreWords) {
    const auto filter = find_filter({"\"film\" \"2020\" photo\"sea side\""});
    EXPECT_THAT(filter.words, ElementsAre("film", "2020", "sea side"));
    EXPECT_EQ(filter.date, "");
    EXPECT_THAT(filter.kinds, ElementsAre(media::Kind::photograph));
}

TEST(FindWords, TakeWhatIsNoDateForAWord) {
    const auto filter = find_filter({"2020-13", "1987", "1988", "  "});
    EXPECT_THAT(filter.words, ElementsAre("2020-13", "1987"));
    EXPECT_EQ(filter.date, "1988");
    EXPECT_THAT(filter.kinds, IsEmpty());
}

}  // namespace
}  // namespace keepsake::library
