#include "crypto/recovery_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

/// Gives the bytes it was made of.
class FixedRandom final : public RandomSource {
  public:
    explicit FixedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
    void fill(MutableBytes out) override {
        ASSERT_EQ(out.size(), bytes_.size());
        std::copy(bytes_.begin(), bytes_.end(), out.begin());
    }

  private:
    Bytes bytes_;
};

std::string words_for(std::string_view entropy_hex) {
    FixedRandom random(*from_hex(entropy_hex));
    return std::string(new_recovery_words(random).text());
}

std::string canonical(std::string_view typed) {
    const auto words = canonical_recovery_words(typed);
    return words ? std::string(words->text()) : words.error().message();
}

struct Vector {
    std::string_view entropy;
    std::string_view words;
};

// Source: trezor/python-mnemonic, vectors.json, those of 128 bits.
constexpr Vector kVectors[] = {
    {"00000000000000000000000000000000",
     "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
     "about"},
    {"7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
     "legal winner thank year wave sausage worth useful legal winner thank yellow"},
    {"80808080808080808080808080808080",
     "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"},
    {"ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"},
    {"9e885d952ad362caeb4efe34a8e91bd2",
     "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic"},
    {"c0ba5a8e914111210f2bd131f3d5e08d",
     "scheme spot photo card baby mountain device kick cradle pact join borrow"},
    {"23db8160a31d3e0dca3688ed941adbf3",
     "cat swing flag economy stadium alone churn speed unique patch report train"},
    {"f30f8c1da665478f49b001d94c5fc452",
     "vessel ladder alter error federal sibling chat ability sun glass valve picture"},
};

std::string dashed(std::string_view words) {
    std::string out(words);
    std::replace(out.begin(), out.end(), ' ', '-');
    return out;
}

TEST(RecoveryWords, AreThoseOfBip39) {
    for (const auto& [entropy, words] : kVectors) {
        EXPECT_EQ(words_for(entropy), dashed(words));
        EXPECT_EQ(canonical(words), dashed(words));
        EXPECT_TRUE(looks_like_recovery_words(words));
    }
}

TEST(RecoveryWords, AreReadAsPeopleTypeThem) {
    const std::string written =
        "legal-winner-thank-year-wave-sausage-worth-useful-legal-winner-thank-yellow";
    EXPECT_EQ(canonical(written), written);
    EXPECT_EQ(canonical("  LEGAL Winner\tthank - year--wave\r\nsausage worth useful legal winner "
                        "thank yellow \n"),
              written);
    EXPECT_EQ(canonical("lega winn than year wave saus wort usef lega winn than yell"), written);
    EXPECT_EQ(canonical("LEGA winn than year wave SAUSage wort usef lega winn than yell"), written);
}

TEST(RecoveryWords, FourLettersMeanTheWordAndNoLongerOne) {
    // "wine" is no prefix of "wing"; "act" stands beside "action" and "actor".
    EXPECT_EQ(canonical("act act act act act act act act act act act x"),
              "word 12 of the recovery key is not in the list");
    EXPECT_EQ(canonical("actio act act act act act act act act act act act"),
              "word 1 of the recovery key is not in the list");
    EXPECT_EQ(canonical("ac act act act act act act act act act act act"),
              "word 1 of the recovery key is not in the list");
}

TEST(RecoveryWords, NameTheWordsNumberAndNeverTheWord) {
    const auto missing = canonical_recovery_words(
        "legal winner thank secretword wave sausage worth useful legal winner thank yellow");
    EXPECT_EQ(missing.error().code(), ErrorCode::invalid);
    EXPECT_EQ(missing.error().message(), "word 4 of the recovery key is not in the list");
    EXPECT_EQ(canonical(""), "a recovery key has 12 words: there are only 0");
    EXPECT_EQ(canonical("legal winner"), "a recovery key has 12 words: there are only 2");
    EXPECT_EQ(canonical("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong zoo"),
              "a recovery key has 12 words: there are more");
    EXPECT_TRUE(canonical("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo")
                    .contains("do not belong together"));
    EXPECT_FALSE(canonical_recovery_words(std::string(100'000, 'a')));
    EXPECT_FALSE(canonical_recovery_words("l\xc3\xa9gal winner"));
}

TEST(RecoveryWords, TheChecksumFindsFifteenOfSixteenSlips) {
    // The last word's 11 bits are 7 of entropy and 4 of checksum: 128 of 2048 words fit.
    const std::string eleven =
        "ozone drill grab fiber curtain grace pudding thank cruise elder eight ";
    int fit = 0;
    for (const std::string_view word :
         {"abandon", "ability", "able", "about", "above", "absent", "absorb", "abstract", "absurd",
          "abuse", "access", "accident", "account", "accuse", "achieve", "acid"})
        fit += canonical_recovery_words(eleven + std::string(word)) ? 1 : 0;
    EXPECT_EQ(fit, 1);
}

TEST(RecoveryWords, AreKnownByTheirLook) {
    EXPECT_FALSE(looks_like_recovery_words(""));
    EXPECT_FALSE(looks_like_recovery_words("correct horse battery staple"));
    EXPECT_FALSE(looks_like_recovery_words("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo"));
    EXPECT_TRUE(looks_like_recovery_words("ZOO-zoo-zoo-zoo zoo zoo zoo zoo zoo zoo zoo zebra"));
    EXPECT_FALSE(looks_like_recovery_words("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo 1234"));
    EXPECT_FALSE(looks_like_recovery_words("an so it is to be as we go by us he it"));
}

TEST(RecoveryWords, AreNewEachTime) {
    SystemRandom random;
    const Secret one = new_recovery_words(random);
    const Secret two = new_recovery_words(random);
    EXPECT_NE(one.text(), two.text());
    EXPECT_EQ(canonical(one.text()), one.text());
}

}  // namespace
}  // namespace keepsake::crypto
