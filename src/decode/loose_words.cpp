#include "decode/loose_words.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "decode/metadata.h"
#include "media/byte_reader.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLargestExif = 1UL << 20U;
constexpr std::size_t kLargestXmp = 4UL << 20U;

}  // namespace

namespace {

/// DPX, as scanners of films write it, tells when in its header. Source: SMPTE 268M, 5.1.
void read_dpx_date(ByteView file, Findings& findings) {
    constexpr std::size_t kDateAt = 136;
    constexpr std::size_t kDayLetters = 10;
    if (!media::has_at(file, 0, "SDPX") && !media::has_at(file, 0, "XPDS")) return;
    std::string date(as_text(media::slice(file, kDateAt, 19)));
    if (date.size() > kDayLetters) date[kDayLetters] = ' ';
    if (const auto moment = media::moment_from_file(date))
        findings.dates.push_back({.at = *moment, .source = media::TakenSource::digitized});
}

/// BPG holds EXIF behind its header, from the TIFF mark on. Source: bpg-spec.txt, 3.1.
void read_bpg(ByteView file, Findings& findings) {
    if (!media::has_at(file, 0, "BPG\xfb")) return;
    const auto head = as_text(file.first(std::min<std::size_t>(file.size(), 64)));
    auto at = head.find("II*\0"sv);
    if (at == std::string_view::npos) at = head.find("MM\0*"sv);
    if (at != std::string_view::npos)
        read_exif(file.subspan(at, std::min(kLargestExif, file.size() - at)), findings);
}

}  // namespace

void read_loose_words(ByteView file, Findings& findings) {
    read_dpx_date(file, findings);
    read_bpg(file, findings);
    if (!findings.dates.empty() || !findings.facts.camera.empty()) return;
    const auto text = as_text(file);
    constexpr auto kSign = "Exif\0\0"sv;
    for (auto at = text.find(kSign); at != std::string_view::npos; at = text.find(kSign, at + 1)) {
        const auto begin = at + kSign.size();
        const auto order = text.substr(begin, 4);
        if (order != "II*\0"sv && order != "MM\0*"sv) continue;
        read_exif(file.subspan(begin, std::min(kLargestExif, file.size() - begin)), findings);
        break;
    }
    constexpr auto kEnd = "</x:xmpmeta>"sv;
    const auto begin = text.find("<x:xmpmeta"sv);
    const auto end = text.find(kEnd, begin == std::string_view::npos ? text.size() : begin);
    if (end != std::string_view::npos && end - begin < kLargestXmp)
        read_xmp(file.subspan(begin, end + kEnd.size() - begin), findings);
}

void read_asf_date(ByteView head, Findings& findings) {
    constexpr auto kFileProperties =
        "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"sv;
    constexpr std::uint64_t kTicksASecond = 10'000'000;        // of 100 ns, since 1601
    constexpr std::uint64_t kFrom1601To1970 = 11'644'473'600;  // seconds
    const auto at = as_text(head).find(kFileProperties);
    if (at == std::string_view::npos) return;
    const auto low = media::u32_at(head, at + 48, media::Order::little);
    const auto high = media::u32_at(head, at + 52, media::Order::little);
    if (!low || !high) return;
    const auto seconds = ((std::uint64_t{*high} << 32U) | *low) / kTicksASecond;
    if (seconds <= kFrom1601To1970) return;
    const auto since_1970 = static_cast<std::int64_t>(seconds - kFrom1601To1970);
    findings.dates.push_back(
        {.at = media::moment_of({.seconds = since_1970}), .source = media::TakenSource::container});
}

}  // namespace keepsake::decode
