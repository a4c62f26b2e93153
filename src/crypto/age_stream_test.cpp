#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
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

constexpr std::size_t kSealed = kAgeChunkBytes + kAgeTagBytes;

class AgeStream : public ::testing::Test {
  protected:
    Bytes encrypt(ByteView plaintext, bool armored, std::size_t most = SIZE_MAX) {
        Bytes file;
        const AgeNewFile keys = new_age_file({&identity_.recipient(), 1}, random_);
        EXPECT_TRUE(age_encrypt_stream(read_some_from(plaintext, most), write_to(file), keys,
                                       random_, armored)
                        .has_value());
        return file;
    }
    Result<> decrypt(ByteView file, Bytes& released, std::size_t most = SIZE_MAX,
                     ArmorInput armor = ArmorInput::detected) {
        return age_decrypt_stream(read_some_from(file, most), write_to(released),
                                  unwrap_by(identity_), armor);
    }
    SeededRandom random_;
    AgeIdentity identity_ = AgeIdentity::generate(random_);
};

TEST_F(AgeStream, GivesBackWhatWentInAtTheSizesAroundChunks) {
    for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131072UL, 131073UL})
        for (const bool armored : {false, true}) {
            const Bytes file = encrypt(pattern(size), armored);
            EXPECT_EQ(looks_armored(file), armored);
            Bytes released;
            ASSERT_TRUE(decrypt(file, released).has_value()) << size;
            EXPECT_EQ(released, pattern(size));
        }
}

TEST_F(AgeStream, WorksWithSourcesThatDribble) {
    EXPECT_TRUE(rc::check([this](bool armored) {
        const Bytes plaintext = pattern(*rc::gen::inRange<std::size_t>(0, 150'000));
        const auto most = *rc::gen::inRange<std::size_t>(1, 5'000);
        const Bytes file = encrypt(plaintext, armored, most);
        Bytes released;
        RC_ASSERT(decrypt(file, released, most).has_value());
        RC_ASSERT(released == plaintext);
    }));
}

TEST_F(AgeStream, WritesTheFileThatTheReaderInPlaceOpens) {
    const Bytes plaintext = pattern(140'000);
    const Bytes file = encrypt(plaintext, false);
    const auto opened = age_open(file, {&identity_, 1});
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(std::ranges::equal(opened->view(), plaintext));
    EXPECT_EQ(age_dearmor(encrypt(plaintext, true)).value().size(), file.size());
}

TEST_F(AgeStream, ReleasesOnlyAuthenticatedChunks) {
    const Bytes plaintext = pattern(3 * kAgeChunkBytes + 9);
    const Bytes file = seal_to(plaintext, identity_, random_);
    const std::size_t start = file.size() - age_payload_bytes(plaintext.size()) + kAgeNonceBytes;
    for (std::size_t chunk = 0; chunk < 4; ++chunk) {
        Bytes damaged = file;
        damaged[start + chunk * kSealed + 3] ^= 4;
        Bytes released;
        EXPECT_EQ(decrypt(damaged, released).error().code(), ErrorCode::corrupt);
        EXPECT_TRUE(
            std::ranges::equal(released, ByteView(plaintext).first(chunk * kAgeChunkBytes)));
    }
}

TEST_F(AgeStream, EndWithoutALastChunkIsAnError) {
    const Bytes plaintext = pattern(2 * kAgeChunkBytes);
    const Bytes file = seal_to(plaintext, identity_, random_);
    for (const std::size_t cut : {1UL, 15UL, 16UL, 17UL, kSealed - 1, kSealed, kSealed + 1}) {
        Bytes released;
        EXPECT_EQ(decrypt(ByteView(file).first(file.size() - cut), released).error().code(),
                  ErrorCode::corrupt)
            << cut;
    }
    Bytes longer = file;
    longer.push_back(0);
    Bytes released;
    EXPECT_EQ(decrypt(longer, released).error().code(), ErrorCode::corrupt);
}

TEST_F(AgeStream, ErrorsOfSourceAndSinkComeThrough) {
    const Bytes file = seal_to(pattern(200'000), identity_, random_);
    std::size_t given = 0;
    const ReadSome failing = [&](MutableBytes out) -> Result<std::size_t> {
        if (given > 100'000) return Error(ErrorCode::io, "the cable came out");
        const std::size_t now = std::min<std::size_t>(out.size(), 1000);
        std::ranges::copy(ByteView(file).subspan(given, now), out.begin());
        given += now;
        return now;
    };
    Bytes released;
    EXPECT_EQ(age_decrypt_stream(failing, write_to(released), unwrap_by(identity_)).error().code(),
              ErrorCode::io);
    const WriteAll full = [](ByteView) -> Result<> { return Error(ErrorCode::no_space, "full"); };
    EXPECT_EQ(age_decrypt_stream(read_some_from(file), full, unwrap_by(identity_)).error().code(),
              ErrorCode::no_space);
    const AgeNewFile keys = new_age_file({&identity_.recipient(), 1}, random_);
    for (const bool armored : {false, true})
        EXPECT_EQ(
            age_encrypt_stream(read_some_from(file), full, keys, random_, armored).error().code(),
            ErrorCode::no_space);
    given = 0;
    Bytes sealed;
    EXPECT_EQ(age_encrypt_stream(failing, write_to(sealed), keys, random_, true).error().code(),
              ErrorCode::io);
}

TEST_F(AgeStream, ArmorIsDetectedOrAskedForOrNot) {
    const Bytes binary = encrypt(pattern(10), false);
    const Bytes armored = encrypt(pattern(10), true);
    const auto opens = [this](const Bytes& file, ArmorInput armor) {
        Bytes released;
        return decrypt(file, released, SIZE_MAX, armor).has_value();
    };
    EXPECT_TRUE(opens(binary, ArmorInput::detected));
    EXPECT_TRUE(opens(armored, ArmorInput::detected));
    EXPECT_TRUE(opens(binary, ArmorInput::none));
    EXPECT_FALSE(opens(armored, ArmorInput::none));
    EXPECT_FALSE(opens(binary, ArmorInput::required));
    EXPECT_TRUE(opens(armored, ArmorInput::required));
}

}  // namespace
}  // namespace keepsake::crypto
