#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_test_support.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

using testing::pattern;
using testing::read_at_from;
using testing::seal_to;
using testing::SeededRandom;
using testing::unwrap_by;

constexpr std::size_t kSealed = kAgeChunkBytes + kAgeTagBytes;

TEST(AgePayloadSize, IsThatOfNonceChunksAndTags) {
    EXPECT_EQ(age_payload_bytes(0), 16U + 16U);
    EXPECT_EQ(age_payload_bytes(1), 16U + 17U);
    EXPECT_EQ(age_payload_bytes(65536), 16U + 65552U);
    EXPECT_EQ(age_payload_bytes(65537), 16U + 65552U + 17U);
}

TEST(AgePayloadSize, IsAOneToOneMap) {
    for (std::uint64_t plaintext = 0; plaintext < 3 * kAgeChunkBytes; plaintext += 61)
        ASSERT_EQ(age_plaintext_bytes(age_payload_bytes(plaintext)).value(), plaintext);
    EXPECT_TRUE(rc::check([] {
        const auto payload = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 50);
        const auto plaintext = age_plaintext_bytes(payload);
        if (plaintext) RC_ASSERT(age_payload_bytes(*plaintext) == payload);
    }));
    EXPECT_TRUE(age_plaintext_bytes(UINT64_MAX).has_value() ||
                age_plaintext_bytes(UINT64_MAX).error().code() == ErrorCode::corrupt);
}

TEST(AgePayloadSize, RefusesWhatNoPayloadHas) {
    for (const std::uint64_t payload :
         {0UL, 15UL, 16UL, 31UL, 16 + kSealed + 1, 16 + kSealed + 15, 16 + kSealed + 16})
        EXPECT_EQ(age_plaintext_bytes(payload).error().code(), ErrorCode::corrupt) << payload;
    EXPECT_TRUE(age_plaintext_bytes(16 + kSealed + 17).has_value());
}

class AgePayload : public ::testing::Test {
  protected:
    SeededRandom random_;
    Secret file_key_{ByteView(pattern(16))};
};

TEST_F(AgePayload, ChunksOpenInAnyOrder) {
    const Bytes plaintext = pattern(2 * kAgeChunkBytes + 100);
    AgePayloadWriter writer(file_key_, random_);
    std::vector<Bytes> sealed;
    for (std::size_t at = 0; at < plaintext.size(); at += kAgeChunkBytes) {
        const std::size_t now = std::min(kAgeChunkBytes, plaintext.size() - at);
        sealed.emplace_back(now + kAgeTagBytes);
        writer.seal_chunk(ByteView(plaintext).subspan(at, now), at + now == plaintext.size(),
                          sealed.back());
    }
    AgePayloadReader reader(file_key_, writer.nonce(), plaintext.size());
    ASSERT_EQ(reader.chunk_count(), 3U);
    for (const std::size_t index : {2UL, 0UL, 1UL, 0UL}) {
        ASSERT_EQ(reader.sealed_chunk_bytes(index), sealed[index].size());
        EXPECT_EQ(reader.sealed_chunk_offset(index), 16 + index * kSealed);
        Bytes out(sealed[index].size() - kAgeTagBytes);
        ASSERT_TRUE(reader.open_chunk(index, sealed[index], out).has_value());
        EXPECT_TRUE(std::ranges::equal(
            out, ByteView(plaintext).subspan(index * kAgeChunkBytes, out.size())));
    }
}

TEST_F(AgePayload, ChunkThatFailsLeavesNothing) {
    AgePayloadWriter writer(file_key_, random_);
    const Bytes plaintext = pattern(1000);
    Bytes sealed(plaintext.size() + kAgeTagBytes);
    writer.seal_chunk(plaintext, true, sealed);
    AgePayloadReader reader(file_key_, writer.nonce(), plaintext.size());
    Bytes out(plaintext.size(), 0xaa);
    sealed.back() ^= 0x80;
    EXPECT_EQ(reader.open_chunk(0, sealed, out).error().code(), ErrorCode::corrupt);
    EXPECT_EQ(out, Bytes(plaintext.size(), 0));
    std::ranges::fill(out, std::uint8_t{0xaa});
    EXPECT_EQ(reader.open_chunk(0, ByteView(sealed).first(500), out).error().code(),
              ErrorCode::corrupt);
    EXPECT_EQ(out, Bytes(plaintext.size(), 0));
}

TEST_F(AgePayload, EachFileHasANonceOfItsOwn) {
    AgePayloadWriter first(file_key_, random_);
    const Bytes nonce(first.nonce().begin(), first.nonce().end());
    first = AgePayloadWriter(file_key_, random_);
    EXPECT_FALSE(std::ranges::equal(first.nonce(), nonce));
}

class AgeFile : public ::testing::Test {
  protected:
    static Result<AgeFileReader> open(const Bytes& file, const AgeIdentity& identity) {
        return AgeFileReader::open(read_at_from(file), file.size(), unwrap_by(identity));
    }
    SeededRandom random_;
    AgeIdentity identity_ = AgeIdentity::generate(random_);
};

TEST_F(AgeFile, OpensWholeAtTheSizesAroundChunks) {
    for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131072UL, 200000UL}) {
        const Bytes plaintext = pattern(size);
        const Bytes file = seal_to(plaintext, identity_, random_);
        const auto opened = age_open(file, {&identity_, 1});
        ASSERT_TRUE(opened.has_value()) << size;
        EXPECT_TRUE(std::ranges::equal(opened->view(), plaintext)) << size;
        const auto header = parse_age_header(file);
        EXPECT_EQ(file.size(), header->bytes.size() + age_payload_bytes(size));
    }
}

TEST_F(AgeFile, PassphraseFilesOpen) {
    const Secret passphrase(std::string_view("words and words"));
    const Bytes file = age_seal_for_passphrase(pattern(100), passphrase, random_, 4);
    const auto opened = age_open(
        file, [&](const AgeHeader& header) { return unwrap_with_passphrase(header, passphrase); });
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(std::ranges::equal(opened->view(), pattern(100)));
}

TEST_F(AgeFile, ReadsAtRandomAsTheModelDoes) {
    EXPECT_TRUE(rc::check([this] {
        const std::size_t near_chunks = *rc::gen::inRange<std::size_t>(0, 4) * kAgeChunkBytes;
        const Bytes plaintext = pattern(near_chunks + *rc::gen::inRange<std::size_t>(0, 70'000));
        const Bytes file = seal_to(plaintext, identity_, random_);
        auto reader = open(file, identity_);
        RC_ASSERT(reader.has_value());
        RC_ASSERT(reader->plaintext_bytes() == plaintext.size());
        for (int i = 0; i < 12; ++i) {
            const auto offset = *rc::gen::inRange<std::size_t>(0, plaintext.size() + 10);
            const auto size = *rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 300),
                                              rc::gen::inRange<std::size_t>(0, 3 * kAgeChunkBytes),
                                              rc::gen::just(kAgeChunkBytes));
            const std::size_t start =
                *rc::gen::arbitrary<bool>() ? offset / kAgeChunkBytes * kAgeChunkBytes : offset;
            Bytes out(size, 0xee);
            const auto got = reader->read_at(start, out);
            RC_ASSERT(got.has_value());
            const std::size_t left = plaintext.size() - std::min(start, plaintext.size());
            RC_ASSERT(*got == std::min(size, left));
            if (*got > 0)
                RC_ASSERT(std::ranges::equal(ByteView(out).first(*got),
                                             ByteView(plaintext).subspan(start, *got)));
        }
    }));
}

TEST_F(AgeFile, CutAtAnyChunkIsNeverAShorterFile) {
    const Bytes file = seal_to(pattern(3 * kAgeChunkBytes), identity_, random_);
    for (const std::size_t cut : {kSealed, 2 * kSealed, 3 * kSealed, 1UL, 100UL}) {
        Bytes shorter = file;
        shorter.resize(file.size() - cut);
        EXPECT_EQ(open(shorter, identity_).error().code(), ErrorCode::corrupt) << cut;
    }
    Bytes longer = file;
    longer.insert(longer.end(), file.end() - static_cast<std::ptrdiff_t>(kSealed), file.end());
    EXPECT_EQ(open(longer, identity_).error().code(), ErrorCode::corrupt);
}

TEST_F(AgeFile, SwappedChunksFail) {
    Bytes file = seal_to(pattern(3 * kAgeChunkBytes), identity_, random_);
    const auto first = file.end() - static_cast<std::ptrdiff_t>(3 * kSealed);
    std::swap_ranges(first, first + static_cast<std::ptrdiff_t>(kSealed),
                     first + static_cast<std::ptrdiff_t>(kSealed));
    auto reader = open(file, identity_);
    ASSERT_TRUE(reader.has_value()) << "its last chunk is in place";
    Bytes out(10);
    EXPECT_EQ(reader->read_at(0, out).error().code(), ErrorCode::corrupt);
    EXPECT_EQ(reader->read_at(kAgeChunkBytes, out).error().code(), ErrorCode::corrupt);
    EXPECT_EQ(reader->read_at(2 * kAgeChunkBytes, out).value(), 10U);
}

TEST_F(AgeFile, DamagedChunkFailsAloneAndLeavesNothing) {
    const Bytes plaintext = pattern(3 * kAgeChunkBytes);
    Bytes file = seal_to(plaintext, identity_, random_);
    file[file.size() - 2 * kSealed + 5] ^= 1;
    auto reader = open(file, identity_);
    ASSERT_TRUE(reader.has_value());
    Bytes chunk(kAgeChunkBytes, 0xaa);
    EXPECT_EQ(reader->read_at(kAgeChunkBytes, chunk).error().code(), ErrorCode::corrupt);
    EXPECT_EQ(chunk, Bytes(kAgeChunkBytes, 0));
    ASSERT_TRUE(reader->read_at(0, chunk).has_value());
    EXPECT_TRUE(std::ranges::equal(chunk, ByteView(plaintext).first(kAgeChunkBytes)));
    Bytes small(10, 0xaa);
    EXPECT_EQ(reader->read_at(kAgeChunkBytes + 3, small).error().code(), ErrorCode::corrupt);
    EXPECT_EQ(small, Bytes(10, 0xaa));
}

TEST_F(AgeFile, SourceThatFailsOrShrinksIsNoEnd) {
    const Bytes plaintext = pattern(3 * kAgeChunkBytes);
    const Bytes file = seal_to(plaintext, identity_, random_);
    bool fails = false;
    bool shrinks = false;
    const ReadAt source = [&, whole = read_at_from(file)](std::uint64_t offset,
                                                          MutableBytes out) -> Result<std::size_t> {
        if (fails) return Error(ErrorCode::io, "the disk said no");
        if (shrinks) return 0;
        return whole(offset, out);
    };
    auto reader = AgeFileReader::open(source, file.size(), unwrap_by(identity_));
    ASSERT_TRUE(reader.has_value());
    Bytes out(10);
    fails = true;
    EXPECT_EQ(reader->read_at(0, out).error().code(), ErrorCode::io);
    fails = false;
    shrinks = true;
    EXPECT_EQ(reader->read_at(0, out).error().code(), ErrorCode::corrupt);
    shrinks = false;
    EXPECT_EQ(reader->read_at(0, out).value(), 10U);
    EXPECT_TRUE(std::ranges::equal(out, ByteView(plaintext).first(10)));
}

TEST_F(AgeFile, LongHeadersAreReadWhole) {
    const std::vector<AgeRecipient> recipients(660, identity_.recipient());
    const Bytes file = age_seal(pattern(10), recipients, random_);
    ASSERT_GT(parse_age_header(file)->bytes.size(), 60'000U);
    EXPECT_TRUE(age_open(file, {&identity_, 1}).has_value());
    const std::vector<AgeRecipient> too_many(700, identity_.recipient());
    EXPECT_EQ(age_open(age_seal(pattern(10), too_many, random_), {&identity_, 1}).error().code(),
              ErrorCode::limit);
}

}  // namespace
}  // namespace keepsake::crypto
