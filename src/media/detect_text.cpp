#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "media/byte_reader.h"
#include "media/detect.h"
#include "media/kind.h"

namespace keepsake::media {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kSpace = " \t\r\n\f";

std::string_view without_leading_space(std::string_view text) {
    const auto first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

bool is_control(unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) || c == 0x7f;
}

/// UTF-8, the last character of a longer file perhaps cut; or one byte a character, as was usual.
bool is_text(std::string_view text, bool whole) {
    if (std::ranges::any_of(text, [](char c) { return is_control(static_cast<unsigned char>(c)); }))
        return false;
    for (std::size_t cut = 0; cut <= (whole ? 0U : 3U) && cut <= text.size(); ++cut)
        if (is_utf8(text.substr(0, text.size() - cut))) return true;
    const auto high = std::ranges::count_if(text, [](char c) { return (c & 0x80) != 0; });
    return static_cast<std::size_t>(high) * 4 <= text.size();
}

/// Past "<?...?>", "<!--...-->" and "<!DOCTYPE ...>": where the first element begins.
std::string_view first_element(std::string_view text) {
    for (int pieces = 0; pieces < 64; ++pieces) {
        text = without_leading_space(text);
        std::string_view end;
        if (text.starts_with("<?"))
            end = "?>";
        else if (text.starts_with("<!--"))
            end = "-->";
        else if (text.starts_with("<!"))
            // An internal subset holds declarations of its own.
            end = text.find('[') < text.find('>') ? "]>" : ">";
        else
            return text;
        auto at = text.find(end);
        if (at == std::string_view::npos && end == "]>") {
            at = text.find(']');
            end = "]";
        }
        if (at == std::string_view::npos) return {};
        text.remove_prefix(at + end.size());
        if (end == "]") {
            const auto close = text.find('>');
            if (close == std::string_view::npos) return {};
            text.remove_prefix(close + 1);
        }
    }
    return {};
}

bool begins_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() < lower.size()) return false;
    return std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

std::optional<Format> detect_markup(std::string_view text) {
    const auto element = first_element(text);
    if (text.starts_with("<?xpacket") || element.starts_with("<x:xmpmeta") ||
        element.starts_with("<rdf:RDF") || element.starts_with("<x:xapmeta"))
        return Format::xmp;
    auto name = element.substr(0, element.find_first_of(" \t\r\n/>"));
    if (const auto colon = name.find(':'); colon != std::string_view::npos)
        name.remove_prefix(colon + 1);
    else if (!name.empty())
        name.remove_prefix(1);
    if (name == "svg") return Format::svg;
    if (begins_ignoring_case(element, "<html") || begins_ignoring_case(text, "<!doctype html"))
        return Format::html;
    if (name == "plist" && text.contains("adjustment")) return Format::apple_edit;
    if (text.starts_with("<?xml")) return Format::xml;
    return std::nullopt;
}

std::optional<Format> detect_json(std::string_view text, const Extension& extension) {
    if (text.starts_with('{') && text.contains("\"photoTakenTime\"")) return Format::takeout_json;
    return extension == ".json" ? std::optional(Format::json) : std::nullopt;
}

}  // namespace

std::optional<Format> detect_text(ByteView head, std::uint64_t size_bytes, std::string_view name) {
    const Extension extension(name);
    const auto plain = [&] {
        return extension == ".md" || extension == ".markdown" ? Format::markdown
                                                              : Format::plain_text;
    };
    if ((has_at(head, 0, "\xff\xfe"sv) || has_at(head, 0, "\xfe\xff"sv)) && head.size() % 2 == 0) {
        // UTF-16: few of its characters are controls.
        const Order order = head[0] == 0xff ? Order::little : Order::big;
        for (std::size_t at = 2; at + 2 <= head.size(); at += 2) {
            const auto unit = u16_at(head, at, order).value_or(0);
            if (unit < 0x80 && is_control(static_cast<unsigned char>(unit))) return std::nullopt;
        }
        return plain();
    }
    auto text = as_text(head);
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (!is_text(text, head.size() >= size_bytes)) return std::nullopt;
    text = without_leading_space(text);
    if (text.starts_with('<'))
        if (const auto format = detect_markup(text)) return format;
    if (text.starts_with('{') || text.starts_with('['))
        if (const auto format = detect_json(text, extension)) return format;
    return plain();
}

}  // namespace keepsake::media
