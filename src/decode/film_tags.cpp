#include "decode/film_tags.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "decode/av_handle.h"
#include "decode/metadata.h"
#include "media/facts.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

using media::TakenSource;

std::string tag(const AVDictionary* tags, const char* name) {
    const auto* const entry = av_dict_get(tags, name, nullptr, 0);
    return entry == nullptr ? std::string() : std::string(entry->value);
}

std::string first_tag(const AVDictionary* tags, std::initializer_list<const char*> names) {
    for (const char* const name : names)
        if (auto text = tag(tags, name); !text.empty()) return text;
    return {};
}

void take(std::string& to, std::string text) {
    if (to.empty()) to = std::move(text);
}

void take_date(const std::string& text, TakenSource source, Findings& findings) {
    if (const auto moment = media::moment_from_file(text))
        findings.dates.push_back({.at = *moment, .source = source});
}

/// "+52.5200+013.4050+034.000/". Source: ISO 6709, Annex H.
std::optional<double> take_number(std::string_view& text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const bool negative = text[0] == '-';
    text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return negative ? -value : value;
}

void take_place(std::string_view text, Findings& findings) {
    const auto latitude = take_number(text);
    const auto longitude = take_number(text);
    if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180 ||
        (*latitude == 0 && *longitude == 0))
        return;
    findings.facts.place = media::Position{
        .latitude = *latitude, .longitude = *longitude, .altitude_m = take_number(text)};
}

}  // namespace

void read_tags(const AVDictionary* tags, bool is_sound, Findings& findings) {
    auto& facts = findings.facts;
    // Apple's own knows the zone; creation_time is UTC, or local time of cameras that know no
    // better.
    take_date(tag(tags, "com.apple.quicktime.creationdate"), TakenSource::original, findings);
    take_date(tag(tags, "creation_time"), TakenSource::container, findings);
    const auto date = first_tag(tags, {"date", "TYER", "originaldate"});
    // A year alone is when it came out, as sellers write it; the container's second says more.
    constexpr std::size_t kYearAlone = 4;
    take_date(
        date,
        is_sound || date.size() <= kYearAlone ? TakenSource::container : TakenSource::digitized,
        findings);
    take_place(first_tag(tags, {"com.apple.quicktime.location.ISO6709", "location"}), findings);
    take(facts.camera.make, first_tag(tags, {"com.apple.quicktime.make", "make"}));
    take(facts.camera.model, first_tag(tags, {"com.apple.quicktime.model", "model"}));
    take(facts.software, first_tag(tags, {"com.apple.quicktime.software", "encoder"}));
    take(facts.live_id, tag(tags, "com.apple.quicktime.content.identifier"));
    take(facts.title, first_tag(tags, {"com.apple.quicktime.title", "title"}));
    take(facts.caption,
         first_tag(tags, {"com.apple.quicktime.description", "description", "comment"}));
    take(facts.author, first_tag(tags, {"artist", "album_artist", "author", "composer"}));
    if (auto album = tag(tags, "album"); !album.empty()) facts.keywords.push_back(std::move(album));
}

}  // namespace keepsake::decode
