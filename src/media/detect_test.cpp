#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "media/kind.h"

namespace keepsake::media {
namespace {

using std::string_literals::operator""s;

Format of(const std::string& bytes, std::string_view name = "") {
    return detect(as_bytes(bytes), bytes.size(), name);
}

/// A TIFF with one directory of the given entries (tag, type, value), then `more`.
struct Entry {
    std::uint16_t tag;
    std::uint16_t type;
    std::uint32_t value;
};
void put(std::string& to, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8U) to.push_back(static_cast<char>(value & 0xffU));
}
std::string tiff(std::initializer_list<Entry> entries, std::string_view more = "") {
    std::string bytes = "II*\0"s;
    put(bytes, 8, 4);
    put(bytes, static_cast<std::uint32_t>(entries.size()), 2);
    for (const auto& entry : entries) {
        put(bytes, entry.tag, 2);
        put(bytes, entry.type, 2);
        put(bytes, entry.tag == 271 ? 8 : 1, 4);
        put(bytes, entry.value, 4);
    }
    put(bytes, 0, 4);
    return bytes + std::string(more);
}

TEST(Detect, RawIsToldFromTiffByItsDirectories) {
    EXPECT_EQ(of(tiff({{256, 3, 10}, {262, 3, 2}})), Format::tiff);
    EXPECT_EQ(of(tiff({{256, 3, 10}, {50706, 1, 1}})), Format::raw);  // DNG
    EXPECT_EQ(of(tiff({{262, 3, 32803}})), Format::raw);              // a sensor's pixels
    EXPECT_EQ(of(tiff({{259, 3, 34713}})), Format::raw);              // Nikon's compression
    EXPECT_EQ(of("II*\0\x10\0\0\0CR\2\0"s), Format::raw);             // CR2
    EXPECT_EQ(of("IIU\0\x18\0\0\0"s), Format::raw);                   // Panasonic
    EXPECT_EQ(of("II*\0\xff\xff\xff\xff"s), Format::tiff);            // a directory outside
}

TEST(Detect, TheReducedPictureOnTopOfASubDirectoryIsAMakersRaw) {
    const Entry reduced{254, 4, 1};
    const Entry below{330, 4, 9999};
    const std::uint32_t after = 8 + 2 + 3 * 12 + 4;
    EXPECT_EQ(of(tiff({reduced, {271, 2, after}, below}, "NIKON\0\0\0"s)), Format::raw);
    EXPECT_EQ(of(tiff({reduced, {271, 2, after}, below}, "Scanner\0"s)), Format::tiff);
}

TEST(Detect, IsoMediaByItsBrands) {
    const auto ftyp = [](const std::string& brands) {
        std::string bytes = "\0\0\0"s;
        bytes.push_back(static_cast<char>(8 + brands.size()));
        return bytes + "ftyp" + brands;
    };
    EXPECT_EQ(of(ftyp("heic\0\0\0\0mif1heic"s)), Format::heif);
    EXPECT_EQ(of(ftyp("mif1\0\0\0\0mif1avif"s)), Format::avif);
    EXPECT_EQ(of(ftyp("crx \0\0\0\0crx isom"s)), Format::raw);
    EXPECT_EQ(of(ftyp("qt  \0\0\0\0qt  "s)), Format::quicktime);
    EXPECT_EQ(of(ftyp("isom\0\0\0\0mp41"s)), Format::mp4);
    EXPECT_EQ(of("\0\0\0\x08wide\0\0\0\0mdat"s), Format::quicktime);
}

TEST(Detect, TextsByWhatTheySay) {
    EXPECT_EQ(of("Dear Ana,\nit rained."), Format::plain_text);
    EXPECT_EQ(of("# June\n", "june.md"), Format::markdown);
    EXPECT_EQ(of("Gr\xfc\xdf"
                 "e aus \xd6sterreich, es regnet"),
              Format::plain_text);
    EXPECT_EQ(of("\xff\xfeH\0i\0"s), Format::plain_text);
    EXPECT_EQ(of("<?xml version=\"1.0\"?><!-- a --><svg xmlns=\"\"/>"), Format::svg);
    EXPECT_EQ(of("<!DOCTYPE svg [<!ENTITY a \"b\">]><s:svg/>"), Format::svg);
    EXPECT_EQ(of("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"), Format::xmp);
    EXPECT_EQ(of("<!doctype HTML><p>"), Format::html);
    EXPECT_EQ(of(R"({"title":"a.jpg","photoTakenTime":{}})"), Format::takeout_json);
    EXPECT_EQ(of("a\0b"s), Format::unknown);
}

TEST(Detect, SoundNeedsMoreThanElevenBits) {
    EXPECT_EQ(of("\xff\xfb\x90\x44"s + std::string(413, '\0') + "\xff\xfb\x90\x44"), Format::mp3);
    EXPECT_EQ(of("\xff\xfb\x90\x44"s + std::string(600, '\1')), Format::unknown);
    EXPECT_EQ(of("ID3\3\0\0\0\0\0\1\0fLaC"s), Format::flac);
}

TEST(Detect, CamcordersAndOldPictures) {
    EXPECT_EQ(of("\x1f\x07\0\x3f"s), Format::dv);
    EXPECT_EQ(of("\x1f\x07\0\xbf"s), Format::dv);
    EXPECT_EQ(of("\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\0"s), Format::mxf);
    EXPECT_EQ(of(".RMF\0\0\0\x12"s), Format::real_media);
    EXPECT_EQ(of(std::string(0x800, '\xff') + "PCD_IPI"), Format::photo_cd);
    EXPECT_EQ(of("gimp xcf file\0"s), Format::gimp);
    EXPECT_EQ(of("Paint Shop Pro Image File\n\x1a\0"s), Format::paint_shop_pro);
    EXPECT_EQ(of("AT&TFORM\0\0\0\x10"s), Format::djvu);
}

TEST(Detect, WhatIsWrittenInItCountsAndNotTheName) {
    EXPECT_EQ(of("\xff\xd8\xff\xe0", "film.mov"), Format::jpeg);
    EXPECT_EQ(of("", "a.jpg"), Format::empty);
    EXPECT_EQ(of(std::string(128, '\0') + "DICM", "IM0001"), Format::dicom);
    EXPECT_EQ(of("\x01\x02\x03\x04", "kodak.raw"), Format::raw);
    EXPECT_EQ(of("\x01\x02\x03\x04", "a.jpg"), Format::unknown);
}

TEST(Detect, EveryBeginningOfAFileIsAnswered) {
    const auto whole = tiff({{254, 4, 1}, {271, 2, 60}, {330, 4, 9999}}, "NIKON\0\0\0"s);
    for (std::size_t size = 0; size <= whole.size(); ++size)
        EXPECT_NE(name_of(of(whole.substr(0, size))), "");
}

}  // namespace
}  // namespace keepsake::media
