#include "decode/words.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "decode/metadata.h"
#include "media/byte_reader.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestSidecar = 1UL << 20U;

void put_character(std::string& to, std::uint32_t character) {
    const auto put = [&](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xc0U | character >> 6U);
        put(0x80U | (character & 0x3fU));
    } else if (character < 0x10000) {
        put(0xe0U | character >> 12U);
        put(0x80U | (character >> 6U & 0x3fU));
        put(0x80U | (character & 0x3fU));
    } else {
        put(0xf0U | character >> 18U);
        put(0x80U | (character >> 12U & 0x3fU));
        put(0x80U | (character >> 6U & 0x3fU));
        put(0x80U | (character & 0x3fU));
    }
}

std::string from_utf16(ByteView bytes, media::Order order) {
    std::string text;
    for (std::size_t at = 2; at + 2 <= bytes.size(); at += 2) {
        std::uint32_t unit = *media::u16_at(bytes, at, order);
        if (unit >= 0xd800 && unit < 0xdc00) {
            const auto low = media::u16_at(bytes, at + 2, order).value_or(0);
            if (low < 0xdc00 || low > 0xdfff) continue;
            unit = 0x10000U + ((unit - 0xd800U) << 10U) + (low - 0xdc00U);
            at += 2;
        } else if (unit >= 0xdc00 && unit < 0xe000) {
            continue;
        }
        put_character(text, unit);
    }
    return text;
}

/// UTF-8, UTF-16 by its mark, else Latin-1, of which every byte is a character.
std::string decoded(ByteView bytes) {
    if (media::has_at(bytes, 0, "\xff\xfe")) return from_utf16(bytes, media::Order::little);
    if (media::has_at(bytes, 0, "\xfe\xff")) return from_utf16(bytes, media::Order::big);
    if (media::has_at(bytes, 0, "\xef\xbb\xbf")) bytes = bytes.subspan(3);
    for (std::size_t cut = 0; cut < 4 && cut <= bytes.size(); ++cut)
        if (is_utf8(as_text(bytes.first(bytes.size() - cut))))
            return std::string(as_text(bytes.first(bytes.size() - cut)));
    std::string text;
    for (const auto byte : bytes) put_character(text, byte);
    return text;
}

/// Of Markdown, its first heading.
std::string heading_of(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        if (line.starts_with('#')) {
            line.remove_prefix(std::min(line.find_first_not_of("# \t"), line.size()));
            return std::string(line.substr(0, line.find_last_not_of("# \t\r") + 1));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

std::string text_of(const json& of, const char* key) {
    const auto found = of.find(key);
    if (found == of.end() || !found->is_string()) return {};
    return found->get<std::string>();
}

void take_place(const json& of, const char* key, Findings& findings) {
    const auto found = of.find(key);
    if (found == of.end() || !found->is_object() || findings.facts.place) return;
    const auto number = [&](const char* name) {
        const auto value = found->find(name);
        return value != found->end() && value->is_number() ? value->get<double>() : 0.0;
    };
    // (0, 0) is Google's way to say that there is none.
    if (number("latitude") == 0 && number("longitude") == 0) return;
    findings.facts.place = media::Position{.latitude = number("latitude"),
                                           .longitude = number("longitude"),
                                           .altitude_m = number("altitude")};
}

}  // namespace

void read_text(ByteView bytes, Findings& findings) {
    // Twice as much as is kept, as two bytes may become one.
    const auto head = bytes.first(std::min(bytes.size(), 2 * media::kLargestSearchText));
    findings.facts.text = decoded(head);
    if (findings.facts.format == media::Format::markdown)
        findings.facts.title = heading_of(findings.facts.text);
}

void read_takeout(ByteView bytes, Findings& findings) {
    if (bytes.size() > kLargestSidecar) return;
    const auto sidecar = json::parse(as_text(bytes), nullptr, false);
    if (!sidecar.is_object()) return;
    findings.facts.of_file = text_of(sidecar, "title");
    findings.facts.caption = text_of(sidecar, "description");
    take_place(sidecar, "geoData", findings);
    take_place(sidecar, "geoDataExif", findings);
    if (const auto people = sidecar.find("people"); people != sidecar.end() && people->is_array())
        for (const auto& person : *people) {
            if (!person.is_object() || findings.facts.people.size() >= media::kMostFactWords) break;
            if (auto name = text_of(person, "name"); !name.empty())
                findings.facts.people.push_back({.name = std::move(name), .face = {}});
        }
    const auto taken = sidecar.find("photoTakenTime");
    if (taken == sidecar.end() || !taken->is_object()) return;
    const auto text = text_of(*taken, "timestamp");
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size() && !text.empty())
        findings.dates.push_back({.at = media::moment_of({.seconds = seconds}),
                                  .source = media::TakenSource::container});
}

}  // namespace keepsake::decode
