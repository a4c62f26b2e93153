#include "pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/preview_check.h"
#include "media/reader_pool.h"

namespace keepsake::testing {
namespace {

using media::Outcome;

/// A black and white picture in the plainest format: a PGM cannot carry anything but pixels.
std::string png_of_one_pixel() {
    const auto bytes = from_base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+"
        "M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
        "gg==",
        Padding::with);
    return std::string(as_text(*bytes));
}

class Pool : public PoolTest {
  protected:
    void SetUp() override { start(KEEPSAKE_READER); }
};

TEST_F(Pool, APictureGivesBothSizesAndFacts) {
    if (!started()) return;
    const auto answer = look(png_of_one_pixel(), {.name = "a.png"});
    EXPECT_EQ(answer.outcome, Outcome::whole) << answer.why;
    EXPECT_EQ(answer.facts.format, media::Format::png);
    EXPECT_EQ(answer.facts.width, 1U);
    EXPECT_TRUE(answer.facts.look && answer.facts.pixels);
    EXPECT_EQ(media::plain_jpeg_size(answer.preview)->width, 1U);
    EXPECT_EQ(media::plain_jpeg_size(answer.thumbnail)->width, 1U);
}

TEST_F(Pool, WhatHasNoPictureIsNamedHonestly) {
    if (!started()) return;
    EXPECT_EQ(look("", {.name = "nothing.jpg"}).facts.format, media::Format::empty);
    const auto zip = look("PK\x03\x04 and more than that", {.name = "photo.jpg"});
    EXPECT_EQ(zip.outcome, Outcome::no_picture);
    EXPECT_EQ(zip.facts.format, media::Format::zip);
}

TEST_F(Pool, ABrokenPictureDoesNotOpenAndTheNextOneDoes) {
    if (!started()) return;
    auto broken = png_of_one_pixel();
    broken.resize(40);
    const auto answer = look(broken, {.name = "a.png"});
    EXPECT_EQ(answer.outcome, Outcome::not_opened);
    EXPECT_EQ(answer.facts.format, media::Format::png);
    EXPECT_EQ(look(png_of_one_pixel()).outcome, Outcome::whole);
}

TEST_F(Pool, ManyThreadsAskAtOnce) {
    if (!started()) return;
    std::atomic<int> whole = 0;
    {
        std::vector<std::jthread> threads;
        threads.reserve(8);
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 5; ++n)
                    if (look(png_of_one_pixel()).outcome == Outcome::whole) ++whole;
            });
    }
    EXPECT_EQ(whole, 40);
}

/// A source whose disk has gone.
class LostSource final : public media::Source {
  public:
    std::uint64_t size_bytes() const override { return 100'000; }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes) override {
        if (offset_bytes == 0 && ++reads_ == 1) return {};
        return Error(ErrorCode::io, "the disk is gone");
    }

  private:
    int reads_ = 0;
};

TEST_F(Pool, WhatTheSourceCannotGiveIsItsOwnError) {
    if (!started()) return;
    LostSource source;
    const auto answer = pool().look(source, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::io);
    EXPECT_EQ(look(png_of_one_pixel()).outcome, Outcome::whole);
}

TEST_F(Pool, StopsWhenItIsAskedTo) {
    if (!started()) return;
    std::stop_source stop;
    stop.request_stop();
    const auto bytes = png_of_one_pixel();
    media::MemorySource source(as_bytes(bytes));
    const auto answer = pool().look(source, {}, stop.get_token());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::cancelled);
}

TEST(ReaderPool, AProgramThatIsNotThereIsSaidAtOnce) {
    const FixedClock clock;
    const auto pool = media::ReaderPool::start({.program = "/nonexistent/reader", .clock = &clock});
    ASSERT_FALSE(pool);
    EXPECT_EQ(pool.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace keepsake::testing
