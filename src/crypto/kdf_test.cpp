#include "crypto/kdf.h"

#include <gtest/gtest.h>

#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// RFC 5869 appendix A, test cases 1 and 3 (their first 32 bytes).
TEST(Hkdf, GivesThePublishedKeys) {
    const Bytes info = hex("f0f1f2f3f4f5f6f7f8f9");
    EXPECT_EQ(
        to_hex(
            hkdf_sha256(Bytes(22, 0x0b), hex("000102030405060708090a0b0c"), as_text(info)).view()),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    EXPECT_EQ(to_hex(hkdf_sha256(Bytes(22, 0x0b), {}, "").view()),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// RFC 4231, test cases 1 and 2.
TEST(Hmac, GivesThePublishedMacs) {
    EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// RFC 7914 section 12 (its first 32 bytes).
TEST(Scrypt, GivesThePublishedKey) {
    const auto key = scrypt(as_bytes("pleaseletmein"), as_bytes("SodiumChloride"), 14);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(to_hex(key->view()),
              "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
}

TEST(Scrypt, TakesMoreMemoryThanTheLibraryAllowsByItself) {
    EXPECT_TRUE(scrypt(as_bytes("passphrase"), as_bytes("salt"), 16).has_value());  // 64 MiB
}

}  // namespace
}  // namespace keepsake::crypto
