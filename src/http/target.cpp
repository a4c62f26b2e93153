#include "http/target.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "http/message.h"

namespace keepsake::http {
namespace {

constexpr std::size_t kMostSegments = 16;
constexpr std::size_t kMostParameters = 32;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// Bytes that may stand in a target: visible ASCII without what no browser leaves bare.
bool is_target_byte(char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
}

Error malformed(std::string_view what) {
    return {ErrorCode::invalid, "malformed " + std::string(what)};
}

Result<> read_path(std::string_view path, RequestHead& head) {
    if (!path.starts_with('/')) return malformed("target");
    path.remove_prefix(1);
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        auto segment = decoded(path.substr(0, end), false);
        const bool good = segment && !segment->empty() && *segment != "." && *segment != ".." &&
                          segment->find('/') == std::string::npos &&
                          segment->find('\\') == std::string::npos &&
                          std::ranges::none_of(*segment, is_control) && is_utf8(*segment);
        if (!good || head.path.size() == kMostSegments) return malformed("path");
        head.path.push_back(*std::move(segment));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return {};
}

Result<> read_query(std::string_view query, RequestHead& head) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto part = query.substr(0, end);
        const auto equals = std::min(part.find('='), part.size());
        auto name = decoded(part.substr(0, equals), true);
        auto value = decoded(part.substr(std::min(equals + 1, part.size())), true);
        const bool good = name && value && is_utf8(*name) && is_utf8(*value) &&
                          value->find('\0') == std::string::npos;
        if (!good || head.query.size() == kMostParameters) return malformed("query");
        if (!name->empty()) head.query.emplace(*std::move(name), *std::move(value));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return {};
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::string_view> RequestHead::header(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const auto& [known, value] : headers) {
        if (known != name) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

std::optional<std::string_view> RequestHead::cookie(std::string_view name) const {
    auto rest = header("cookie").value_or("");
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        const auto part = trimmed(rest.substr(0, end));
        if (part.starts_with(name) && part.substr(name.size()).starts_with('='))
            return part.substr(name.size() + 1);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

std::optional<std::string_view> RequestHead::parameter(const std::string& name) const {
    const auto found = query.find(name);
    if (found == query.end()) return std::nullopt;
    return std::string_view(found->second);
}

std::optional<std::string> decoded(std::string_view text, bool plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += plus && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return out;
}

Result<> read_target(std::string_view target, RequestHead& head) {
    if (!std::ranges::all_of(target, is_target_byte)) return malformed("target");
    const auto question = std::min(target.find('?'), target.size());
    TRY(read_path(target.substr(0, question), head));
    head.ends_in_slash = target.substr(0, question).ends_with('/');
    return read_query(target.substr(std::min(question + 1, target.size())), head);
}

std::optional<std::uint64_t> number_from(std::string_view text) {
    std::uint64_t value = 0;
    const auto* const begin = text.data();
    const auto* const end = begin + text.size();
    const auto [stopped, failed] = std::from_chars(begin, end, value);
    if (text.empty() || failed != std::errc() || stopped != end) return std::nullopt;
    return value;
}

RangeKind read_range(std::string_view header, std::uint64_t size_bytes, Range& range) {
    range = {0, size_bytes};
    constexpr std::string_view kUnit = "bytes=";
    if (!header.starts_with(kUnit)) return RangeKind::whole;
    const auto spec = trimmed(header.substr(kUnit.size()));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos)
        return RangeKind::whole;
    const auto first = number_from(spec.substr(0, dash));
    const auto last = number_from(spec.substr(dash + 1));
    if (dash == 0) {  // the last so many bytes
        if (!last) return RangeKind::whole;
        if (*last == 0 || size_bytes == 0) return RangeKind::unsatisfiable;
        range.count = std::min(*last, size_bytes);
        range.first = size_bytes - range.count;
        return RangeKind::part;
    }
    const bool open_end = dash + 1 == spec.size();
    if (!first || (!last && !open_end) || (last && *last < *first)) return RangeKind::whole;
    if (*first >= size_bytes) return RangeKind::unsatisfiable;
    range.first = *first;
    range.count = std::min(last.value_or(size_bytes - 1), size_bytes - 1) - *first + 1;
    return RangeKind::part;
}

bool list_has(std::string_view list, std::string_view wanted) {
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto part = trimmed(list.substr(0, end));
        const auto semicolon = std::min(part.find(';'), part.size());
        if (trimmed(part.substr(0, semicolon)) == wanted) {
            const auto weight = trimmed(part.substr(std::min(semicolon + 1, part.size())));
            return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" &&
                   weight != "q=0.000";
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

}  // namespace keepsake::http
