#include "pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
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

/// Pixels of two sides, and a TIFF of them.
struct Drawn {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> shades;
    std::uint8_t at(int x, int y) const {
        return shades[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x)];
    }
};

template <class Shade>
Drawn drawn(int width, int height, const Shade& shade) {
    Drawn drawn{.width = width, .height = height, .shades = {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            drawn.shades.push_back(static_cast<std::uint8_t>(shade(x, y)));
    return drawn;
}

std::string tiff_of(const Drawn& drawn, unsigned orientation) {
    std::string file("II\x2a\0\x08\0\0\0\x09\0", 10);
    const auto put = [&file](std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i, value >>= 8U) file += static_cast<char>(value & 0xFFU);
    };
    constexpr std::uint32_t kPixelsAt = 8 + 2 + 9 * 12 + 4;
    const auto tag = [&put](std::uint32_t name, std::uint32_t value) {
        put(name, 2);
        put(4, 2);  // LONG
        put(1, 4);
        put(value, 4);
    };
    tag(256, static_cast<std::uint32_t>(drawn.width));
    tag(257, static_cast<std::uint32_t>(drawn.height));
    tag(258, 8);
    tag(259, 1);
    tag(262, 1);
    tag(273, kPixelsAt);
    tag(274, orientation);
    tag(278, static_cast<std::uint32_t>(drawn.height));
    tag(279, static_cast<std::uint32_t>(drawn.shades.size()));
    put(0, 4);
    return file + std::string(drawn.shades.begin(), drawn.shades.end());
}

Drawn turned(const Drawn& from) {  // a quarter, clockwise
    return drawn(from.height, from.width,
                 [&](int x, int y) { return from.at(y, from.height - 1 - x); });
}

Drawn mirrored(const Drawn& from) {
    return drawn(from.width, from.height,
                 [&](int x, int y) { return from.at(from.width - 1 - x, y); });
}

Drawn upright(Drawn drawn, unsigned orientation) {
    const int turns = orientation == 3 || orientation == 4   ? 2
                      : orientation == 6 || orientation == 7 ? 1
                      : orientation == 5 || orientation == 8 ? 3
                                                             : 0;
    for (int i = 0; i < turns; ++i) drawn = turned(drawn);
    const bool mirror =
        orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
    return mirror ? mirrored(drawn) : drawn;
}

TEST_F(Pool, APictureIsFramedAsTheFamilySays) {
    if (!started()) return;
    const auto original =
        drawn(80, 40, [](int x, int y) { return (x / 8 * 31 + y / 8 * 67 + x * y / 40) % 256; });
    for (unsigned orientation = 1; orientation <= 8; ++orientation)
        for (unsigned turns = 0; turns < 4; ++turns) {
            auto expected = upright(original, orientation);
            for (unsigned i = 0; i < turns; ++i) expected = turned(expected);
            const media::Framing framing{
                .quarter_turns = turns, .x = 100, .y = 200, .width = 500, .height = 700};
            const auto part =
                drawn(expected.width / 2, expected.height * 7 / 10, [&](int x, int y) {
                    return expected.at(x + expected.width / 10, y + expected.height / 5);
                });
            media::Question question{.name = "a.tif"};
            question.framing = framing;
            const auto answer = look(tiff_of(original, orientation), question);
            EXPECT_EQ(answer.preview, look(tiff_of(part, 1)).preview)
                << "orientation " << orientation << ", turned " << turns << ' ' << answer.why;
            EXPECT_FALSE(answer.facts.look || answer.facts.pixels);
            EXPECT_EQ(answer.facts.width, orientation >= 5 ? 40U : 80U);
        }
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

/// A recording of silence, without compression.
std::string wave_of(std::uint32_t seconds) {
    const auto number = [](std::uint32_t value) {
        std::string bytes;
        for (int i = 0; i < 4; ++i, value >>= 8U) bytes += static_cast<char>(value & 0xFFU);
        return bytes;
    };
    const auto size = seconds * 16'000;
    return "RIFF" + number(36 + size) + "WAVEfmt " + number(16) + std::string("\1\0\1\0", 4) +
           number(8'000) + number(16'000) + std::string("\2\0\x10\0", 4) + "data" + number(size) +
           std::string(size, '\0');
}

/// Takes a copy down, and may have enough of it.
class CopyTaker final : public media::PlayableSink {
  public:
    explicit CopyTaker(std::stop_source* stop = nullptr) : stop_(stop) {}
    Result<> body(ByteView bytes) override {
        bytes_ += as_text(bytes);
        if (stop_ != nullptr) stop_->request_stop();
        return {};
    }
    void progress(double) override {}
    const std::string& bytes() const { return bytes_; }

  private:
    std::stop_source* stop_;
    std::string bytes_;
};

TEST_F(Pool, ARecordingBecomesACopyThatPlays) {
    if (!started()) return;
    const auto wave = wave_of(20);
    media::MemorySource source(as_bytes(wave));
    CopyTaker copy;
    const auto answer = pool().make_playable(source, {.name = "a.wav"}, copy);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->outcome, Outcome::whole) << answer->why;
    EXPECT_EQ(answer->facts.format, media::Format::m4a);
    EXPECT_NEAR(answer->facts.duration_s.value_or(0), 20, 0.1);
    const auto head = as_text(answer->head);
    EXPECT_EQ(head.substr(4, 4), "ftyp");
    EXPECT_LT(head.find("moov"), head.find("mdat"));
    EXPECT_LT(head.find("mdat"), head.size());
}

TEST_F(Pool, ACopyIsStoppedWhenItIsAskedTo) {
    if (!started()) return;
    const auto wave = wave_of(3'000);
    media::MemorySource source(as_bytes(wave));
    std::stop_source stop;
    CopyTaker copy(&stop);
    const auto answer = pool().make_playable(source, {.name = "a.wav"}, copy, stop.get_token());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::cancelled);
}

TEST_F(Pool, WhatIsNoFilmHasNoCopy) {
    if (!started()) return;
    const auto bytes = png_of_one_pixel();
    media::MemorySource source(as_bytes(bytes));
    CopyTaker copy;
    const auto answer = pool().make_playable(source, {.name = "a.mov"}, copy);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, Outcome::no_picture);
}

TEST(ReaderPool, AProgramThatIsNotThereIsSaidAtOnce) {
    const FixedClock clock;
    const auto pool = media::ReaderPool::start({.program = "/nonexistent/reader", .clock = &clock});
    ASSERT_FALSE(pool);
    EXPECT_EQ(pool.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace keepsake::testing
