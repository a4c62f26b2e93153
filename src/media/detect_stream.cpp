#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "media/byte_reader.h"
#include "media/detect.h"
#include "media/kind.h"

namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

template <std::size_t count>
bool is_one_of(std::string_view text, const std::string_view (&list)[count]) {
    return std::ranges::find(list, text) != std::end(list);
}

struct Brands {
    bool avif = false;
    bool heif = false;
};

Format format_of_major(std::string_view major, const Brands& brands) {
    constexpr std::string_view kHeif[] = {"heic", "heix", "hevc", "hevx", "heim",
                                          "heis", "hevm", "hevs", "mif1", "msf1"};
    if (major == "crx ") return Format::raw;
    if (major == "avif" || major == "avis") return Format::avif;
    if (is_one_of(major, kHeif)) return brands.avif && !brands.heif ? Format::avif : Format::heif;
    if (major == "qt  ") return Format::quicktime;
    if (major == "M4A " || major == "M4B " || major == "M4P ") return Format::m4a;
    if (major == "jxl ") return Format::jpeg_xl;
    if (major == "jp2 " || major == "jpx ") return Format::jpeg_2000;
    return Format::mp4;
}

std::optional<Format> detect_ftyp(ByteView head) {
    if (!has_at(head, 4, "ftyp")) return std::nullopt;
    const auto box_bytes = std::min<std::uint64_t>(u32_at(head, 0, Order::big).value_or(0),
                                                   std::min<std::uint64_t>(head.size(), 1024));
    Brands brands;
    for (std::uint64_t at = 16; at + 4 <= box_bytes; at += 4) {
        const auto brand = as_text(slice(head, at, 4));
        brands.avif |= brand == "avif" || brand == "avis";
        brands.heif |= brand == "heic" || brand == "heix" || brand == "hevc";
    }
    return format_of_major(as_text(slice(head, 8, 4)), brands);
}

/// The header of a frame of MPEG audio, and how long the frame is; 0 if it is none.
std::size_t mpeg_audio_frame_bytes(ByteView head, std::size_t at) {
    const auto header = u32_at(head, at, Order::big);
    if (!header || (*header & 0xffe00000U) != 0xffe00000U) return 0;
    const auto version = *header >> 19U & 3U;
    const auto layer = *header >> 17U & 3U;
    const auto rate = *header >> 12U & 15U;
    const auto frequency = *header >> 10U & 3U;
    if (version == 1 || layer == 0 || rate == 0 || rate == 15 || frequency == 3) return 0;
    if (layer != 1) return 1;  // layers I and II are rare: their mark alone is believed
    constexpr std::array<std::uint16_t, 15> kOne = {0,   32,  40,  48,  56,  64,  80, 96,
                                                    112, 128, 160, 192, 224, 256, 320};
    constexpr std::array<std::uint16_t, 15> kTwo = {0,  8,  16, 24,  32,  40,  48, 56,
                                                    64, 80, 96, 112, 128, 144, 160};
    constexpr std::array<std::uint32_t, 3> kFrequencies = {44'100, 48'000, 32'000};
    const auto divided = version == 3 ? 1U : version == 2 ? 2U : 4U;
    const auto bits = (version == 3 ? kOne[rate] : kTwo[rate]) * 1000U;
    const auto samples = version == 3 ? 144U : 72U;
    return samples * bits / (kFrequencies[frequency] / divided) + (*header >> 9U & 1U);
}

std::optional<Format> detect_mpeg_audio(ByteView head) {
    if (const auto sync = u16_at(head, 0, Order::big); sync && (*sync & 0xfff6U) == 0xfff0U)
        return Format::aac;
    const auto first = mpeg_audio_frame_bytes(head, 0);
    if (first == 0) return std::nullopt;
    // The mark is eleven bits long: a second frame must follow where the first one ends.
    if (first > 1 && first + 4 <= head.size() && mpeg_audio_frame_bytes(head, first) == 0)
        return std::nullopt;
    return Format::mp3;
}

/// Behind the tags that were put in front of it.
Format format_behind_id3(ByteView head) {
    const auto tag = slice(head, 6, 4);
    if (tag.empty()) return Format::mp3;
    std::uint32_t bytes = 10;
    for (std::size_t i = 0; i < 4; ++i)
        bytes += static_cast<std::uint32_t>(tag[i] & 0x7fU) << (7 * (3 - i));
    if (has_at(head, bytes, "fLaC")) return Format::flac;
    if (has_at(head, bytes, "MPCK") || has_at(head, bytes, "MP+")) return Format::musepack;
    if (has_at(head, bytes, "TTA1")) return Format::true_audio;
    if (has_at(head, bytes, "MAC ")) return Format::monkeys_audio;
    if (const auto sync = u16_at(head, bytes, Order::big); sync && (*sync & 0xfff6U) == 0xfff0U)
        return Format::aac;
    return Format::mp3;
}

Format format_of_ogg(ByteView head) {
    constexpr std::string_view kFilms[] = {"\x80theora"sv, "BBCD\0"sv, "\x01video\0"sv, "OVP80"sv};
    const auto text = as_text(head.first(std::min<std::size_t>(head.size(), 512)));
    // A film with sound names both codecs in its first pages.
    for (const auto film : kFilms)
        if (text.contains(film)) return Format::ogg_film;
    return Format::ogg;
}

std::optional<Format> detect_container(ByteView head) {
    if (has_at(head, 0, "RIFF") || has_at(head, 0, "RIFX") || has_at(head, 0, "RF64")) {
        if (has_at(head, 8, "WEBP")) return Format::webp;
        if (has_at(head, 8, "WAVE")) return Format::wav;
        if (has_at(head, 8, "AVI ")) return Format::avi;
        return Format::unknown;
    }
    if (has_at(head, 0, "FORM") && (has_at(head, 8, "AIFF") || has_at(head, 8, "AIFC")))
        return Format::aiff;
    if (has_at(head, 0, "\x1a\x45\xdf\xa3"sv)) {
        const auto text = as_text(head.first(std::min<std::size_t>(head.size(), 128)));
        return text.contains("webm") ? Format::webm : Format::matroska;
    }
    if (has_at(head, 0, "OggS")) return format_of_ogg(head);
    if (has_at(head, 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv)) return Format::asf;
    if (has_at(head, 0, "FLV\x01"sv)) return Format::flash_video;
    if (has_at(head, 0, ".RMF\0\0\0"sv)) return Format::real_media;
    if (has_at(head, 0, "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02"sv))
        return Format::mxf;
    // A header section, of 525 or 625 lines.
    if (has_at(head, 0, "\x1f\x07\0\x3f"sv) || has_at(head, 0, "\x1f\x07\0\xbf"sv))
        return Format::dv;
    if (has_at(head, 0, "\0\0\x01\xba"sv) || has_at(head, 0, "\0\0\x01\xb3"sv)) return Format::mpeg;
    return std::nullopt;
}

bool is_transport_stream(ByteView head) {
    for (const std::size_t first : {0U, 4U}) {  // Blu-ray and camcorders put a time before each
        const std::size_t step = first == 0 ? 188 : 192;
        bool all = head.size() > first + 3 * step;
        for (std::size_t i = 0; i < 4 && all; ++i) all = head[first + i * step] == 0x47;
        if (all) return true;
    }
    return false;
}

}  // namespace

std::optional<Format> detect_iso_media(ByteView head) {
    if (const auto format = detect_ftyp(head)) return format;
    constexpr std::string_view kOldFirst[] = {"moov", "mdat", "wide", "free", "skip", "pnot"};
    const auto size = u32_at(head, 0, Order::big);
    if (size && (*size == 0 || *size == 1 || *size >= 8) &&
        is_one_of(as_text(slice(head, 4, 4)), kOldFirst))
        return Format::quicktime;
    return std::nullopt;
}

std::optional<Format> detect_stream(ByteView head) {
    if (const auto format = detect_container(head)) return format;
    if (has_at(head, 0, "fLaC")) return Format::flac;
    if (has_at(head, 0, "ID3") && head.size() > 3 && head[3] < 0x10) return format_behind_id3(head);
    if (has_at(head, 0, "#!AMR")) return Format::amr;
    if (has_at(head, 0, "caff\0"sv)) return Format::caf;
    if (has_at(head, 0, "MThd")) return Format::midi;
    if (has_at(head, 0, "MAC ")) return Format::monkeys_audio;
    if (has_at(head, 0, "MPCK") || has_at(head, 0, "MP+")) return Format::musepack;
    if (has_at(head, 0, "wvpk")) return Format::wavpack;
    if (has_at(head, 0, "TTA1") || has_at(head, 0, "TTA2")) return Format::true_audio;
    if (is_transport_stream(head)) return Format::mpeg_ts;
    return detect_mpeg_audio(head);
}

}  // namespace keepsake::media
