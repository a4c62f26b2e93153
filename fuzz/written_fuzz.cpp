// What is written in corners of files: every format's own parsers, on bytes of anybody's.

#include <cstddef>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "media/kind.h"
#include "media/taken.h"
#include "media/written.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kWords[] = {"FOVb"sv,
                                       "SECdSECp"sv,
                                       "PROP"sv,
                                       "T\0I\0M\0E\0\0\0"sv,
                                       "PCD_IPI"sv,
                                       "Paint Shop Pro Image File\n\x1a"sv,
                                       "~BK\0"sv,
                                       "~FL\0"sv,
                                       "\x89LFP\r\n\x1a\n"sv,
                                       "8BIM\x04\x22"sv,
                                       "%!PS\n%BeginPhotoshop: 1\n% 3842494D"sv,
                                       "moov"sv,
                                       "mvhd"sv,
                                       "meta"sv,
                                       "ipcoipma"sv,
                                       "ispe"sv,
                                       "HEAPJPGM"sv,
                                       "\x0a\x08"sv,
                                       "\x0e\x18"sv,
                                       "http://ns.adobe.com/xmp/extension/\0"sv,
                                       "AXS!"sv,
                                       "PK\x01\x02"sv,
                                       "PK\x05\x06"sv,
                                       "docProps/core.xml"sv,
                                       "dcterms:created"sv,
                                       "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv,
                                       "\5\0S\0u\0m\0m\0a\0r\0y\0I\0n\0f\0o\0"sv,
                                       "MDPM"sv,
                                       "\x1f\x07\0\xbf"sv,
                                       "~\x10\4\xfe"
                                       "0MIE"sv,
                                       "2005:07:16 18:14:30"sv};

constexpr media::Format kFormats[] = {media::Format::jpeg,       media::Format::heif,
                                      media::Format::quicktime,  media::Format::mpeg_ts,
                                      media::Format::office,     media::Format::old_office,
                                      media::Format::postscript, media::Format::unknown};

void run(ByteView input) {
    for (const auto format : kFormats) {
        const auto written = media::read_written(input, format);
        for (const auto& taken : written.dates) require(media::is_valid(taken.at));
        require(written.blocks.size() <= media::kMostWrittenBlocks);
        for (const auto& block : written.blocks)
            require(!block.bytes.empty() && block.bytes.size() <= media::kLargestXmpBlock);
        require(written.camera.make.size() <= input.size());
    }
    if (const auto taken = media::date_of_broken_xmp(as_text(input)))
        require(media::is_valid(taken->at));
    if (const auto moment = media::moment_of_reconyx_note(input)) require(media::is_valid(*moment));
}

Seeds seeds() {
    Seeds seeds{
        seed("\0\0\0\x18moov\0\0\0\x10mvhd\0\0\0\0\xbf\x21\x0b\x4a"sv),
        seed("\0\0\0\0PK\x01\x02PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\x04\0\0\0\0\0"sv),
        seed("%!PS\n%ImageData: 100 67 1 1 0 13 7 \"beginimage\"\n%BeginPhotoshop: 12\n"
             "% 3842494D0404000000000001AA00\n%EndPhotoshop\n"sv),
        seed("\xff\xd8\xff\xec\0\x28OLYMPUS\r\n[picture info]\r\nTimeDate=90969\r\n\xff\xd9"sv),
        seed("id=ImageMagick\ncolumns=8  rows=8  \x0c"sv),
        seed("BEGIN:VCALENDAR\nCREATED:20120807T152746Z\n"sv)};
    constexpr std::size_t kLargest = 8UL << 10U;  // long ones take the time of many
    for (auto& file : corpus_files("photos/exiftool"))
        if (file.size() <= kLargest) seeds.push_back(std::move(file));
    return seeds;
}

}  // namespace

Target written_target() { return {.name = "written", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
