#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_test_support.h"

namespace keepsake::crypto {
namespace {

using testing::pattern;
using testing::read_some_from;
using testing::seal_to;
using testing::SeededRandom;
using testing::unwrap_by;
using testing::write_to;

/// Every way of changing a file must be told by both readers.
class AgeTamper : public ::testing::Test {
  protected:
    bool stream_accepts(const Bytes& file) {
        Bytes released;
        return age_decrypt_stream(read_some_from(file), write_to(released), unwrap_by(identity_))
            .has_value();
    }
    bool seeking_accepts(const Bytes& file) { return age_open(file, {&identity_, 1}).has_value(); }
    SeededRandom random_;
    AgeIdentity identity_ = AgeIdentity::generate(random_);
    Bytes plaintext_ = pattern(40);
    Bytes file_ = seal_to(plaintext_, identity_, random_);
};

TEST_F(AgeTamper, TheFileItselfIsAccepted) {
    EXPECT_TRUE(stream_accepts(file_));
    EXPECT_TRUE(seeking_accepts(file_));
}

TEST_F(AgeTamper, EveryFlippedBitIsDetected) {
    for (std::size_t at = 0; at < file_.size(); ++at)
        for (unsigned bit = 0; bit < 8; ++bit) {
            Bytes changed = file_;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1U << bit));
            EXPECT_FALSE(stream_accepts(changed)) << at << '.' << bit;
            EXPECT_FALSE(seeking_accepts(changed)) << at << '.' << bit;
        }
}

TEST_F(AgeTamper, EveryTruncationIsDetected) {
    for (std::size_t size = 0; size < file_.size(); ++size) {
        const Bytes shorter(file_.begin(), file_.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(stream_accepts(shorter)) << size;
        EXPECT_FALSE(seeking_accepts(shorter)) << size;
    }
}

TEST_F(AgeTamper, EveryByteDroppedOrDoubledIsDetected) {
    for (std::size_t at = 0; at < file_.size(); ++at) {
        const auto place = static_cast<std::ptrdiff_t>(at);
        Bytes dropped = file_;
        dropped.erase(dropped.begin() + place);
        Bytes doubled = file_;
        doubled.insert(doubled.begin() + place, file_[at]);
        for (const Bytes* changed : {&dropped, &doubled}) {
            EXPECT_FALSE(stream_accepts(*changed)) << at;
            EXPECT_FALSE(seeking_accepts(*changed)) << at;
        }
    }
}

TEST_F(AgeTamper, EveryFlippedBitOfAnArmoredFileIsDetected) {
    const std::string armored = age_armor(file_);
    for (std::size_t at = 0; at < armored.size(); ++at)
        for (unsigned bit = 0; bit < 8; ++bit) {
            Bytes changed(armored.begin(), armored.end());
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1U << bit));
            EXPECT_FALSE(stream_accepts(changed)) << at << '.' << bit;
        }
}

TEST_F(AgeTamper, LargerFilesGiveOnlyATruePrefix) {
    const Bytes plaintext = pattern(3 * kAgeChunkBytes);
    const Bytes file = seal_to(plaintext, identity_, random_);
    EXPECT_TRUE(rc::check([&] {
        Bytes changed = file;
        const auto at = *rc::gen::inRange<std::size_t>(0, file.size());
        if (*rc::gen::arbitrary<bool>()) {
            changed.resize(at);
        } else {
            changed[at] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
        }
        Bytes released;
        RC_ASSERT(
            !age_decrypt_stream(read_some_from(changed), write_to(released), unwrap_by(identity_))
                 .has_value());
        RC_ASSERT(released.size() % kAgeChunkBytes == 0U);
        RC_ASSERT(released.size() <= plaintext.size());
        RC_ASSERT(std::ranges::equal(released, ByteView(plaintext).first(released.size())));
        RC_ASSERT(!seeking_accepts(changed));
    }));
}

}  // namespace
}  // namespace keepsake::crypto
