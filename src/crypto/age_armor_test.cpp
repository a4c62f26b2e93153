#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age.h"
#include "crypto/age_test_support.h"

namespace keepsake::crypto {
namespace {

using testing::pattern;

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----\n";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----\n";

std::string framed(std::string_view body) {
    return std::string(kBegin) + std::string(body) + std::string(kEnd);
}
bool is_corrupt(std::string_view text) {
    const auto bytes = age_dearmor(as_bytes(text));
    return !bytes && bytes.error().code() == ErrorCode::corrupt;
}

TEST(AgeArmor, IsOf64Columns) {
    EXPECT_EQ(age_armor({}), framed(""));
    EXPECT_EQ(age_armor(Bytes(1)), framed("AA==\n"));
    EXPECT_EQ(age_armor(Bytes(48)), framed(std::string(64, 'A') + "\n"));
    EXPECT_EQ(age_armor(Bytes(49)), framed(std::string(64, 'A') + "\nAA==\n"));
}

TEST(AgeArmor, GivesBackWhatWasArmored) {
    for (std::size_t size = 0; size < 200; ++size)
        ASSERT_EQ(age_dearmor(as_bytes(age_armor(pattern(size)))).value(), pattern(size)) << size;
    const Bytes large = pattern(100'001);
    EXPECT_EQ(age_dearmor(as_bytes(age_armor(large))).value(), large);
}

TEST(AgeArmor, TakesCrLfWhiteSpaceAroundAndNoLastLf) {
    const std::string text = age_armor(pattern(100));
    std::string crlf;
    for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(age_dearmor(as_bytes(crlf)).value(), pattern(100));
    EXPECT_EQ(age_dearmor(as_bytes(" \r\n\t\n" + text + "\n \t\r\n")).value(), pattern(100));
    EXPECT_EQ(age_dearmor(as_bytes(std::string_view(text).substr(0, text.size() - 1))).value(),
              pattern(100));
}

TEST(AgeArmor, RefusesAllElse) {
    const std::string full(64, 'A');
    for (const std::string& text : {std::string(),
                                    std::string("x"),
                                    std::string(kBegin),
                                    std::string(kEnd),
                                    std::string(kBegin) + "AAAA\n",
                                    framed("\n"),
                                    framed("AAAA\n\n"),
                                    framed("\nAAAA\n"),
                                    framed("AAA\n"),
                                    framed("AA=\n"),
                                    framed("AA\n==\n"),
                                    framed("AB==\n"),
                                    framed("AAA*\n"),
                                    framed("AAAA \n"),
                                    framed(" AAAA\n"),
                                    framed("AA AA\n"),
                                    framed("AAAA\nAAAA\n"),
                                    framed("AA==\nAAAA\n"),
                                    framed(full + "AAAA\n"),
                                    framed(full + "\n\n"),
                                    framed("Header: x\n\nAAAA\n"),
                                    framed("AAAA\n") + "x",
                                    "x" + framed("AAAA\n"),
                                    framed("AAAA\r"),
                                    framed("AAAA\n=AAAA\n"),
                                    framed("AAAA\n") + framed("AAAA\n"),
                                    "-----begin age encrypted file-----\n" + std::string(kEnd),
                                    "-----BEGIN AGE ENCRYPTED FILE----- \n" + std::string(kEnd),
                                    std::string(kBegin) + "AAAA\n-----END AGE ENCRYPTED FILE----\n",
                                    std::string(kBegin) + "AAAA\n" + std::string(10'000, 'A')})
        EXPECT_TRUE(is_corrupt(text)) << text;
    EXPECT_FALSE(is_corrupt(framed(full + "\nAAAA\n")));
}

TEST(AgeArmor, BoundsTheWhiteSpaceAround) {
    const std::string text = age_armor(pattern(10));
    EXPECT_FALSE(is_corrupt(std::string(1024, ' ') + text.substr(0, text.size() - 1) +
                            std::string(1024, '\n')));
    EXPECT_TRUE(is_corrupt(std::string(1025, ' ') + text));
    EXPECT_TRUE(is_corrupt(text + std::string(1025, '\n')));
}

TEST(AgeArmor, HasALimit) {
    const std::string text = age_armor(pattern(1000));
    EXPECT_TRUE(age_dearmor(as_bytes(text), 1000).has_value());
    EXPECT_EQ(age_dearmor(as_bytes(text), 999).error().code(), ErrorCode::limit);
}

TEST(AgeArmor, IsRecognised) {
    EXPECT_TRUE(looks_armored(as_bytes(age_armor({}))));
    EXPECT_TRUE(looks_armored(as_bytes("\r\n \t" + age_armor({}))));
    EXPECT_TRUE(looks_armored(as_bytes(std::string(1024, '\n') + age_armor({}))));
    EXPECT_FALSE(looks_armored(as_bytes(std::string(1025, '\n') + age_armor({}))));
    EXPECT_FALSE(looks_armored(as_bytes("age-encryption.org/v1\n")));
    EXPECT_FALSE(looks_armored(as_bytes("-----BEGIN SSH SIGNATURE-----\n")));
    EXPECT_FALSE(looks_armored({}));
}

}  // namespace
}  // namespace keepsake::crypto
