#include "crypto/age_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_test_support.h"
#include "crypto/bech32.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SeededRandom;

// The example of the specification.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr std::string_view kRecipient =
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::toupper(c); });
    return out;
}
std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}
std::string encoded(std::string_view prefix, const Bytes& data) {
    return std::string(bech32_encode(prefix, data).text());
}

TEST(AgeKeys, ReadTheExampleOfTheSpecification) {
    const auto identity = AgeIdentity::from_text(kIdentity);
    ASSERT_TRUE(identity.has_value());
    EXPECT_EQ(to_hex(identity->scalar().view()), to_hex(Bytes(32, 0x42)));
    EXPECT_EQ(identity->recipient().to_text(), kRecipient);
    EXPECT_EQ(identity->to_text().text(), kIdentity);
    const auto recipient = AgeRecipient::from_text(kRecipient);
    ASSERT_TRUE(recipient.has_value());
    EXPECT_EQ(*recipient, identity->recipient());
}

TEST(AgeKeys, GiveBackWhatWasGenerated) {
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        SeededRandom random(seed);
        const AgeIdentity identity = AgeIdentity::generate(random);
        const auto again = AgeIdentity::from_text(identity.to_text().text());
        RC_ASSERT(again.has_value());
        RC_ASSERT(again->recipient() == identity.recipient());
        RC_ASSERT(AgeRecipient::from_text(identity.recipient().to_text()).value() ==
                  identity.recipient());
        RC_ASSERT(identity.clone().to_text().text() == identity.to_text().text());
    }));
}

TEST(AgeKeys, AreInTheirOwnCase) {
    EXPECT_EQ(AgeIdentity::from_text(lower(kIdentity)).error().code(), ErrorCode::invalid);
    EXPECT_EQ(AgeRecipient::from_text(upper(kRecipient)).error().code(), ErrorCode::invalid);
}

TEST(AgeKeys, AreRefusedWithAnyCharacterChanged) {
    for (std::size_t at = 0; at < kIdentity.size(); ++at) {
        std::string text(kIdentity);
        text[at] = text[at] == 'Q' ? 'P' : 'Q';
        EXPECT_FALSE(AgeIdentity::from_text(text).has_value()) << at;
    }
    for (std::size_t at = 0; at < kRecipient.size(); ++at) {
        std::string text(kRecipient);
        text[at] = text[at] == 'q' ? 'p' : 'q';
        EXPECT_FALSE(AgeRecipient::from_text(text).has_value()) << at;
    }
}

TEST(AgeKeys, OfAnotherLengthAreRefused) {
    for (const std::size_t size : {0UL, 31UL, 33UL, 64UL}) {
        EXPECT_EQ(AgeRecipient::from_text(encoded("age", Bytes(size, 9))).error().code(),
                  ErrorCode::invalid);
        EXPECT_EQ(AgeIdentity::from_text(encoded("AGE-SECRET-KEY-", Bytes(size, 9))).error().code(),
                  ErrorCode::invalid);
    }
    EXPECT_EQ(AgeRecipient::from_text(" " + std::string(kRecipient)).error().code(),
              ErrorCode::invalid);
}

TEST(AgeKeys, OfOtherTypesAreUnsupported) {
    EXPECT_EQ(AgeRecipient::from_text(encoded("age1pq", Bytes(1216, 9))).error().code(),
              ErrorCode::unsupported);
    EXPECT_EQ(AgeRecipient::from_text(encoded("age1yubikey", Bytes(33, 9))).error().code(),
              ErrorCode::unsupported);
    EXPECT_EQ(AgeRecipient::from_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA").error().code(),
              ErrorCode::unsupported);
    EXPECT_EQ(AgeIdentity::from_text(encoded("AGE-SECRET-KEY-PQ-", Bytes(32, 9))).error().code(),
              ErrorCode::unsupported);
    EXPECT_EQ(AgeIdentity::from_text(encoded("AGE-PLUGIN-YUBIKEY-", Bytes(8, 9))).error().code(),
              ErrorCode::unsupported);
}

TEST(AgeKeys, RecipientsOfLowOrderAreRefused) {
    // 0, 1, p - 1, p, p + 1 and the two points of order 8 (RFC 7748; Bernstein, "Curve25519").
    for (const std::string_view point :
         {"0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"})
        EXPECT_EQ(AgeRecipient::from_text(encoded("age", from_hex(point).value())).error().code(),
                  ErrorCode::invalid)
            << point;
}

TEST(IdentityFile, PassesOverCommentsAndEmptyLines) {
    const std::string text = "# a comment\n\n" + std::string(kIdentity) + "\r\n#" +
                             std::string(kIdentity) + "\n" + std::string(kIdentity);
    const auto identities = parse_identity_file(text);
    ASSERT_TRUE(identities.has_value());
    EXPECT_EQ(identities->size(), 2U);
    EXPECT_EQ(identities->back().to_text().text(), kIdentity);
}

TEST(IdentityFile, NamesTheLineAndNotItsText) {
    const std::string broken = std::string(kIdentity.substr(0, 60)) + "SECRETTAIL";
    const auto failed = parse_identity_file("# one\n\n" + broken + "\n");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code(), ErrorCode::invalid);
    EXPECT_THAT(failed.error().message(), HasSubstr("line 3"));
    EXPECT_THAT(failed.error().describe(), Not(HasSubstr("SECRETTAIL")));
    EXPECT_THAT(failed.error().describe(), Not(HasSubstr("GFPYYSJZ")));
}

TEST(IdentityFile, SaysWhatItCannotUse) {
    const auto hybrid = parse_identity_file(encoded("AGE-SECRET-KEY-PQ-", Bytes(32, 9)) + "\n");
    EXPECT_EQ(hybrid.error().code(), ErrorCode::unsupported);
    EXPECT_EQ(parse_identity_file("").error().code(), ErrorCode::invalid);
    EXPECT_EQ(parse_identity_file("# nothing\n").error().code(), ErrorCode::invalid);
}

TEST(IdentityFile, HasLimits) {
    EXPECT_EQ(parse_identity_file(std::string((1U << 20) + 1, '#')).error().code(),
              ErrorCode::limit);
    const std::string last_line(std::string(9'999, '\n') + std::string(kIdentity));
    EXPECT_TRUE(parse_identity_file(last_line).has_value());
    EXPECT_EQ(parse_identity_file("\n" + last_line).error().code(), ErrorCode::limit);
}

}  // namespace
}  // namespace keepsake::crypto
