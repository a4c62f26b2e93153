#include "crypto/sha256.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace keepsake::crypto {
namespace {

std::string hex_of(std::string_view text) { return to_hex(sha256(as_bytes(text))); }

// NIST's examples for FIPS 180-4.
TEST(Sha256, GivesThePublishedDigests) {
    EXPECT_EQ(hex_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex_of(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, GivesTheSameInPieces) {
    EXPECT_TRUE(rc::check([](const std::vector<Bytes>& pieces) {
        Sha256 hash;
        Bytes whole;
        for (const Bytes& piece : pieces) {
            hash.update(piece);
            whole.insert(whole.end(), piece.begin(), piece.end());
        }
        RC_ASSERT(hash.finish() == sha256(whole));
    }));
}

TEST(Sha256, StartsAnewAfterFinish) {
    Sha256 hash;
    hash.update(as_bytes("something else"));
    static_cast<void>(hash.finish());
    hash.update(as_bytes("abc"));
    Sha256 moved(std::move(hash));
    EXPECT_EQ(moved.finish(), sha256(as_bytes("abc")));
    EXPECT_EQ(moved.finish(), sha256({}));
}

}  // namespace
}  // namespace keepsake::crypto
