#include "cli/text_layout.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace keepsake::cli {
namespace {

TEST(TextLayout, CountsColumns) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("Ana\xC3\xAFs"), 5U);
    EXPECT_EQ(display_width("e\xCC\x81"), 1U);                 // e and a combining acute accent
    EXPECT_EQ(display_width("\xE5\x86\x99\xE7\x9C\x9F"), 4U);  // two ideographs
    EXPECT_EQ(display_width("\xF0\x9F\x91\xB6"), 2U);
    EXPECT_EQ(display_width("\xF0\x9F"), 1U);  // cut short: still no reading past the end
}

TEST(TextLayout, TruncatesToColumnsWithoutCuttingACharacter) {
    EXPECT_EQ(truncated("abcdef", 6), "abcdef");
    EXPECT_EQ(truncated("abcdef", 5), "abcd\xE2\x80\xA6");
    EXPECT_EQ(truncated("\xE5\x86\x99\xE7\x9C\x9F", 3), "\xE5\x86\x99\xE2\x80\xA6");
    EXPECT_EQ(truncated("\xE5\x86\x99\xE7\x9C\x9F", 2), "\xE2\x80\xA6");
    EXPECT_EQ(truncated("abc", 1), "\xE2\x80\xA6");
    EXPECT_EQ(truncated("abc", 0), "");
}

TEST(TextLayout, GroupsDigits) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(2577), "2,577");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(grouped(UINT64_MAX), "18,446,744,073,709,551,615");
    EXPECT_EQ(count_of(1, "file", "files"), "1 file");
    EXPECT_EQ(count_of(2577, "file", "files"), "2,577 files");
}

TEST(TextLayout, NothingFromOutsideMovesTheCursor) {
    EXPECT_EQ(printable_line(" a\t\r\nb\n"), " a   b ");
    EXPECT_EQ(printable_line("a\x1b[2Kb"), "a\xEF\xBF\xBD[2Kb");
    EXPECT_EQ(printable_lines("a\r\n\n\tb\x07"), "a\n\n b\xEF\xBF\xBD");
    EXPECT_EQ(printable_lines("a\rb"), "a b");
    EXPECT_EQ(printable_lines("\xff"), "\xEF\xBF\xBD");
}

TEST(TextLayout, RecoveryWordsStandInFourColumnsReadDownward) {
    EXPECT_EQ(numbered_words("a-b-c-d-e-f-g-h-i-j-k-l"),
              "   1. a            4. d            7. g           10. j\n"
              "   2. b            5. e            8. h           11. k\n"
              "   3. c            6. f            9. i           12. l\n");
}

}  // namespace
}  // namespace keepsake::cli
