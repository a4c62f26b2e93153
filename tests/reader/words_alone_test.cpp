// The words in a file without its pixels: read from its beginning, and the same as with them.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "media/facts.h"
#include "media/reader_pool.h"
#include "pool.h"
#include "support/bomb_parts.h"

namespace keepsake::testing {
namespace {

using namespace std::string_literals;
using media::Outcome;

std::string segment(std::string_view marker, std::string_view body) {
    return "\xff" + std::string(marker) + big(body.size() + 2, 2) + std::string(body);
}

/// A photograph of 40 by 30 pixels on its side, with a maker and a date, and 3 MiB behind that no
/// reader needs.
std::string photograph(std::string_view behind) {
    const auto entry = [](unsigned tag, unsigned type, std::uint32_t count, std::uint32_t value) {
        return little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4);
    };
    constexpr std::uint32_t kTextAt = 8 + 2 + 3 * 12 + 4;
    const auto exif = "II*\0"s + little(8, 4) + little(3, 2) + entry(0x010f, 2, 6, kTextAt) +
                      entry(0x0112, 3, 1, 6) + entry(0x0132, 2, 20, kTextAt + 6) + little(0, 4) +
                      "Maker\0"s + "2016:09:28 18:18:05\0"s;
    return "\xff\xd8"s + segment("\xe1", "Exif\0\0"s + exif) +
           segment("\xc0", "\x08"s + big(30, 2) + big(40, 2) + "\x01\x01\x11\0"s) +
           segment("\xda", "\x01\x01\0\0\x3f\0"s) + std::string(3U << 20U, '\x11') + "\xff\xd9" +
           std::string(behind);
}

/// How much of it was read.
class CountedSource final : public media::Source {
  public:
    explicit CountedSource(std::string_view bytes) : whole_(as_bytes(bytes)) {}
    std::uint64_t size_bytes() const override { return whole_.size_bytes(); }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) override {
        read_bytes_ += out.size();
        return whole_.read_at(offset_bytes, out);
    }
    std::size_t read_bytes() const { return read_bytes_; }

  private:
    media::MemorySource whole_;
    std::size_t read_bytes_ = 0;
};

class WordsAlone : public PoolTest {
  protected:
    void SetUp() override { start(KEEPSAKE_READER); }
};

TEST_F(WordsAlone, StandAtTheBeginning) {
    if (!started()) return;
    const auto bytes = photograph("");
    CountedSource source(bytes);
    const auto answer = pool().look(source, {.name = "a.jpg", .pictures = false});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome, Outcome::whole) << answer->why;
    EXPECT_EQ(answer->facts.camera.make, "Maker");
    EXPECT_EQ(answer->facts.width, 30U);
    EXPECT_EQ(answer->facts.height, 40U);
    ASSERT_TRUE(answer->facts.taken);
    EXPECT_EQ(answer->facts.taken->at.year, 2016);
    EXPECT_LT(source.read_bytes(), 256U << 10U);
}

TEST_F(WordsAlone, AreTheSameAsWithThePixels) {
    if (!started()) return;
    const auto film = box("ftyp", "isom\0\0\2\0isommp42"s) + box("moov", "") + box("mdat", "x");
    for (const auto& behind : {""s, "MotionPhoto_Data"s + film + "SEFT"s}) {
        const auto bytes = photograph(behind);
        auto with = look(bytes, {.name = "a.jpg"}).facts;
        with.look.reset();
        with.pixels.reset();
        const auto alone = look(bytes, {.name = "a.jpg", .pictures = false}).facts;
        EXPECT_EQ(media::to_json(alone), media::to_json(with));
        EXPECT_EQ(alone.film.has_value(), !behind.empty());
    }
}

}  // namespace
}  // namespace keepsake::testing
