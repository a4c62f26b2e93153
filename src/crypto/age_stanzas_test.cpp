#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_test_support.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

using testing::SeededRandom;

constexpr int kFastLogN = 4;

AgeHeader header_of(const AgeNewFile& file) {
    return parse_age_header(as_bytes(file.header)).value();
}

class AgeStanzas : public ::testing::Test {
  protected:
    void SetUp() override {
        for (int i = 0; i < 3; ++i) identities_.push_back(AgeIdentity::generate(random_));
        for (const AgeIdentity& identity : identities_) recipients_.push_back(identity.recipient());
    }
    SeededRandom random_;
    std::vector<AgeIdentity> identities_;
    std::vector<AgeRecipient> recipients_;
};

TEST_F(AgeStanzas, EachRecipientOpens) {
    const AgeNewFile file = new_age_file(recipients_, random_);
    EXPECT_EQ(file.file_key.size(), 16U);
    const AgeHeader header = header_of(file);
    for (const AgeIdentity& identity : identities_) {
        const auto key = unwrap_with_identities(header, {&identity, 1});
        ASSERT_TRUE(key.has_value());
        EXPECT_EQ(to_hex(key->view()), to_hex(file.file_key.view()));
    }
}

TEST_F(AgeStanzas, TheIdentityThatFitsIsFoundAmongOthers) {
    const AgeNewFile file = new_age_file({&recipients_[2], 1}, random_);
    EXPECT_TRUE(unwrap_with_identities(header_of(file), identities_).has_value());
}

TEST_F(AgeStanzas, NoneThatFitsIsAWrongKey) {
    const AgeHeader header = header_of(new_age_file({&recipients_[0], 1}, random_));
    EXPECT_EQ(unwrap_with_identities(header, {&identities_[1], 1}).error().code(),
              ErrorCode::wrong_key);
    EXPECT_EQ(unwrap_with_identities(header, {}).error().code(), ErrorCode::wrong_key);
    EXPECT_EQ(unwrap_with_passphrase(header, Secret(std::string_view("x"))).error().code(),
              ErrorCode::wrong_key);
}

TEST_F(AgeStanzas, PassphraseOpens) {
    const Secret passphrase(std::string_view("correct horse"));
    const AgeNewFile file = new_age_file_for_passphrase(passphrase, random_, kFastLogN);
    const AgeHeader header = header_of(file);
    EXPECT_EQ(header.scrypt_log_n(), kFastLogN);
    const auto key = unwrap_with_passphrase(header, passphrase);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(to_hex(key->view()), to_hex(file.file_key.view()));
    EXPECT_EQ(unwrap_with_passphrase(header, Secret(std::string_view("wrong"))).error().code(),
              ErrorCode::wrong_key);
    EXPECT_EQ(unwrap_with_passphrase(header, Secret()).error().code(), ErrorCode::wrong_key);
    EXPECT_EQ(unwrap_with_identities(header, identities_).error().code(), ErrorCode::wrong_key);
    EXPECT_EQ(unwrap_with_passphrase(header, passphrase, kFastLogN - 1).error().code(),
              ErrorCode::limit);
}

TEST_F(AgeStanzas, WorkFactorPast22IsRefusedUnasked) {
    AgeHeader header =
        header_of(new_age_file_for_passphrase(Secret(std::string_view("x")), random_, kFastLogN));
    header.stanzas[0].arguments[1] = "23";
    EXPECT_EQ(unwrap_with_passphrase(header, Secret(std::string_view("x")), 30).error().code(),
              ErrorCode::limit);
}

TEST_F(AgeStanzas, ChangedMacIsCorrupt) {
    AgeHeader header = header_of(new_age_file(recipients_, random_));
    header.mac[7] ^= 1;
    EXPECT_EQ(unwrap_with_identities(header, identities_).error().code(), ErrorCode::corrupt);
}

TEST_F(AgeStanzas, StrangeStanzasArePassedOver) {
    AgeHeader header = header_of(new_age_file({&recipients_[0], 1}, random_));
    header.stanzas.insert(header.stanzas.begin(), AgeStanza{"x-grease", {"a", "b"}, Bytes(70, 1)});
    EXPECT_TRUE(unwrap_with_identities(header, identities_).has_value());
}

TEST_F(AgeStanzas, MalformedStanzaOfAKnownTypeIsCorrupt) {
    const AgeHeader good = header_of(new_age_file(recipients_, random_));
    const auto code_with = [&](AgeStanza bad) {
        AgeHeader header = good;
        header.stanzas.push_back(std::move(bad));
        const auto key = unwrap_with_identities(header, identities_);
        return key ? ErrorCode::io : key.error().code();
    };
    const std::string share = good.stanzas[0].arguments[0];
    const Bytes body = good.stanzas[0].body;
    EXPECT_EQ(code_with({"X25519", {}, body}), ErrorCode::corrupt);
    EXPECT_EQ(code_with({"X25519", {share, share}, body}), ErrorCode::corrupt);
    EXPECT_EQ(code_with({"X25519", {share + "AAAA"}, body}), ErrorCode::corrupt);
    EXPECT_EQ(code_with({"X25519", {share + "="}, body}), ErrorCode::corrupt);
    EXPECT_EQ(code_with({"X25519", {share}, Bytes(31)}), ErrorCode::corrupt);
    EXPECT_EQ(code_with({"X25519", {share}, Bytes(48)}), ErrorCode::corrupt);
}

TEST_F(AgeStanzas, HybridStanzaIsSaidToBeUnsupportedIfNothingElseFits) {
    AgeHeader header = header_of(new_age_file({&recipients_[0], 1}, random_));
    const std::string share = to_base64(Bytes(1120, 5), Padding::without);
    header.stanzas.push_back({"mlkem768x25519", {share}, Bytes(32)});
    EXPECT_TRUE(unwrap_with_identities(header, {&identities_[0], 1}).has_value());
    EXPECT_EQ(unwrap_with_identities(header, {&identities_[1], 1}).error().code(),
              ErrorCode::unsupported);
    header.stanzas.back().body.resize(33);
    EXPECT_EQ(unwrap_with_identities(header, {&identities_[1], 1}).error().code(),
              ErrorCode::corrupt);
}

TEST_F(AgeStanzas, WorkOnOneHeaderIsBounded) {
    AgeHeader header = header_of(new_age_file({&recipients_[0], 1}, random_));
    std::vector<AgeIdentity> many;
    many.reserve(101);
    while (many.size() < 101) many.push_back(identities_[1].clone());
    while (header.stanzas.size() <= kAgeLargestUnwrapTries / 100)
        header.stanzas.push_back(header.stanzas[0]);
    EXPECT_EQ(unwrap_with_identities(header, many).error().code(), ErrorCode::limit);
}

}  // namespace
}  // namespace keepsake::crypto
