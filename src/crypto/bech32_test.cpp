#include "crypto/bech32.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace keepsake::crypto {
namespace {

// The valid strings of BIP-173 whose data is whole bytes.
TEST(Bech32, TakesTheValidStringsOfTheSpecification) {
    for (const std::string_view text :
         {"A12UEL5L", "a12uel5l",
          "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio"
          "1tt5tgs",
          "?1ezyfcl"}) {
        const auto decoded = bech32_decode(text);
        ASSERT_TRUE(decoded.has_value()) << text;
        EXPECT_EQ(decoded->prefix, text.substr(0, text.rfind('1')));
        EXPECT_TRUE(decoded->data.empty());
    }
    const auto decoded = bech32_decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(to_hex(decoded->data.view()), "00443214c74254b635cf84653a56d7c675be77df");
}

TEST(Bech32, RefusesTheInvalidStringsOfTheSpecification) {
    for (const std::string_view text :
         {"\x20"
          "1nwldj5",
          "\x7f"
          "1axkwrx",
          "\x80"
          "1eym55h",
          "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff", "A1G7SGD8",
          "10a06t8", "1qzzfhee", "A12uel5l", "", "1"})
        EXPECT_FALSE(bech32_decode(text).has_value()) << text;
}

TEST(Bech32, RefusesTextsPastItsLimit) {
    const Bytes fits(5000, 7);
    EXPECT_TRUE(bech32_decode(bech32_encode("p", fits).text()).has_value());
    EXPECT_FALSE(bech32_decode(bech32_encode("p", Bytes(6000, 7)).text()).has_value());
}

TEST(Bech32, RefusesPaddingThatIsNotZero) {
    // The checksums are right; the byte ff is the symbols 31, 28.
    const auto decoded = bech32_decode("p1luwnu0yt");
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(to_hex(decoded->data.view()), "ff");
    EXPECT_FALSE(bech32_decode("p1lan9g6ee").has_value()) << "padding 01";
    EXPECT_FALSE(bech32_decode("p1ljvgmx8").has_value()) << "a symbol that is no byte";
    EXPECT_FALSE(bech32_decode("p1luq38gdgt").has_value()) << "a symbol too many";
}

TEST(Bech32, GivesBackWhatWasEncoded) {
    EXPECT_TRUE(rc::check([](const Bytes& data, bool upper) {
        const std::string_view prefix = upper ? "AGE-X" : "age-x";
        const Secret text = bech32_encode(prefix, data);
        const auto decoded = bech32_decode(text.text());
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(decoded->prefix == prefix);
        RC_ASSERT(to_hex(decoded->data.view()) == to_hex(data));
    }));
}

TEST(Bech32, DetectsEveryChangedCharacter) {
    EXPECT_TRUE(rc::check([](const Bytes& data) {
        std::string text(bech32_encode("age", data).text());
        const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
        const char to = static_cast<char>(*rc::gen::inRange(33, 127));
        RC_PRE(text[at] != to);
        text[at] = to;
        RC_ASSERT(!bech32_decode(text).has_value());
    }));
}

}  // namespace
}  // namespace keepsake::crypto
