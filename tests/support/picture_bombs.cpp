#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/bomb_parts.h"
#include "support/bombs.h"

namespace keepsake::testing {
namespace {

using namespace std::string_literals;

// ---- PNG

std::string chunk(std::string_view type, std::string_view body) {
    const auto typed = std::string(type) + std::string(body);
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(typed.data()), static_cast<uInt>(typed.size()));
    return big(body.size(), 4) + typed + big(sum, 4);
}

std::string png(std::uint32_t width, std::uint32_t height, int bits, int colours,
                std::string_view between, std::string_view pixels) {
    return "\x89PNG\r\n\x1a\n"s +
           chunk("IHDR", big(width, 4) + big(height, 4) + big(static_cast<unsigned>(bits), 1) +
                             big(static_cast<unsigned>(colours), 1) + "\0\0\0"s) +
           std::string(between) + chunk("IDAT", pixels) + chunk("IEND", "");
}

void add_png(std::vector<Bomb>& bombs) {
    constexpr std::uint64_t kGigabyte = 1ULL << 30U;
    // Whole, and true to its word: half a gigabyte of black.
    bombs.push_back({"black.png", png(65'535, 65'535, 1, 0, "", deflated(65'535ULL * 8'193, 0))});
    bombs.push_back({"claims.png", png(65'535, 65'535, 16, 6, "", deflated(100, 0))});
    bombs.push_back({"most.png", png(0x7fffffff, 0x7fffffff, 8, 2, "", deflated(100, 0))});
    const auto pixel = deflated(4, 0);
    const auto gigabyte = deflated(kGigabyte, 'A');
    std::string text;
    for (int i = 0; i < 4; ++i) text += chunk("zTXt", "Comment\0\0"s + gigabyte);
    bombs.push_back({"text.png", png(1, 1, 8, 2, text, pixel)});
    bombs.push_back({"profile.png", png(1, 1, 8, 2, chunk("iCCP", "icc\0\0"s + gigabyte), pixel)});
    bombs.push_back(
        {"xmp.png",
         png(1, 1, 8, 2, chunk("iTXt", "XML:com.adobe.xmp\0\1\0\0\0"s + gigabyte), pixel)});
    bombs.push_back({"many-chunks.png",
                     png(1, 1, 8, 2, repeated(chunk("tEXt", "Comment\0x"s), 200'000), pixel)});
}

// ---- WebP

std::string webp(std::string_view chunks) {
    return "RIFF" + little(chunks.size() + 4, 4) + "WEBP" + std::string(chunks);
}

std::string riff(std::string_view type, std::string_view body) {
    return std::string(type) + little(body.size(), 4) + std::string(body) +
           (body.size() % 2 == 0 ? "" : "\0"s);
}

void add_webp(std::vector<Bomb>& bombs) {
    // 14 bits of width, 14 of height, no alpha, version 0; then nothing that could fill them.
    const auto largest = "\x2f"s + little((1U << 28U) - 1, 4) + std::string(64, '\0');
    const auto canvas = "\x02\0\0\0"s + little(65'534, 3) + little(65'534, 3);
    bombs.push_back({"lossless.webp", webp(riff("VP8L", largest))});
    bombs.push_back({"canvas.webp", webp(riff("VP8X", canvas) + riff("VP8L", largest))});
    const auto frame = riff("ANMF", little(0, 6) + little(65'534, 3) + little(65'534, 3) +
                                        little(10, 4) + riff("VP8L", largest));
    bombs.push_back({"frames.webp", webp(riff("VP8X", canvas) + riff("ANIM", std::string(6, '\0')) +
                                         repeated(frame, 10'000))});
    auto lying = webp(riff("VP8L", largest));
    lying.replace(4, 4, "\xff\xff\xff\xff");
    lying.replace(16, 4, "\xf0\xff\xff\xff");
    bombs.push_back({"lying.webp", std::move(lying)});
}

// ---- GIF

void add_gif(std::vector<Bomb>& bombs) {
    const auto head = "GIF89a"s + little(1, 2) + little(1, 2) + "\x80\0\0\0\0\0\xff\xff\xff"s;
    const auto forever = "\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"s;
    const auto frame = "\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"s;
    bombs.push_back({"endless.gif", head + forever + repeated(frame, 400'000)});
    auto large = head + forever + repeated(frame, 1'000) + ";";
    large.replace(6, 4, "\xff\xff\xff\xff");
    bombs.push_back({"large.gif", std::move(large)});
    // Words that begin again and never end.
    const auto image = "\x2c\0\0\0\0\xff\xff\xff\xff\0\x02"s;
    auto words = head + image + repeated("\xff" + std::string(255, '\x24'), 30'000);
    words.replace(6, 4, "\xff\xff\xff\xff");
    bombs.push_back({"words.gif", std::move(words)});
}

// ---- TIFF

std::string entry(unsigned tag, unsigned type, std::uint32_t count, std::uint32_t value) {
    return little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4);
}

/// The entries in a directory at byte 8 that is followed by the one at `next`.
std::string tiff(const std::vector<std::string>& entries, std::uint32_t next) {
    std::string out = "II*\0"s + little(8, 4) + little(entries.size(), 2);
    for (const auto& one : entries) out += one;
    return out + little(next, 4);
}

std::vector<std::string> directory(std::uint32_t width, std::uint32_t height) {
    return {entry(256, 4, 1, width), entry(257, 4, 1, height), entry(258, 3, 1, 8),
            entry(259, 3, 1, 1),     entry(262, 3, 1, 1),      entry(273, 4, 1, 8),
            entry(277, 3, 1, 1),     entry(278, 4, 1, height), entry(279, 4, 1, width)};
}

void add_tiff(std::vector<Bomb>& bombs) {
    bombs.push_back({"loop.tif", tiff(directory(4, 4), 8)});
    auto inside = directory(4, 4);
    for (const unsigned tag : {330U, 34'665U, 34'853U, 40'965U})
        inside.push_back(entry(tag, 4, 1, 8));
    bombs.push_back({"inside-itself.tif", tiff(inside, 8)});
    bombs.push_back({"large.tif", tiff(directory(0xffffffff, 0xffffffff), 0)});
    auto strips = directory(65'535, 65'535);
    strips[5] = entry(273, 4, 0xffffffff, 8);
    strips[7] = entry(278, 4, 1, 1);
    strips[8] = entry(279, 4, 0xffffffff, 8);
    bombs.push_back({"strips.tif", tiff(strips, 0)});
    auto tiles = directory(0x7fffffff, 0x7fffffff);
    tiles.push_back(entry(322, 4, 1, 16));
    tiles.push_back(entry(323, 4, 1, 16));
    tiles.push_back(entry(324, 4, 0x7fffffff, 8));
    tiles.push_back(entry(325, 4, 0x7fffffff, 8));
    bombs.push_back({"tiles.tif", tiff(tiles, 0)});
    // 60,000 directories, each of which names the next.
    std::string chain = "II*\0"s + little(8, 4);
    for (std::uint32_t i = 0; i < 60'000; ++i)
        chain += little(1, 2) + entry(256, 4, 1, 4) + little(8 + 18ULL * (i + 1), 4);
    bombs.push_back({"chain.tif", std::move(chain)});
}

// ---- JPEG, HEIF, JPEG XL

void add_others(std::vector<Bomb>& bombs) {
    const auto frame = "\xff\xc2\0\x11\x08\xff\xdc\xff\xdc\x03\x01\x22\0\x02\x11\0\x03\x11\0"s;
    const auto scan = "\xff\xda\0\x08\x01\x01\0\0\0\x01\x7f"s;
    const auto table = "\xff\xc4\0\x14\0\x01"s + std::string(15, '\0') + "\0"s;
    bombs.push_back(
        {"scans.jpg", "\xff\xd8"s + frame + table + repeated(scan, 100'000) + "\xff\xd9"});
    const auto brand = box("ftyp", "heic"s + std::string(4, '\0') + "mif1heic");
    const auto handler = full_box("hdlr", std::string(4, '\0') + "pict" + std::string(13, '\0'));
    const auto item = box("infe", "\x02\0\0\0\0\1\0\0grid\0"s);
    std::string tiles = big(1, 2) + big(65'535, 2);
    for (unsigned i = 0; i < 65'535; ++i) tiles += big(1, 2);
    const auto size = full_box("ispe", big(65'535, 4) + big(65'535, 4));
    const auto properties =
        box("iprp", box("ipco", size) + full_box("ipma", big(1, 4) + "\0\1\1\1"s));
    const auto place =
        full_box("iloc", "\x44\x40\0\1\0\1\0\0\0\0\0\0\0\1"s + big(0, 4) + big(0xfffffff0, 4));
    const auto grid = box("idat", "\0\1\xff\xff"s + big(65'535, 4) + big(65'535, 4));
    bombs.push_back(
        {"grid.heic", brand + full_box("meta", handler + full_box("pitm", big(1, 2)) +
                                                   full_box("iinf", big(1, 2) + item) +
                                                   full_box("iref", box("dimg", tiles)) +
                                                   properties + place + grid)});
    auto lying = brand + full_box("meta", handler + full_box("pitm", big(1, 2)));
    lying.replace(brand.size(), 4, big(0xfffffff0, 4));
    bombs.push_back({"lying.heic", std::move(lying)});
    auto avif = brand + full_box("meta", handler + properties + place);
    avif.replace(8, 4, "avif");
    bombs.push_back({"lying.avif", std::move(avif)});
    // Height by 30 bits, all of them set; as wide as high; the rest as it comes.
    const auto stream = "\xff\x0a\xfe\xff\xff\xff\x03"s + std::string(200, '\x55');
    bombs.push_back({"stream.jxl", stream});
    const auto container = "\0\0\0\x0cJXL \r\n\x87\n"s + box("ftyp", "jxl \0\0\0\0jxl "s);
    bombs.push_back({"lying.jxl", container + big(0xfffffff0, 4) + "jxlc" + stream});
    bombs.push_back({"parts.jxl", container + repeated(box("jxlp", big(0, 4)), 200'000)});
}

}  // namespace

std::vector<Bomb> picture_bombs() {
    std::vector<Bomb> bombs;
    add_png(bombs);
    add_webp(bombs);
    add_gif(bombs);
    add_tiff(bombs);
    add_others(bombs);
    return bombs;
}

}  // namespace keepsake::testing
