#include "crypto/x25519.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/age_test_support.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

using testing::SeededRandom;

Secret agreed(const X25519Key& key, ByteView peer) {
    Secret shared(32);
    EXPECT_TRUE(key.agree(peer, shared.mutable_view()));
    return shared;
}

TEST(X25519, BothSidesAgreeWithAndWithoutAKnownPublicHalf) {
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        SeededRandom random(seed);
        std::array<std::uint8_t, 32> a{};
        std::array<std::uint8_t, 32> b{};
        random.fill(a);
        random.fill(b);
        const X25519Key alice(a);
        const X25519Key bob(b);
        const X25519Key alice_again(a, alice.public_key());
        RC_ASSERT(alice_again.public_key() == alice.public_key());
        const Secret shared = agreed(alice, bob.public_key());
        RC_ASSERT(equal_constant_time(shared.view(), agreed(bob, alice.public_key()).view()));
        RC_ASSERT(equal_constant_time(shared.view(), agreed(alice_again, bob.public_key()).view()));
    }));
}

TEST(X25519, PointOfLowOrderGivesNothing) {
    const X25519Key key(Bytes(32, 0x42));
    Secret shared(32);
    shared.mutable_view()[3] = 7;
    EXPECT_FALSE(key.agree(Bytes(32, 0), shared.mutable_view()));
    EXPECT_EQ(to_hex(shared.view()), to_hex(Bytes(32, 0)));
}

}  // namespace
}  // namespace keepsake::crypto
