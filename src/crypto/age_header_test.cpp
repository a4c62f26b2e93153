#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age.h"
#include "crypto/age_parts.h"

namespace keepsake::crypto {
namespace {

// The example of the specification.
constexpr std::string_view kExample =
    "age-encryption.org/v1\n"
    "-> X25519 XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBE\n"
    "qRS0AMjdjPvZ/WT08U2KL4G+PIooA3hy38SvLpvaC1E\n"
    "--- HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s\n";
constexpr std::string_view kMacLine = "--- HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s\n";

ErrorCode code_of(std::string_view text) {
    const auto header = parse_age_header(as_bytes(text));
    EXPECT_FALSE(header.has_value()) << text;
    return header ? ErrorCode::io : header.error().code();
}
std::string with_stanzas(std::string_view stanzas) {
    return "age-encryption.org/v1\n" + std::string(stanzas) + std::string(kMacLine);
}

TEST(AgeHeader, ReadsTheExampleOfTheSpecification) {
    const auto header = parse_age_header(as_bytes(std::string(kExample) + "payload\n"));
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->bytes, kExample);
    ASSERT_EQ(header->stanzas.size(), 1U);
    EXPECT_EQ(header->stanzas[0].type, "X25519");
    EXPECT_EQ(header->stanzas[0].arguments,
              std::vector<std::string>{"XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBE"});
    EXPECT_EQ(header->stanzas[0].body.size(), 32U);
    EXPECT_EQ(header->mac.size(), 32U);
    EXPECT_FALSE(header->is_scrypt());
    EXPECT_FALSE(header->scrypt_log_n().has_value());
}

TEST(AgeHeader, TellsThatItIsNotAllThereYet) {
    for (std::size_t size = 0; size < kExample.size(); ++size)
        EXPECT_EQ(code_of(kExample.substr(0, size)), ErrorCode::not_found) << size;
}

TEST(AgeHeader, RefusesWhatIsNotOneAtOnce) {
    EXPECT_EQ(code_of("\xff\xd8\xff\xe0 a photograph"), ErrorCode::corrupt);
    EXPECT_EQ(code_of("agf"), ErrorCode::corrupt);
    EXPECT_EQ(code_of("age-encryption.org/\n"), ErrorCode::corrupt);
    EXPECT_EQ(code_of("age-encryption.org/v1 \n"), ErrorCode::corrupt);
    EXPECT_EQ(code_of("age-encryption.org/v1\r\n"), ErrorCode::corrupt);
}

TEST(AgeHeader, SaysThatANewerVersionIsOne) {
    const auto header = parse_age_header(as_bytes("age-encryption.org/v2\nwhatever comes\n"));
    ASSERT_FALSE(header);
    EXPECT_EQ(header.error().code(), ErrorCode::corrupt);
    EXPECT_NE(header.error().message().find("newer"), std::string::npos);
}

TEST(AgeHeader, NeedsAStanza) { EXPECT_EQ(code_of(with_stanzas("")), ErrorCode::corrupt); }

TEST(AgeHeader, RefusesMalformedStanzas) {
    const std::string full(64, 'A');
    for (const std::string& stanza :
         {std::string("->\n\n"), std::string("-> \n\n"), std::string("->x\n\n"),
          std::string("-> x \n\n"), std::string("-> x  y\n\n"), std::string("-> x\ty\n\n"),
          std::string("-> x\x7f\n\n"), std::string("-> x\n"), std::string("-> x\nA\n"),
          std::string("-> x\nAB\n"), std::string("-> x\nAA==\n"), std::string("-> x\n \n"),
          "-> x\n" + full + "\n", "-> x\n" + full + "A\n\n", std::string("-> x\nAAAA\nAAAA\n")})
        EXPECT_EQ(code_of(with_stanzas(stanza)), ErrorCode::corrupt) << stanza;
    EXPECT_TRUE(parse_age_header(as_bytes(with_stanzas("-> x\n" + full + "\n\n"))).has_value());
}

TEST(AgeHeader, WantsAScryptStanzaAlone) {
    const std::string scrypt = "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n\n";
    const auto alone = parse_age_header(as_bytes(with_stanzas(scrypt)));
    ASSERT_TRUE(alone.has_value());
    EXPECT_TRUE(alone->is_scrypt());
    EXPECT_EQ(alone->scrypt_log_n(), 18);
    EXPECT_EQ(code_of(with_stanzas(scrypt + scrypt)), ErrorCode::corrupt);
    EXPECT_EQ(code_of(with_stanzas(scrypt + "-> other\n\n")), ErrorCode::corrupt);
    EXPECT_EQ(code_of(with_stanzas("-> other\n\n" + scrypt)), ErrorCode::corrupt);
}

TEST(AgeHeader, ReadsWorkFactorsStrictly) {
    const auto log_n = [](std::string_view text) {
        return AgeHeader{{{"scrypt", {"AAAAAAAAAAAAAAAAAAAAAA", std::string(text)}, {}}}, {}, {}}
            .scrypt_log_n();
    };
    EXPECT_EQ(log_n("1"), 1);
    EXPECT_EQ(log_n("22"), 22);
    EXPECT_GT(log_n("99999999999999999999").value_or(0), 22);
    for (const std::string_view text : {"", "0", "01", "+1", "-1", "0x1", "1a", " 1", "1 "})
        EXPECT_FALSE(log_n(text).has_value()) << text;
}

TEST(AgeHeader, HasALimit) {
    std::string stanzas;
    while (stanzas.size() < kAgeLargestHeaderBytes) stanzas += "-> x\n\n";
    EXPECT_EQ(code_of(with_stanzas(stanzas)), ErrorCode::limit);
    // To the byte: 64 KiB is read, one more is not.
    const std::size_t frame = with_stanzas("-> \n\n").size();
    const std::string fits(kAgeLargestHeaderBytes - frame, 'a');
    EXPECT_TRUE(parse_age_header(as_bytes(with_stanzas("-> " + fits + "\n\n"))).has_value());
    EXPECT_EQ(code_of(with_stanzas("-> " + fits + "a\n\n")), ErrorCode::limit);
}

TEST(AgeHeader, GivesBackWhatWasWritten) {
    EXPECT_TRUE(rc::check([] {
        const auto word =
            rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>('!', '\x7f')));
        const auto stanza = rc::gen::map(
            rc::gen::tuple(word, rc::gen::container<std::vector<std::string>>(word),
                           rc::gen::arbitrary<Bytes>()),
            [](auto parts) {
                return AgeStanza{std::get<0>(parts), std::get<1>(parts), std::get<2>(parts)};
            });
        std::vector<AgeStanza> stanzas;
        stanzas.resize(*rc::gen::inRange<std::size_t>(1, 6));
        for (AgeStanza& one : stanzas) one = *stanza;
        const Bytes mac = *rc::gen::container<Bytes>(32, rc::gen::arbitrary<std::uint8_t>());
        const std::string text = age_header_to_mac(stanzas) + age_mac_line_rest(mac);
        const auto header = parse_age_header(as_bytes(text + "and the payload"));
        RC_ASSERT(header.has_value());
        RC_ASSERT(header->bytes == text);
        RC_ASSERT(header->mac == mac);
        RC_ASSERT(header->stanzas.size() == stanzas.size());
        for (std::size_t i = 0; i < stanzas.size(); ++i) {
            RC_ASSERT(header->stanzas[i].type == stanzas[i].type);
            RC_ASSERT(header->stanzas[i].arguments == stanzas[i].arguments);
            RC_ASSERT(header->stanzas[i].body == stanzas[i].body);
        }
    }));
}

}  // namespace
}  // namespace keepsake::crypto
