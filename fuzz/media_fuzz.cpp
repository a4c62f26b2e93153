// What a file is, and what readers say of it: bytes of anybody's, and of a reader that was taken
// over.

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "media/embedded_film.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/preview_check.h"
#include "media/protocol.h"
#include "media/taken.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kWords[] = {"II*\0\x08\0\0\0"sv,
                                       "MM\0*"sv,
                                       "ftyp"sv,
                                       "moov"sv,
                                       "mdat"sv,
                                       "\xff\xd8\xff"sv,
                                       "\xff\xda"sv,
                                       "\xff\xd9"sv,
                                       "<svg"sv,
                                       "<!DOCTYPE"sv,
                                       "]>"sv,
                                       "\"photoTakenTime\""sv,
                                       "\"taken\":{\"at\":\""sv,
                                       "2020:09:12 17:03:00"sv,
                                       "+02:00"sv,
                                       "IMG_20200912_170300"sv,
                                       "Apple iOS\0\0\1MM"sv,
                                       "KR\x12\0"sv,
                                       "\"people\":[{\"name\":\""sv,
                                       "\"face\":[0.5,0.5,0.1,0.1]"sv};

void require_facts(std::string_view text) {
    const auto facts = media::facts_from_json(text);
    if (!facts) return;
    // What was read once is written and read the same from then on.
    const auto json = media::to_json(*facts);
    require(json.size() <= media::kLargestFactsBytes && is_utf8(json));
    const auto again = media::facts_from_json(json);
    require(again.has_value() && media::to_json(*again) == json);
}

void require_dates(std::string_view text) {
    if (const auto moment = media::moment_from_text(text))
        require(media::to_text(*moment) == text || text.contains('.'));
    for (const auto& moment : {media::moment_from_file(text), media::moment_from_text(text)}) {
        if (!moment) continue;
        require(media::is_valid(*moment));
        const auto written = media::to_text(*moment);
        require(written.size() <= 40 && media::moment_from_text(written).has_value());
    }
    if (const auto taken = media::taken_from_name(text)) require(media::is_valid(taken->at));
}

void run(ByteView input) {
    const auto text = as_text(input);
    const auto format = media::detect(input, input.size(), text.substr(0, 20));
    require(media::format_from_name(media::name_of(format)) == format);
    if (const auto film = media::find_embedded_film(input))
        require(film->size_bytes > 0 && film->offset_bytes > 0 &&
                film->size_bytes <= input.size() - film->offset_bytes);
    static_cast<void>(media::live_id_of_maker_note(input));
    if (const auto size = media::plain_jpeg_size(input))
        require(size->width > 0 && size->height > 0);
    require_facts(text);
    require_dates(text.substr(0, 64));
    if (const auto header = media::header_from_bytes(input))
        require(to_bytes(*header) == Bytes(input.begin(), input.end()));
    if (const auto look = media::look_from_bytes(input))
        require(to_bytes(*look) == Bytes(input.begin(), input.end()));
    static_cast<void>(media::done_from_bytes(input));
    static_cast<void>(media::need_from_bytes(input));
}

Seeds seeds() {
    media::LookBody look;
    look.question.name = "IMG_20200912_170300.jpg";
    look.size_bytes = 7;
    Seeds seeds{
        seed(
            R"({"kind":"photograph","format":"jpeg","width":4032,"taken":{"at":"2020-09-12T17:03:00+02:00","source":"gps"},"place":{"latitude":54.4,"longitude":12},"people":[{"name":"Ana","face":[0.5,0.5,0.1,0.1]}],"keywords":["a"],"film":{"offset":1,"bytes":2}})"),
        seed(
            "\xff\xd8\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0 abc\xff\0\xff\xd9"sv),
        seed(
            "II*\0\x08\0\0\0\x02\0\xfe\0\x04\0\x01\0\0\0\x01\0\0\0\x4a\x01\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0"sv),
        seed("\xff\xd8\xff\xd9\0\0\0\x10"
             "ftypmp42\0\0\0\0\0\0\0\x08mdat\0\0\0\x08moov"sv),
        seed("<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>"),
        seed("2020:09:12 17:03:00.25+02:00"),
        seed("PXL_20210304_101112123.jpg"),
        to_bytes(media::Header{.type = media::MessageType::facts, .body_bytes = 9}),
        to_bytes(look)};
    return seeds;
}

}  // namespace

Target media_target() { return {.name = "media", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
