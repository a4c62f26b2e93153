#include "media/written.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "media/kind.h"
#include "media/taken.h"

namespace keepsake::media {
namespace {

using namespace std::string_literals;

std::string big(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i)
        text.push_back(static_cast<char>(value >> (8U * static_cast<unsigned>(i)) & 0xffU));
    return text;
}
std::string little(std::uint64_t value, int bytes) {
    const auto turned = big(value, bytes);
    return {turned.rbegin(), turned.rend()};
}
std::string zeros(std::size_t count) { return std::string(count, '\0'); }
/// `parts` at their places, nothing between them.
std::string placed(std::initializer_list<std::pair<std::size_t, std::string>> parts) {
    std::string bytes;
    for (const auto& [at, text] : parts) {
        if (bytes.size() < at + text.size()) bytes.resize(at + text.size());
        bytes.replace(at, text.size(), text);
    }
    return bytes;
}
std::string wide(std::string_view text) {
    std::string bytes;
    for (const char c : text) bytes += little(static_cast<unsigned char>(c), 2);
    return bytes + zeros(2);
}

Written of(const std::string& file, Format format = Format::unknown) {
    return read_written(as_bytes(file), format);
}
std::string date_of(const std::string& file, Format format = Format::unknown) {
    const auto written = of(file, format);
    return written.dates.empty() ? "" : to_text(written.dates[0].at);
}

// 2009-10-27T12:14:34Z in seconds since 1970, and as Windows counts.
constexpr std::uint64_t kSeconds = 1'256'645'674;
constexpr std::uint64_t kFiletime = (kSeconds + 11'644'473'600) * 10'000'000;

// ---- pictures

std::string sigma(std::string_view seconds) {
    const auto words = wide("TIME") + wide(seconds) + wide("CAMMANUF") + wide("SIGMA");
    const auto value_at = 5U;
    const auto name_at = value_at + seconds.size() + 1;
    const auto section = "SECp"s + zeros(4) + little(2, 4) + zeros(12) + little(0, 4) +
                         little(value_at, 4) + little(name_at, 4) + little(name_at + 9, 4) + words;
    const auto directory = 40 + section.size();
    return placed({{0, "FOVb"}, {28, little(2268, 4) + little(1512, 4)}, {40, section}}) + "SECd" +
           zeros(4) + little(1, 4) + little(40, 4) + little(section.size(), 4) + "PROP" +
           little(directory, 4);
}

TEST(Written, SigmaHoldsWordsAtItsEnd) {
    const auto written = of(sigma("1256645674"), Format::raw);
    ASSERT_EQ(written.dates.size(), 1U);
    EXPECT_EQ(to_text(written.dates[0].at), "2009-10-27T12:14:34");  // the camera knows no zone
    EXPECT_EQ(written.camera.make, "SIGMA");
    EXPECT_EQ(written.width, 2268U);
    EXPECT_EQ(written.height, 1512U);
    EXPECT_EQ(date_of(sigma("soon"), Format::raw), "");
}

TEST(Written, PhotoCdIsAsItIsTurned) {
    const auto file = placed({{0x800, "PCD_IPI"}, {0x80d, big(kSeconds, 4)}, {0xe02, "\x09"}});
    const auto written = of(file);
    EXPECT_EQ(date_of(file), "2009-10-27T12:14:34Z");
    EXPECT_EQ(written.turn, 8);
    EXPECT_EQ(written.width, 2048U);
    EXPECT_EQ(written.height, 3072U);
}

TEST(Written, PaintShopProTellsWhoMadeItAndWhen) {
    const auto field = [](unsigned key, const std::string& value) {
        return "~FL\0"s + little(key, 2) + little(value.size(), 4) + value;
    };
    const auto fields = field(0, "A garden") + field(1, little(kSeconds, 4)) + field(3, "Ana");
    const auto exif = field(3, "Exif\0\0II*\0"s);
    const auto block = [](unsigned id, const std::string& body) {
        return "~BK\0"s + little(id, 2) + little(body.size(), 4) + body;
    };
    const auto file = "Paint Shop Pro Image File\n\x1a"s + zeros(5) + little(10, 2) + zeros(2) +
                      block(0, little(46, 4) + little(8, 4) + little(9, 4)) + block(10, exif) +
                      block(1, fields);
    const auto written = of(file);
    EXPECT_EQ(date_of(file), "2009-10-27T12:14:34Z");
    EXPECT_EQ(written.title, "A garden");
    EXPECT_EQ(written.author, "Ana");
    EXPECT_EQ(written.height, 9U);
    ASSERT_EQ(written.blocks.size(), 1U);
    EXPECT_EQ(as_text(written.blocks[0].bytes), "II*\0"s);
}

TEST(Written, SmallHeadersOfCameras) {
    const auto lytro =
        of("\x89LFP\r\n\x1a\n{\n\"zuluTime\" : \"2012-04-12T14:10:55Z\",\n"
           "\"make\" : \"Lytro, Inc.\",\n\"width\" : 3280,\n\"height\" : 3280,\n}");
    EXPECT_EQ(to_text(lytro.dates.at(0).at), "2012-04-12T14:10:55Z");
    EXPECT_EQ(lytro.camera.make, "Lytro, Inc.");
    EXPECT_EQ(lytro.width, 3280U);
    const auto sony = placed({{8, big(124, 4)},
                              {0x16, big(640, 2) + big(480, 2)},
                              {0x4c, "\x62\x09\x01\x14\x13\x39"},
                              {124, "\xff\xd8\xff\xdb"}});
    EXPECT_EQ(date_of(sony), "1998-09-01T20:19:57");
    EXPECT_EQ(of(sony).camera.model, "DSC-F1");
    const auto kyocera = placed(
        {{0x0c, "LATIGID N"}, {0x19, "ARECOYK"}, {0x21, "03:41:81 61:70:5002"}, {0x34, zeros(4)}});
    EXPECT_EQ(date_of(kyocera, Format::raw), "2005-07-16T18:14:30");
    EXPECT_EQ(of(kyocera, Format::raw).camera.model, "N DIGITAL");
    const auto flir = placed({{0, "FPF Public Image Format\0"s},
                              {0x2c, little(160, 2) + little(120, 2)},
                              {0x248, little(2013, 4) + little(2, 4) + little(22, 4) +
                                          little(11, 4) + little(19, 4) + little(20, 4)}});
    EXPECT_EQ(date_of(flir), "2013-02-22T11:19:20");
    EXPECT_EQ(of(flir).width, 160U);
}

TEST(Written, SizesOfPicturesThatNothingOpens) {
    EXPECT_EQ(of("id=ImageMagick\ncolumns=8  rows=9  depth=8\x0c").height, 9U);
    EXPECT_EQ(of("gimp xcf file\0"s + big(8, 4) + big(9, 4)).height, 9U);
    const auto bpg = of("BPG\xfb\0\0\x81\0\x10\0\0II*\0"s);
    EXPECT_EQ(bpg.width, 128U);
    EXPECT_EQ(bpg.height, 16U);
    EXPECT_EQ(bpg.blocks.size(), 1U);
}

TEST(Written, MieHoldsNamesAndValues) {
    const auto element = [](const std::string& name, const std::string& value) {
        return "~\x20"s + big(name.size(), 1) + big(value.size(), 1) + name + value;
    };
    const auto file = "~\x10\x04\xfe"s + "0MIE" + zeros(4) + element("Make", "FUJIFILM") +
                      element("OriginalDate", "2001:05:19 18:36:41");
    EXPECT_EQ(of(file).camera.make, "FUJIFILM");
    EXPECT_EQ(date_of(file), "2001-05-19T18:36:41");
}

// ---- films and recordings

TEST(Written, DvTellsInItsPacks) {
    std::string file = "\x1f\x07\0\xbf"s + zeros(76);
    auto block = "\x56\x07\0"s + std::string(77, '\xff');
    block.replace(3, 10, "\x62\xff\x16\x02\x10\x63\x80\x28\x36\x21");
    file += block;
    EXPECT_EQ(date_of(file, Format::dv), "2010-02-16T21:36:28");
    file.replace(80 + 5, 1, "\xff");  // no day
    EXPECT_EQ(date_of(file, Format::dv), "");
}

TEST(Written, SmallFilesOfCamcorders) {
    const auto moi = "V6"s + big(320, 4) + big(2011, 2) + "\x05\x0f\x11\x3a"s + big(48'000, 2);
    EXPECT_EQ(date_of(placed({{0, moi}, {319, "x"}})), "2011-05-15T17:58:48");
    EXPECT_EQ(date_of(moi), "");  // it says how long it is
    const auto mxf = "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02"s + zeros(40) +
                     "\x44\x05\0\x08"s + big(2010, 2) + "\x0c\x14\0\x0e\x28\x38"s;
    EXPECT_EQ(date_of(mxf, Format::mxf), "2010-12-20T00:14:40");
    const auto real =
        ".RMF"s + zeros(20) + "Creation Date" + zeros(4) + big(17, 2) + "5/12/2004 9:54:03";
    EXPECT_EQ(date_of(real, Format::real_media), "2004-12-05T09:54:03");
    const auto red = "\0\0\0\0RED2"s + "\0\x0f\x10\0"s + "01:49:54:11" + "\0\x0c\x10\x23"s +
                     "20160118" + "\0\x0a\x10\x24"s + "213555" + "\0\x0c\x10\x71"s + "S-WEAPON";
    EXPECT_EQ(date_of(red), "2016-01-18T21:35:55");
    EXPECT_EQ(of(red).camera.model, "S-WEAPON");
    const auto dictated = placed({{0,
                                   "\x02"
                                   "dss"s},
                                  {12, "DS2300  "},
                                  {38, "051116135242"}});
    EXPECT_EQ(date_of(dictated), "2005-11-16T13:52:42");
    EXPECT_EQ(of(dictated).camera.model, "DS2300");
}

TEST(Written, WindowsMediaTellsWhenItWasMade) {
    const auto file = "\x30\x26\xb2\x75\x8e\x66\xcf\x11"s + zeros(22) +
                      "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"s +
                      zeros(32) + little(kFiletime, 8);
    EXPECT_EQ(date_of(file, Format::asf), "2009-10-27T12:14:34Z");
}

TEST(Written, MatroskaCountsFrom2001) {
    const auto file = "\x1a\x45\xdf\xa3"s + zeros(30) + "\x15\x49\xa9\x66\x8b"s + "\x44\x61\x88"s +
                      big((kSeconds - 978'307'200) * 1'000'000'000, 8);
    EXPECT_EQ(date_of(file, Format::matroska), "2009-10-27T12:14:34Z");
}

TEST(Written, CamerasRecordTheirNameInSound) {
    const auto chunk = [](const std::string& name, const std::string& value) {
        return name + little(value.size(), 4) + value;
    };
    const auto file = "RIFF"s + zeros(4) + "WAVE" +
                      chunk("LIST", "INFO" + chunk("ICRD", "2005-08-08\0\0"s)) +
                      chunk("LIST", "exif" + chunk("etim", "16:23:35\0\0"s) +
                                        chunk("ecor", "PENTAX Corporation") +
                                        chunk("emdl", "PENTAX Optio WP\0"s));
    EXPECT_EQ(date_of(file, Format::wav), "2005-08-08T16:23:35");
    EXPECT_EQ(of(file, Format::wav).camera.make, "PENTAX Corporation");
    EXPECT_EQ(of(file, Format::wav).camera.model, "PENTAX Optio WP");
}

TEST(Written, AvchdTellsBetweenItsPictures) {
    const auto notes = "\x17\xee\x8c\x60\xf8\x4d\x11\xd9\x8c\xd6\x08\0\x20\x0c\x9a\x66MDPM\x03"s +
                       "\x18\x02\x20\x08\x12\x19\x31\x23\x16\x24\xe0\x10\x11\x30\0"s;
    // Cut over two packets, with another stream's between them.
    const auto packet = [](unsigned stream, std::string part) {
        part.resize(184, '\xff');
        return zeros(4) + "\x47" + big(stream, 2) + "\x10" + part;
    };
    const auto file = packet(0, "") + packet(0x1011, std::string(164, 'a') + notes.substr(0, 20)) +
                      packet(0x1100, "") + packet(0x1011, notes.substr(20));
    const auto written = of(file, Format::mpeg_ts);
    EXPECT_EQ(date_of(file, Format::mpeg_ts), "2008-12-31T23:16:24+01:00");
    EXPECT_EQ(written.camera.make, "Canon");
}

TEST(Written, FilmsTellWhenAndByWhom) {
    const auto box = [](const std::string& name, const std::string& body) {
        return big(body.size() + 8, 4) + name + body;
    };
    const auto file = box("ftyp", "qt  ") +
                      box("moov", box("mvhd", zeros(4) + big(kSeconds + 2'082'844'800, 4)) +
                                      box("udta", box("TAGS", "PENTAX DIGITAL CAMERA\0\0\0"s)));
    EXPECT_EQ(date_of(file, Format::quicktime), "2009-10-27T12:14:34Z");
    EXPECT_EQ(of(file, Format::quicktime).camera.make, "PENTAX DIGITAL CAMERA");
    const auto unset = box("moov", box("mvhd", zeros(8)));
    EXPECT_EQ(date_of(unset, Format::quicktime), "");
}

TEST(Written, AHeifThatIsCutShortHasItsSize) {
    const auto box = [](const std::string& name, const std::string& body) {
        return big(body.size() + 8, 4) + name + body;
    };
    const auto size = [&](unsigned width, unsigned height) {
        return box("ispe", zeros(4) + big(width, 4) + big(height, 4));
    };
    const auto associations =
        "\0\0\0\0"s + big(2, 4) + big(1, 2) + "\x01\x01" + big(2, 2) + "\x02\x82\x03";
    const auto file =
        box("ftyp", "heic") +
        box("meta",
            zeros(4) + box("pitm", zeros(4) + big(2, 2)) +
                box("iprp", box("ipco", size(160, 120) + size(4032, 3024) + box("irot", "\x03")) +
                                box("ipma", associations))) +
        big(1'000'000, 4) + "mdat";
    EXPECT_EQ(of(file, Format::heif).width, 3024U);
    EXPECT_EQ(of(file, Format::heif).height, 4032U);
}

TEST(Written, ASequenceOfPicturesIsCounted) {
    const auto box = [](const std::string& name, const std::string& body) {
        return big(body.size() + 8, 4) + name + body;
    };
    const auto film = [&](unsigned frames) {
        const auto sizes = box("stsz", zeros(8) + big(frames, 4));
        return box("ftyp", "msf1") +
               box("moov", box("trak", box("mdia", box("minf", box("stbl", sizes)))));
    };
    EXPECT_EQ(of(film(4), Format::heif).frames, 4U);
    EXPECT_EQ(of(film(1), Format::heif).frames, 0U);
}

// ---- JPEG

std::string segment(std::string_view marker, const std::string& body) {
    return "\xff" + std::string(marker) + big(body.size() + 2, 2) + body;
}

TEST(Written, OldCamerasHaveSegmentsOfTheirOwn) {
    const auto casio = placed({{0, "QVCI"}, {0x4d, "1998.10.24.12.08.57\0"s}});
    EXPECT_EQ(date_of("\xff\xd8" + segment("\xe1", casio), Format::jpeg), "1998-10-24T12:08:57");
    const auto olympus = "OLYMPUS\r\n[picture info]\r\nTimeDate=1256645674\r\n"s;
    EXPECT_EQ(date_of("\xff\xd8" + segment("\xec", olympus), Format::jpeg), "2009-10-27T12:14:34");
}

TEST(Written, CanonHadHeapsBeforeExif) {
    const auto entry = [](unsigned tag, std::size_t size, std::size_t at) {
        return little(tag, 2) + little(size, 4) + little(at, 4);
    };
    const auto names = "Canon\0Canon PowerShot A5\0"s;
    const auto inner =
        names + little(1, 2) + entry(0x080a, names.size(), 0) + little(names.size(), 4);
    const auto heap = little(kSeconds, 4) + inner + little(2, 2) + entry(0x180e, 4, 0) +
                      entry(0x2807, inner.size(), 4) + little(4 + inner.size(), 4);
    const auto file =
        "\xff\xd8" + segment("\xe0", "II"s + little(26, 4) + "HEAPJPGM" + zeros(12) + heap);
    EXPECT_EQ(date_of(file, Format::jpeg), "2009-10-27T12:14:34");
    EXPECT_EQ(of(file, Format::jpeg).camera.make, "Canon");
    EXPECT_EQ(of(file, Format::jpeg).camera.model, "Canon PowerShot A5");
}

TEST(Written, LongXmpIsPutTogether) {
    const auto piece = [](unsigned at, const std::string& part) {
        return segment("\xe1", "http://ns.adobe.com/xmp/extension/\0"s + std::string(32, 'A') +
                                   big(10, 4) + big(at, 4) + part);
    };
    const auto file = "\xff\xd8" + piece(6, "ghij") + piece(0, "abcdef");
    const auto written = of(file, Format::jpeg);
    ASSERT_EQ(written.blocks.size(), 1U);
    EXPECT_EQ(as_text(written.blocks[0].bytes), "abcdefghij");
    EXPECT_TRUE(of("\xff\xd8" + piece(6, "ghij"), Format::jpeg).blocks.empty());
}

TEST(Written, WordsBehindThePictureAreListed) {
    const auto picture = "\xff\xd8\xff\xd9"s;
    const auto list = "AXS!"s + big(1, 2) + big(1, 2) + zeros(4) + "IPTC" + big(3, 4) + big(28, 4);
    const auto written = of(picture + list + "abc" + "AXS!" + big(4, 4) + zeros(4), Format::jpeg);
    ASSERT_EQ(written.blocks.size(), 1U);
    EXPECT_EQ(written.blocks[0].kind, WrittenBlock::Kind::iptc);
    EXPECT_EQ(as_text(written.blocks[0].bytes), "abc");
}

TEST(Written, ReconyxWritesTheDateIntoItsNote) {
    std::string note = little(0xf101, 2) + zeros(20);
    for (const unsigned number : {1U, 2U, 10U, 3U, 16U, 2020U}) note += little(number, 2);
    const auto moment = moment_of_reconyx_note(as_bytes(note));
    ASSERT_TRUE(moment);
    EXPECT_EQ(to_text(*moment), "2020-03-16T10:02:01");
    EXPECT_FALSE(moment_of_reconyx_note(as_bytes(note.substr(0, 30))));
}

// ---- documents

TEST(Written, DocumentsTellWhenTheyWereMade) {
    EXPECT_EQ(date_of("BEGIN:VCALENDAR\r\nCREATED:20120807T152746Z\r\n", Format::plain_text),
              "2012-08-07T15:27:46Z");
    EXPECT_EQ(date_of("d8:announce1:a13:creation datei1256645674ee"), "2009-10-27T12:14:34Z");
    EXPECT_EQ(date_of("L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46"s + zeros(8) +
                      little(kFiletime, 8)),
              "2009-10-27T12:14:34Z");
    EXPECT_EQ(date_of("!<arch>\n#1/20           1256645674  501"), "2009-10-27T12:14:34Z");
    EXPECT_EQ(date_of(placed({{36, big(kSeconds, 4)}, {60, "BOOKMOBI"}})), "2009-10-27T12:14:34Z");
    EXPECT_EQ(date_of("<html><o:Created>2010-06-28T23:52:00Z</o:Created>", Format::html),
              "2010-06-28T23:52:00Z");
    const auto xml =
        "<?xml?><rdf:RDF xmlns:IFD0='http://ns.exiftool.org/'><IFD0:Make "
        "et:id='271'>NIKON</IFD0:Make><ExifIFD:DateTimeOriginal>2001:08:01 12:57:23"
        "</ExifIFD:DateTimeOriginal>";
    EXPECT_EQ(date_of(xml, Format::xmp), "2001-08-01T12:57:23");
    EXPECT_EQ(of(xml, Format::xmp).camera.make, "NIKON");
}

TEST(Written, PostScriptHoldsPhotoshopsResources) {
    const auto written =
        of("%!PS-Adobe\n%ImageData: 100 67 1 1 0 13 7 \"beginimage\"\n"
           "%BeginPhotoshop: 15\n% 3842494D0404 0000\r\n% 00000003616263 00\n"
           "%EndPhotoshop\n",
           Format::postscript);
    EXPECT_EQ(written.width, 100U);
    EXPECT_EQ(written.height, 67U);
    ASSERT_EQ(written.blocks.size(), 1U);
    EXPECT_EQ(written.blocks[0].kind, WrittenBlock::Kind::iptc);
    EXPECT_EQ(as_text(written.blocks[0].bytes), "abc");
}

TEST(Written, OfficeFilesAreSummedUpInOnePart) {
    const auto name = "docProps/core.xml"s;
    const auto xml =
        "<dcterms:created xsi:type=\"W3\">2009-10-24T01:41:00Z</dcterms:created>"
        "<dc:title>Letter</dc:title>"s;
    const auto local = "PK\x03\x04"s + zeros(22) + little(name.size(), 2) + zeros(2) + name + xml;
    const auto list = "PK\x01\x02"s + zeros(16) + little(xml.size(), 4) + zeros(4) +
                      little(name.size(), 2) + zeros(16) + name;
    const auto file = local + list + "PK\x05\x06" + zeros(6) + little(1, 2) + zeros(4) +
                      little(local.size(), 4) + zeros(2);
    EXPECT_EQ(date_of(file, Format::office), "2009-10-24T01:41:00Z");
    EXPECT_EQ(of(file, Format::office).title, "Letter");
}

/// Four sectors: the table, the directory, and the summary in two of them that are no neighbours.
std::string compound(std::uint32_t after_summary) {
    const auto entry = [](std::string_view name, std::uint32_t first, std::uint32_t size) {
        return placed(
            {{0, wide(name)}, {116, little(first, 4) + little(size, 4)}, {124, zeros(4)}});
    };
    const auto set = "\xfe\xff"s + zeros(42) + little(48, 4) + little(0, 4) + little(2, 4) +
                     little(4, 4) + little(24, 4) + little(12, 4) + little(500, 4) + little(30, 4) +
                     little(3, 4) + "Ana" + zeros(1);
    const auto summary =
        placed({{0, set}, {548, little(64, 4) + little(kFiletime, 8)}, {1023, "\0"s}});
    const auto end = std::uint32_t{0xfffffffe};
    const auto table =
        little(end, 4) + little(end, 4) + little(4, 4) + little(end, 4) + little(after_summary, 4);
    return placed({{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
                   {30, little(9, 2) + little(6, 2)},
                   {48, little(1, 4)},
                   {60, little(end, 4)},
                   {68, little(end, 4)},
                   {76, little(0, 4)},
                   {512, table},
                   {1024, entry("Root Entry", end, 0) + entry("\5SummaryInformation", 2, 4096)},
                   {1536, summary.substr(0, 512)},
                   {2560, summary.substr(512)}});
}

TEST(Written, OldOfficeFilesAreFileSystems) {
    const auto file = compound(0xfffffffe);
    EXPECT_EQ(date_of(file, Format::old_office), "2009-10-27T12:14:34Z");
    EXPECT_EQ(of(file, Format::old_office).author, "Ana");
    // A chain that bites its own tail ends where a stream is too long.
    EXPECT_EQ(date_of(compound(2), Format::old_office), "2009-10-27T12:14:34Z");
}

TEST(Written, XmpThatNobodyReadsHasItsDate) {
    const auto element =
        date_of_broken_xmp("<a><xap:CreateDate>2010-10-18T14:59:13Z</xap:CreateDate>");
    ASSERT_TRUE(element);
    EXPECT_EQ(to_text(element->at), "2010-10-18T14:59:13Z");
    const auto attribute =
        date_of_broken_xmp("<a exif:DateTimeOriginal=\"2010-10-18T14:59\" xmp:CreateDate=\"2011\"");
    ASSERT_TRUE(attribute);
    EXPECT_EQ(attribute->source, TakenSource::original);
    EXPECT_FALSE(date_of_broken_xmp("<xmp:CreateDate>soon</xmp:CreateDate>"));
}

// ---- whatever comes

TEST(Written, NothingIsFoundInNothing) {
    for (auto format = Format::jpeg; format <= Format::unknown;
         format = static_cast<Format>(static_cast<int>(format) + 1)) {
        EXPECT_TRUE(of("", format).dates.empty());
        EXPECT_TRUE(of("a", format).blocks.empty());
    }
}

}  // namespace
}  // namespace keepsake::media
