#include "cli/text_layout.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace keepsake::cli {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

struct Range {
    char32_t first;
    char32_t last;
};

constexpr std::array kCombining{
    Range{0x0300, 0x036F},  Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F},  Range{0x06D6, 0x06DC}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E},  Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200D},
    Range{0x20D0, 0x20F0},  Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0x1F3FB, 0x1F3FF},
    Range{0xE0100, 0xE01EF}};
constexpr std::array kWide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
    Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF},
    Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

bool stands_in(const auto& ranges, char32_t point) {
    return std::ranges::any_of(ranges, [point](const Range& range) {
        return point >= range.first && point <= range.last;
    });
}

std::size_t sequence_bytes(char lead) {
    const auto byte = static_cast<std::uint8_t>(lead);
    if (byte < 0xC0) return 1;
    if (byte < 0xE0) return 2;
    return byte < 0xF0 ? 3 : 4;
}

/// Takes one character off the front of well-formed UTF-8 (a stray byte counts as one).
struct Character {
    std::string_view bytes;
    std::size_t width;
};
Character take_character(std::string_view& text) {
    const auto size = std::min(sequence_bytes(text.front()), text.size());
    const auto bytes = text.substr(0, size);
    text.remove_prefix(size);
    char32_t point = static_cast<std::uint8_t>(bytes.front());
    if (size > 1) {
        point &= 0xFFU >> (size + 1);
        for (const char next : bytes.substr(1))
            point = (point << 6U) | (static_cast<std::uint8_t>(next) & 0x3FU);
    }
    if (stands_in(kCombining, point)) return {bytes, 0};
    return {bytes, stands_in(kWide, point) ? 2U : 1U};
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) width += take_character(text).width;
    return width;
}

std::string truncated(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::string out;
    std::size_t width = 0;
    while (!text.empty()) {
        const auto character = take_character(text);
        if (width + character.width > columns - 1) break;
        out += character.bytes;
        width += character.width;
    }
    return out + std::string(kEllipsis);
}

std::string padded(std::string_view text, std::size_t columns) {
    std::string out(text);
    const auto width = display_width(text);
    if (width < columns) out.append(columns - width, ' ');
    return out;
}

std::string grouped(std::uint64_t number) {
    const auto digits = std::to_string(number);
    std::string out;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && (digits.size() - at) % 3 == 0) out += ',';
        out += digits[at];
    }
    return out;
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
    return grouped(count) + " " + std::string(count == 1 ? singular : plural);
}

std::string printable_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        if (line.ends_with('\r')) line.pop_back();
        std::ranges::replace_if(line, is_space, ' ');
        out += printable(line);
        if (end == text.size()) break;
        out += '\n';
        text.remove_prefix(end + 1);
    }
    return out;
}

std::string printable_line(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, is_space, ' ');
    return printable(out);
}

std::string numbered_words(std::string_view words) {
    constexpr std::size_t kColumns = 4;
    std::vector<std::string_view> each;
    while (!words.empty()) {
        const auto end = std::min(words.find('-'), words.size());
        each.push_back(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    const auto rows = (each.size() + kColumns - 1) / kColumns;
    std::string out;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string line;
        for (auto at = row; at < each.size(); at += rows) {
            const auto number = std::to_string(at + 1);
            line += padded(
                std::string(number.size() < 2 ? 1 : 0, ' ') + number + ". " + std::string(each[at]),
                16);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += "  " + line + "\n";
    }
    return out;
}

}  // namespace keepsake::cli
