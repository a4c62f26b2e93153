#include <cstddef>
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

// ---- PDF

/// A document of these objects, numbered from 1; the first is the catalog.
std::string pdf(const std::vector<std::string>& objects) {
    std::string out = "%PDF-1.4\n";
    std::string places;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        auto place = std::to_string(out.size());
        places += std::string(10 - place.size(), '0') + place + " 00000 n \n";
        out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const auto count = std::to_string(objects.size() + 1);
    return out + "xref\n0 " + count + "\n0000000000 65535 f \n" + places + "trailer\n<</Size " +
           count + "/Root 1 0 R>>\nstartxref\n" + std::to_string(out.size()) + "\n%%EOF\n";
}

std::string stream(std::string_view dictionary, std::string_view body) {
    return "<<" + std::string(dictionary) + "/Length " + std::to_string(body.size()) +
           ">>stream\n" + std::string(body) + "\nendstream";
}

const std::string kCatalog = "<</Type/Catalog/Pages 2 0 R>>";
const std::string kPages = "<</Type/Pages/Kids[3 0 R]/Count 1>>";

std::string page(std::string_view resources, std::string_view box = "0 0 200 200") {
    return "<</Type/Page/Parent 2 0 R/MediaBox[" + std::string(box) +
           "]/Contents 4 0 R/Resources<<" + std::string(resources) + ">>>>";
}

void add_pdf(std::vector<Bomb>& bombs) {
    bombs.push_back(
        {"arrays.pdf", pdf({kCatalog, kPages, page(""), stream("", repeated("[", 500'000)),
                            repeated("[", 500'000)})});
    bombs.push_back({"dictionaries.pdf", pdf({repeated("<</Pages", 200'000)})});
    // A tree of pages that is its own branch.
    bombs.push_back({"kids.pdf", pdf({kCatalog,
                                      "<</Type/Pages/Parent 2 0 R/Kids[2 0 R 2 0 R]/Count "
                                      "2000000000>>"})});
    // Each form draws the next ten times: ten to the twelfth of squares.
    std::vector<std::string> forms = {kCatalog, kPages, page("/XObject<</F 5 0 R>>"),
                                      stream("", "/F Do")};
    for (int i = 0; i < 12; ++i)
        forms.push_back(
            stream("/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F " +
                       std::to_string(6 + i) + " 0 R>>>>",
                   repeated("/F Do ", 10)));
    forms.push_back(stream("/Type/XObject/Subtype/Form/BBox[0 0 200 200]", "0 0 9 9 re f"));
    bombs.push_back({"forms.pdf", pdf(forms)});
    bombs.push_back({"form-in-itself.pdf",
                     pdf({kCatalog, kPages, page("/XObject<</F 5 0 R>>"), stream("", "/F Do"),
                          stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F "
                                 "5 0 R>>>>",
                                 "/F Do /F Do")})});
    const auto gigabyte = deflated(1ULL << 30U, ' ');
    bombs.push_back({"content.pdf",
                     pdf({kCatalog, kPages, page(""), stream("/Filter/FlateDecode", gigabyte)})});
    bombs.push_back(
        {"picture.pdf",
         pdf({kCatalog, kPages, page("/XObject<</I 5 0 R>>"),
              stream("", "200 0 0 200 0 0 cm /I Do"),
              stream("/Type/XObject/Subtype/Image/Width 65535/Height 65535/BitsPerComponent "
                     "8/ColorSpace/DeviceRGB/Filter/FlateDecode",
                     gigabyte)})});
    bombs.push_back(
        {"page-size.pdf", pdf({kCatalog, kPages, page("", "0 0 1e30 1e30"), stream("", "")})});
    bombs.push_back(
        {"long-page.pdf", pdf({kCatalog, kPages, page("", "0 0 1 20000"), stream("", "")})});
    bombs.push_back(
        {"pages.pdf",
         pdf({kCatalog, "<</Type/Pages/Kids[" + repeated("3 0 R ", 100'000) + "]/Count 100000>>",
              page(""), stream("", "")})});
    bombs.push_back({"objects.pdf",
                     "%PDF-1.7\ntrailer<</Size 2147483647/Root 1 0 R/Prev 0>>\n"
                     "startxref\n9\n%%EOF\n"});
}

// ---- DICOM

std::string element(unsigned group, unsigned number, std::string_view kind, std::string body) {
    if (body.size() % 2 == 1) body += kind == "UI" ? '\0' : ' ';
    const bool is_long = kind == "OB" || kind == "OW" || kind == "SQ";
    return little(group, 2) + little(number, 2) + std::string(kind) +
           (is_long ? "\0\0"s + little(body.size(), 4) : little(body.size(), 2)) + body;
}

std::string dicom(std::string_view data) {
    const auto syntax = element(2, 0x10, "UI", "1.2.840.10008.1.2.1");
    return std::string(128, '\0') + "DICM" + element(2, 0, "UL", little(syntax.size(), 4)) +
           syntax + std::string(data);
}

std::string pixels_of(unsigned rows, unsigned columns, std::string_view frames) {
    return element(0x28, 2, "US", little(1, 2)) + element(0x28, 4, "CS", "MONOCHROME2") +
           element(0x28, 8, "IS", std::string(frames)) +
           element(0x28, 0x10, "US", little(rows, 2)) +
           element(0x28, 0x11, "US", little(columns, 2)) +
           element(0x28, 0x100, "US", little(8, 2)) + element(0x28, 0x101, "US", little(8, 2)) +
           element(0x28, 0x102, "US", little(7, 2)) + element(0x28, 0x103, "US", little(0, 2));
}

void add_dicom(std::vector<Bomb>& bombs) {
    const auto begins = little(0x7fe0, 2) + little(0x10, 2) + "OW\0\0"s;
    bombs.push_back({"long.dcm", dicom(pixels_of(65'535, 65'535, "2147483647") + begins +
                                       little(0xfffffffe, 4) + "pixels")});
    bombs.push_back({"large.dcm", dicom(pixels_of(65'535, 65'535, "1") +
                                        element(0x7fe0, 0x10, "OW", std::string(64, '\0')))});
    bombs.push_back({"frames.dcm", dicom(pixels_of(16, 16, "2147483647") +
                                         element(0x7fe0, 0x10, "OW", std::string(256, '\0')))});
    bombs.push_back(
        {"word.dcm", dicom(little(0x10, 2) + little(0x10, 2) + "PN" + "\xff\xff"s + "X")});
    // Sequences in sequences, none with an end.
    const auto deeper = little(0x08, 2) + little(0x1140, 2) + "SQ\0\0\xff\xff\xff\xff"s +
                        little(0xfffe, 2) + little(0xe000, 2) + "\xff\xff\xff\xff";
    bombs.push_back({"nested.dcm", dicom(repeated(deeper, 200'000))});
    bombs.push_back(
        {"fragments.dcm",
         dicom(pixels_of(512, 512, "1") + begins + "\xff\xff\xff\xff" +
               repeated(little(0xfffe, 2) + little(0xe000, 2) + little(0, 4), 200'000))});
}

// ---- films

void add_films(std::vector<Bomb>& bombs) {
    const auto brand = box("ftyp", "isom\0\0\2\0isommp42"s);
    bombs.push_back({"long-atom.mp4", brand + big(1, 4) + "moov" + big(0x7fffffffffffffff, 8)});
    bombs.push_back({"all-of-it.mp4", brand + big(0xffffffff, 4) + "moov" + std::string(64, '\0')});
    std::string nested;
    for (std::uint64_t i = 20'000; i > 0; --i)
        nested += big(8 * i, 4) + (i % 2 == 0 ? "moov" : "trak");
    bombs.push_back({"nested.mp4", brand + nested});
    const auto header =
        full_box("mvhd", big(0, 8) + big(1, 4) + big(0xffffffff, 4) + std::string(80, '\0'));
    const auto media_header =
        full_box("mdhd", big(0, 8) + big(1, 4) + big(0xffffffff, 4) + big(0, 4));
    const auto handler = full_box("hdlr", std::string(4, '\0') + "vide" + std::string(13, '\0'));
    const auto sample = box("avc1", std::string(6, '\0') + big(1, 2) + std::string(16, '\0') +
                                        big(65'535, 2) + big(65'535, 2) + std::string(50, '\0'));
    const auto film = [&](std::string_view tables) {
        const auto table = box("stbl", full_box("stsd", big(1, 4) + sample) + std::string(tables));
        return brand +
               box("moov",
                   header + box("trak", box("mdia", media_header + handler + box("minf", table))));
    };
    const auto most = big(0xffffffff, 4);
    bombs.push_back(
        {"samples.mp4",
         film(full_box("stsz", big(1, 4) + most) + full_box("stts", big(1, 4) + most + big(1, 4)) +
              full_box("stsc", big(1, 4) + big(1, 4) + most + big(1, 4)) +
              full_box("stco", big(1, 4) + big(0, 4)))});
    bombs.push_back(
        {"tables.mp4", film(full_box("stts", most) + full_box("ctts", most) +
                            full_box("stsc", most) + full_box("stsz", big(0, 4) + most) +
                            full_box("co64", most) + full_box("stss", most))});
    // Another file in the place of its pictures.
    const auto reference = full_box(
        "dref", big(1, 4) + full_box("url ", "file:///etc/passwd\0"s) + full_box("alis", ""));
    bombs.push_back(
        {"elsewhere.mov",
         box("ftyp", "qt  \0\0\2\0qt  "s) +
             box("moov",
                 header + box("trak", box("mdia", media_header + handler +
                                                      box("minf", box("dinf", reference)))))});
    bombs.push_back(
        {"list.mkv", "\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xfe"s + "\x42\x82\x88matroska" +
                         repeated("\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"s, 10'000)});
    bombs.push_back({"tags.mp3", "ID3\x04\0\0\x7f\x7f\x7f\x7f"s +
                                     repeated("APIC\x7f\x7f\x7f\x7f\0\0"s, 10'000)});
    bombs.push_back({"blocks.flac", "fLaC\0\0\0\x22"s + std::string(34, '\0') +
                                        repeated("\x06\xff\xff\xff"s, 100'000)});
    bombs.push_back({"size.wav",
                     "RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\xff\xff\1\0\0\0\1\0\0\0\1\0\x10\0"
                     "data\xff\xff\xff\xff"s});
}

// ---- drawings, text

std::string drawing(std::string_view before, std::string_view inside) {
    return "<?xml version=\"1.0\"?>\n" + std::string(before) +
           "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
           "xmlns:xi=\"http://www.w3.org/2001/XInclude\" width=\"64\" height=\"64\">" +
           std::string(inside) + "</svg>\n";
}

/// `levels` names, each of which stands for ten of the one before.
std::string laughs(int levels) {
    std::string out = "<!DOCTYPE svg [<!ENTITY a0 \"<rect width='1' height='1'/>\">\n";
    for (int i = 1; i <= levels; ++i)
        out += "<!ENTITY a" + std::to_string(i) + " \"" +
               repeated("&a" + std::to_string(i - 1) + ";", 10) + "\">\n";
    return out + "]>\n";
}

void add_drawings(std::vector<Bomb>& bombs) {
    bombs.push_back({"laughs.svg", drawing(laughs(9), "&a9;")});
    bombs.push_back({"quadratic.svg",
                     drawing("<!DOCTYPE svg [<!ENTITY a \"" + std::string(100'000, 'x') + "\">]>\n",
                             "<text>" + repeated("&a;", 50'000) + "</text>")});
    std::string uses = "<rect id=\"u0\" width=\"1\" height=\"1\"/>";
    for (int i = 1; i <= 12; ++i)
        uses += "<g id=\"u" + std::to_string(i) + "\">" +
                repeated("<use xlink:href=\"#u" + std::to_string(i - 1) + "\"/>", 10) + "</g>";
    bombs.push_back({"uses.svg", drawing("", uses)});
    bombs.push_back({"nested.svg", drawing("", repeated("<g>", 200'000))});
    bombs.push_back({"use-of-itself.svg", drawing("", "<g id=\"a\"><use xlink:href=\"#a\"/></g>")});
    bombs.push_back(
        {"pattern.svg", drawing("",
                                "<pattern id=\"p\" width=\"1e-9\" height=\"1e-9\"><rect "
                                "fill=\"url(#p)\" width=\"9\" height=\"9\"/></pattern><rect "
                                "width=\"64\" height=\"64\" fill=\"url(#p)\"/>")});
    bombs.push_back(
        {"filter.svg", drawing("",
                               "<filter id=\"f\"><feGaussianBlur stdDeviation=\"1e9\"/>"
                               "<feMorphology operator=\"dilate\" radius=\"1e6\"/><feTurbulence "
                               "numOctaves=\"2147483647\"/></filter><rect width=\"64\" "
                               "height=\"64\" filter=\"url(#f)\"/>")});
    auto huge = drawing("", "");
    huge.replace(huge.find("width=\"64\""), 10, "width=\"1e9\"");
    huge.replace(huge.find("height=\"64\""), 11, "height=\"1e9\"");
    bombs.push_back({"huge.svg", std::move(huge)});
    bombs.push_back({"side.json", repeated("[", 1'000'000)});
    bombs.push_back({"deep.xmp", "<?xpacket begin=\"\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">" +
                                     repeated("<rdf:RDF>", 200'000)});
    bombs.push_back({"words.md", repeated("> ", 2'000'000)});
}

}  // namespace

std::vector<Bomb> document_bombs() {
    std::vector<Bomb> bombs;
    add_pdf(bombs);
    add_dicom(bombs);
    add_films(bombs);
    add_drawings(bombs);
    return bombs;
}

std::vector<Bomb> drawings_that_refer_to(const std::string& target) {
    const std::string quoted = "\"" + target + "\"";
    const std::string covers = "width=\"64\" height=\"64\"";
    const std::string entity = "<!DOCTYPE svg [<!ENTITY e SYSTEM " + quoted + ">]>\n";
    const std::string parameter = "<!DOCTYPE svg [<!ENTITY % p SYSTEM " + quoted + "> %p;]>\n";
    const std::string outside = "<!DOCTYPE svg SYSTEM " + quoted + ">\n";
    const std::string sheet = "<?xml-stylesheet type=\"text/css\" href=" + quoted + "?>\n";
    return {{"image.svg", drawing("", "<image " + covers + " xlink:href=" + quoted + "/>")},
            {"image-2.svg", drawing("", "<image " + covers + " href=" + quoted + "/>")},
            {"use.svg", drawing("", "<use " + covers + " xlink:href=\"" + target + "#a\"/>")},
            {"fill.svg",
             drawing("", "<rect " + covers + " fill=\"url(" + target + "#a)\" opacity=\"0\"/>")},
            {"include.svg", drawing("", "<xi:include parse=\"text\" href=" + quoted + "/>")},
            {"sheet.svg", drawing(sheet, "")},
            {"style.svg", drawing("", "<style>@import url(" + quoted + ");</style>")},
            {"font.svg", drawing("", "<style>@font-face{font-family:f;src:url(" + quoted +
                                         ")}</style><text font-family=\"f\"></text>")},
            {"entity.svg", drawing(entity, "<text y=\"20\">&e;</text>")},
            {"parameter.svg", drawing(parameter, "")},
            {"outside.svg", drawing(outside, "")},
            {"page.svg", drawing("", "<foreignObject " + covers +
                                         "><iframe xmlns=\"http://www.w3.org/"
                                         "1999/xhtml\" src=" +
                                         quoted + "/></foreignObject>")}};
}

}  // namespace keepsake::testing
