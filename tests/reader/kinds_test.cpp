// Kinds that are drawn in a way of their own, made here byte by byte.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/preview_check.h"
#include "media/reader_pool.h"
#include "pool.h"

namespace keepsake::testing {
namespace {

using media::Outcome;
using std::string_literals::operator""s;

class Kinds : public PoolTest {
  protected:
    void SetUp() override { start(KEEPSAKE_READER); }
};

std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i, value >>= 8U) text += static_cast<char>(value & 0xFFU);
    return text;
}

/// 16 pixels a side, grey, without loss; made by vips jp2ksave.
constexpr const char* kStream =
    "/0//UQApAAAAAAAQAAAAEAAAAAAAAAAAAAACAAAAAgAAAAAAAAAAAAABBwEB/1IADAAAAAEAAAQE"
    "AAH/XAAEQED/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjD/kAAKAAAAAAEB"
    "AAH/k8+28Ci4blkw6vc1I/gAeZD82UePiR42LNPM45lsKzlPn/s6rgjV07q3U6RyR2dzxi7GGH+L"
    "Zr2R2e7X0Em+tyw2OgJ2iWdCzBwr5IoVQHzpJhBoOzpmTgsI7VLeWDnhubGTIWyp3K5wnbgXxpGV"
    "+s/ZoV3gH6AilGMrw1gsS7jItSvVimf8UBAWynm/NxLkuT5TQpKsyVdgB4VOyxdLFb4z3PvUD908"
    "tpuOJ5/biRjASHsIh34+tc0EPe5Dzwvb2E3rdsTqKzqlP9fIO/Z4LlQd2m81u5coaweQ0Cf2og43"
    "GI/ho9V2FSaohGGZ+sumtmfJm//Z";

/// One element of explicit type.
std::string element(std::uint16_t group, std::uint16_t number, const std::string& type,
                    std::string value) {
    if (value.size() % 2 != 0) value += type == "UI" ? '\0' : ' ';
    return little(group, 2) + little(number, 2) + type + little(value.size(), 2) + value;
}

struct Words {
    std::string alphabets = "ISO_IR 144";
    std::string name = "\xb8\xd2\xd0\xdd\xde\xd2^\xb0";
};

std::string dicom_of(const std::string& syntax, int frames, const std::string& pixels, int bits = 8,
                     const Words& words = {}) {
    const auto how = element(2, 0x10, "UI", syntax);
    auto file = std::string(128, '\0') + "DICM" + element(2, 0, "UL", little(how.size(), 4)) + how;
    file += element(8, 5, "CS", words.alphabets) + element(0x10, 0x10, "PN", words.name);
    file += element(0x28, 2, "US", little(1, 2)) + element(0x28, 4, "CS", "MONOCHROME2");
    file += element(0x28, 8, "IS", std::to_string(frames));
    file += element(0x28, 0x10, "US", little(16, 2)) + element(0x28, 0x11, "US", little(16, 2));
    const auto depth = static_cast<std::uint64_t>(bits);
    file +=
        element(0x28, 0x100, "US", little(depth, 2)) + element(0x28, 0x101, "US", little(depth, 2));
    file +=
        element(0x28, 0x102, "US", little(depth - 1, 2)) + element(0x28, 0x103, "US", little(0, 2));
    return file + little(0x7fe0, 2) + little(0x10, 2) + pixels;
}

std::string item(const std::string& bytes) {
    return "\xfe\xff\x00\xe0"s + little(bytes.size(), 4) + bytes;
}

TEST_F(Kinds, AnExaminationInJpeg2000IsDrawn) {
    if (!started()) return;
    auto stream = std::string(as_text(*from_base64(kStream, Padding::with)));
    if (stream.size() % 2 != 0) stream += '\0';
    const auto file =
        dicom_of("1.2.840.10008.1.2.4.90", 1,
                 "OB\0\0\xff\xff\xff\xff"s + item("") + item(stream) + "\xfe\xff\xdd\xe0\0\0\0\0"s);
    const auto answer = look(file, {.name = "a.dcm"});
    EXPECT_EQ(answer.outcome, Outcome::whole) << answer.why;
    const auto size = media::plain_jpeg_size(answer.preview);
    ASSERT_TRUE(size);
    EXPECT_EQ(size->width, 16U);
    ASSERT_TRUE(answer.facts.examination);
    EXPECT_EQ(answer.facts.examination->patient, "Иванов А");
}

TEST_F(Kinds, AnExaminationShowsTheFrameThatIsAsked) {
    if (!started()) return;
    const std::string frames =
        std::string(256, '\0') + std::string(256, '\x7f') + std::string(256, '\xff');
    const auto file =
        dicom_of("1.2.840.10008.1.2.1", 3, "OB\0\0"s + little(frames.size(), 4) + frames);
    const auto first = look(file, {.name = "a.dcm", .page = 0});
    const auto last = look(file, {.name = "a.dcm", .page = 2});
    EXPECT_EQ(first.facts.frames, 3U);
    EXPECT_EQ(first.outcome, Outcome::whole) << first.why;
    EXPECT_EQ(last.outcome, Outcome::whole) << last.why;
    EXPECT_FALSE(first.preview.empty());
}

/// One pixel a picture, the first red, the second blue.
std::string moving_gif() {
    const auto picture = [](char color) { return ",\0\0\0\0\1\0\1\0\0\2\2"s + color + "\1\0"s; };
    return "GIF89a\1\0\1\0\x80\0\0\xff\0\0\0\0\xff"s + picture('\x44') + picture('\x4c') + ";";
}

/// The same with 8 pixels a side; made by FFmpeg.
constexpr const char* kMovingWebp =
    "UklGRoQAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAD/////AQBBTk1GKAAAAAAAAAAAAAcAAAcAAPQBAAJW"
    "UDhMDwAAAC8HwAEABxD9j/4HIqL/AQBBTk1GKAAAAAAAAAAAAAcAAAcAAPQBAABWUDhMDwAAAC8HwAEABxDR//4HIqL/"
    "AQA=";

TEST_F(Kinds, AnAnimationIsAStillWithItsFrames) {
    if (!started()) return;
    const std::string webp(as_text(*from_base64(kMovingWebp, Padding::with)));
    for (const auto& file : {moving_gif(), webp}) {
        const auto still = look(file, {.name = "a"});
        const auto next = look(file, {.name = "a", .page = 1});
        EXPECT_EQ(still.outcome, Outcome::whole) << still.why;
        EXPECT_EQ(still.facts.frames, 2U);
        EXPECT_TRUE(media::plain_jpeg_size(still.preview)) << "it does not move";
        EXPECT_TRUE(media::plain_jpeg_size(next.preview));
        EXPECT_NE(still.preview, next.preview);
    }
}

std::string sequence(std::initializer_list<std::string> items) {
    auto bytes = "OB\0\0\xff\xff\xff\xff"s + item("");
    for (const auto& one : items) bytes += item(one);
    return bytes + "\xfe\xff\xdd\xe0\0\0\0\0"s;
}

TEST_F(Kinds, SingleBitsInRunLengthsAreDrawn) {
    if (!started()) return;
    // The second frame is copied as it is, the first is one run.
    const auto header = little(1, 4) + little(64, 4) + std::string(56, '\0');
    std::string stripes;
    for (int row = 0; row < 16; ++row) stripes += "\0\xff"s;
    const auto file =
        dicom_of("1.2.840.10008.1.2.5", 2,
                 sequence({header + "\xe1\0"s, header + "\x1f" + stripes + "\0"s}), 1);
    const auto first = look(file, {.name = "a.dcm", .page = 0});
    const auto second = look(file, {.name = "a.dcm", .page = 1});
    EXPECT_EQ(first.outcome, Outcome::whole) << first.why;
    EXPECT_EQ(second.outcome, Outcome::whole) << second.why;
    EXPECT_NE(first.preview, second.preview);
    const auto cut = dicom_of("1.2.840.10008.1.2.5", 1, sequence({header + "\xf1\0"s}), 1);
    EXPECT_EQ(look(cut, {.name = "a.dcm"}).outcome, Outcome::not_opened);
}

TEST_F(Kinds, DeflatedFramesAreDrawn) {
    if (!started()) return;
    // 256 bytes that are stored, not packed.
    const auto frame = [](char grey) {
        return "\x01\x00\x01\xff\xfe"s + std::string(256, grey) + "\0"s;
    };
    const auto file =
        dicom_of("1.2.840.10008.1.2.8.1", 2, sequence({frame('\x20'), frame('\x7f')}));
    const auto answer = look(file, {.name = "a.dcm", .page = 1});
    EXPECT_EQ(answer.outcome, Outcome::whole) << answer.why;
    EXPECT_EQ(answer.facts.frames, 2U);
    const auto cut = dicom_of("1.2.840.10008.1.2.8.1", 1, sequence({frame('\x20').substr(0, 100)}));
    EXPECT_EQ(look(cut, {.name = "a.dcm"}).outcome, Outcome::not_opened);
}

TEST_F(Kinds, AlphabetsThatChangeOnTheWayAreRead) {
    if (!started()) return;
    const auto patient = [&](const std::string& alphabets, const std::string& name) {
        const auto file = dicom_of("1.2.840.10008.1.2.1", 1,
                                   "OB\0\0"s + little(256, 4) + std::string(256, '\x7f'), 8,
                                   {.alphabets = alphabets, .name = name});
        const auto answer = look(file, {.name = "a.dcm", .pictures = false});
        return answer.facts.examination ? answer.facts.examination->patient : "";
    };
    EXPECT_EQ(patient("\\ISO 2022 IR 87", "\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"), "山田 太郎");
    EXPECT_EQ(patient("\\ISO 2022 IR 149", "\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"), "홍 길동");
    EXPECT_EQ(patient("\\ISO 2022 IR 58", "\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab"), "张 小东");
    EXPECT_EQ(patient("ISO 2022 IR 100\\ISO 2022 IR 144", "J\xf6rg^\x1b-L\xb8\xd2\xd0\xdd"),
              "Jörg Иван");
    EXPECT_EQ(patient("\\ISO 2022 IR 87", "A^\x1b?B"), "A ?B");
}

TEST_F(Kinds, APhotoCdIsDrawnAndTurned) {
    if (!started()) return;
    // The picture of 768 by 512: two lines of light, then half a line of each colour.
    constexpr std::size_t kPictureAt = 0x30000;
    std::string file(kPictureAt + 768UL * 512 * 3 / 2 + 4096, '\x8c');
    file.replace(0x800, 7, "PCD_IPI");
    file.replace(0xe02, 1, "\x09");  // a quarter against the clock, scanned at 2048 by 3072
    const auto answer = look(file, {.name = "a.pcd"});
    EXPECT_EQ(answer.outcome, Outcome::whole) << answer.why;
    EXPECT_EQ(answer.facts.format, media::Format::photo_cd);
    EXPECT_EQ(answer.facts.width, 2048U);
    EXPECT_EQ(answer.facts.height, 3072U);
    const auto size = media::plain_jpeg_size(answer.preview);
    ASSERT_TRUE(size);
    EXPECT_EQ(size->width, 512U);
    EXPECT_EQ(size->height, 768U);
}

/// librsvg gives up on some drawings by ending the process.
TEST_F(Kinds, ADrawingThatEndsItsReaderCostsItsPreviewAlone) {
    if (!started()) return;
    const auto by_language =
        look("<svg><style>:lang(x-a) { }</style><g xml:lang=\"de\"/></svg>", {.name = "a.svg"});
    const auto empty_tile =
        look(R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90">
        <filter id="f"><feFlood x="60" y="60" width="9" height="9"/><feTile/></filter>
        <rect width="9" height="9" filter="url(#f)"/></svg>)svg",
             {.name = "b.svg"});
    for (const auto& answer : {by_language, empty_tile}) {
        EXPECT_EQ(answer.facts.format, media::Format::svg);
        EXPECT_NE(answer.outcome, Outcome::no_picture);
        EXPECT_EQ(answer.outcome == Outcome::whole, !answer.preview.empty());
    }
    EXPECT_EQ(empty_tile.facts.width, 90U);
    const auto next = look("P5\n3 2\n255\n\x10\x20\x30\x40\x50\x60"s, {.name = "a.pgm"});
    EXPECT_EQ(next.outcome, Outcome::whole) << next.why;
}

TEST_F(Kinds, NetpbmIsDrawn) {
    if (!started()) return;
    const auto grey = look("P5\n3 2\n255\n\x10\x20\x30\x40\x50\x60"s, {.name = "a.pgm"});
    EXPECT_EQ(grey.outcome, Outcome::whole) << grey.why;
    EXPECT_EQ(grey.facts.width, 3U);
    const auto colour = look("P3\n2 1\n255\n255 0 0 0 0 255\n"s, {.name = "a.ppm"});
    EXPECT_EQ(colour.outcome, Outcome::whole) << colour.why;
    const auto bomb = look("P6\n65535 65535\n255\n"s, {.name = "a.ppm"});
    EXPECT_EQ(bomb.outcome, Outcome::not_opened);
}

/// Two grey pages, 4 by 2 and 2 by 6 pixels.
std::string tiff_of_two() {
    std::string file = "II*\0"s + little(8, 4);
    const auto page = [&](std::size_t width, std::size_t height, bool last) {
        const auto begin = file.size();
        constexpr std::size_t kEntries = 8;
        const auto pixels_at = begin + 2 + 12 * kEntries + 4;
        const auto next = last ? 0 : pixels_at + width * height;
        const auto entry = [](std::uint16_t tag, std::uint64_t value) {
            return little(tag, 2) + little(4, 2) + little(1, 4) + little(value, 4);
        };
        file += little(kEntries, 2) + entry(256, width) + entry(257, height) + entry(258, 8) +
                entry(259, 1) + entry(262, 1) + entry(273, pixels_at) + entry(278, height) +
                entry(279, width * height) + little(next, 4) + std::string(width * height, '\x55');
    };
    page(4, 2, false);
    page(2, 6, true);
    return file;
}

TEST_F(Kinds, ATiffShowsThePageThatIsAsked) {
    if (!started()) return;
    const auto first = look(tiff_of_two(), {.name = "a.tif"});
    EXPECT_EQ(first.outcome, Outcome::whole) << first.why;
    EXPECT_EQ(first.facts.pages, 2U);
    const auto second = look(tiff_of_two(), {.name = "a.tif", .page = 1});
    const auto size = media::plain_jpeg_size(second.preview);
    ASSERT_TRUE(size) << second.why;
    EXPECT_EQ(size->width, 2U);
    EXPECT_EQ(size->height, 6U);
}

/// Two empty pages, one upright and one lying.
std::string pdf_of_two() {
    std::string file = "%PDF-1.4\n";
    std::string table = "xref\n0 5\n0000000000 65535 f \n";
    const auto object = [&](int number, const std::string& text) {
        auto at = std::to_string(file.size());
        at.insert(0, 10 - at.size(), '0');
        table += at + " 00000 n \n";
        file += std::to_string(number) + " 0 obj" + text + "endobj\n";
    };
    object(1, "<</Type/Catalog/Pages 2 0 R>>");
    object(2, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>");
    object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 200]>>");
    object(4, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>");
    const auto at = std::to_string(file.size());
    return file + table + "trailer<</Size 5/Root 1 0 R>>\nstartxref\n" + at + "\n%%EOF\n";
}

TEST_F(Kinds, APdfShowsThePageThatIsAsked) {
    if (!started()) return;
    const auto first = look(pdf_of_two(), {.name = "a.pdf"});
    EXPECT_EQ(first.outcome, Outcome::whole) << first.why;
    EXPECT_EQ(first.facts.pages, 2U);
    const auto upright = media::plain_jpeg_size(first.preview);
    const auto second = look(pdf_of_two(), {.name = "a.pdf", .page = 1});
    const auto lying = media::plain_jpeg_size(second.preview);
    ASSERT_TRUE(upright && lying) << second.why;
    EXPECT_LT(upright->width, upright->height);
    EXPECT_GT(lying->width, lying->height);
}

}  // namespace
}  // namespace keepsake::testing
