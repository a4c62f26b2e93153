#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "parity/crc32.h"
#include "parity/md5.h"

namespace keepsake::parity {
namespace {

Bytes random_bytes(std::size_t bytes, std::mt19937_64& random) {
    Bytes buffer(bytes);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    return buffer;
}

std::string md5_text(std::string_view text) { return to_hex(md5(as_bytes(text))); }

// RFC 1321, appendix A.5
TEST(Md5, GivesTheDigestsOfTheRfc) {
    EXPECT_EQ(md5_text(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5_text("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(md5_text("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    EXPECT_EQ(md5_text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
              "d174ab98d277d9f5a5611c2c9f419d9f");
    EXPECT_EQ(md5_text("1234567890123456789012345678901234567890123456789012345678901234567890123"
                       "4567890"),
              "57edf4a22be3c955ac49da2e2107b67a");
}

RC_GTEST_PROP(Md5Property, PiecesMakeTheSameDigest, ()) {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    const auto data = random_bytes(*rc::gen::inRange<std::size_t>(0, 400), random);
    Md5 pieces;
    for (std::size_t at = 0; at < data.size();) {
        const auto size = std::min<std::size_t>(random() % 150, data.size() - at);
        pieces.update(ByteView(data).subspan(at, size));
        at += size;
    }
    RC_ASSERT(pieces.finish() == md5(data));
    RC_ASSERT(pieces.finish() == md5({}));
}

// Runs of all lengths, more and fewer than there are lanes.
RC_GTEST_PROP(Md5Property, LanesAgreeWithThePlainWay, ()) {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    const auto count = *rc::gen::inRange<std::size_t>(1, 50);
    std::vector<Bytes> messages;
    messages.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        messages.push_back(random_bytes(random() % 1'000, random));
    for (const auto* const engine : md5_engines()) {
        std::vector<Md5State> states(count);
        std::vector<Md5Run> runs;
        runs.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            runs.push_back({&states[i], messages[i].data(), messages[i].size() / kMd5BlockBytes});
        md5_advance(*engine, runs);
        for (std::size_t i = 0; i < count; ++i) {
            const auto whole = messages[i].size() / kMd5BlockBytes * kMd5BlockBytes;
            const auto digest =
                md5_finish(states[i], ByteView(messages[i]).subspan(whole), messages[i].size());
            if (digest != md5(messages[i])) RC_FAIL("wrong result of " + std::string(engine->name));
        }
    }
}

TEST(Crc32, GivesTheCheckValue) { EXPECT_EQ(crc32(as_bytes("123456789")), 0xCBF43926U); }

RC_GTEST_PROP(Crc32Property, EachWayAgreesWithTheDefinition, ()) {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    const auto data = random_bytes(*rc::gen::inRange<std::size_t>(0, 700), random);
    const auto start = static_cast<std::uint32_t>(random());
    auto expected = start;
    for (const auto byte : data) {
        expected ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            expected = expected >> 1U ^ ((expected & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    for (const auto* const engine : crc32_engines())
        if (engine->advance(start, data.data(), data.size()) != expected)
            RC_FAIL("wrong result of " + std::string(engine->name));
}

RC_GTEST_PROP(Crc32Property, PassesOverZeros, ()) {
    const auto start = *rc::gen::arbitrary<std::uint32_t>();
    const Bytes zeros(*rc::gen::inRange<std::size_t>(0, 1'000));
    RC_ASSERT(crc32_over_zeros(start, zeros.size()) ==
              kPortableCrc32.advance(start, zeros.data(), zeros.size()));
}

RC_GTEST_PROP(Crc32Property, RollsAlong, ()) {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    const auto window = *rc::gen::inRange<std::size_t>(1, 200);
    const auto data = random_bytes(window + 100, random);
    const RollingCrc32 rolling(window);
    auto state = kPortableCrc32.advance(kCrc32Start, data.data(), window);
    for (std::size_t at = 1; at + window <= data.size(); ++at) {
        state = rolling.slide(state, data[at - 1], data[at + window - 1]);
        RC_ASSERT(crc32_of(state) == crc32(ByteView(data).subspan(at, window)));
    }
}

}  // namespace
}  // namespace keepsake::parity
