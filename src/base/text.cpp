#include "base/text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace keepsake {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Decoded {
    char32_t point = 0;
    std::size_t size = 0;  // 0: ill-formed
};

Decoded decode_one(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto lead = at(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : (lead & 0xF0U) == 0xE0       ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    if (size == 0 || text.size() < size) return {};
    char32_t point = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xC0U) != 0x80) return {};
        point = (point << 6U) | (at(i) & 0x3FU);
    }
    if (size == 3 && (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF))) return {};
    if (size == 4 && (point < 0x10000 || point > 0x10FFFF)) return {};
    return {point, size};
}

bool is_unprintable(char32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) ||
           (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

template <class Replace>
std::string replaced(std::string_view bytes, Replace replace) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto decoded = decode_one(bytes);
        const std::size_t size = decoded.size == 0 ? 1 : decoded.size;
        if (decoded.size == 0 || replace(decoded.point))
            out += kReplacement;
        else
            out += bytes.substr(0, size);
        bytes.remove_prefix(size);
    }
    return out;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto decoded = decode_one(text);
        if (decoded.size == 0) return false;
        text.remove_prefix(decoded.size);
    }
    return true;
}

std::string to_utf8_lossy(std::string_view bytes) {
    return replaced(bytes, [](char32_t) { return false; });
}

std::string printable(std::string_view bytes) { return replaced(bytes, is_unprintable); }

std::string human_bytes(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 6> kUnits{"bytes", "KB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    const bool decimals = unit > 0 && value < 9.95;
    const int size = std::snprintf(text.data(), text.size(), decimals ? "%.1f " : "%.0f ", value);
    const auto name = unit == 0 && bytes == 1 ? std::string_view("byte") : kUnits[unit];
    return std::string(text.data(), static_cast<std::size_t>(size)) + std::string(name);
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
    return std::to_string(count) + " " + std::string(count == 1 ? singular : plural);
}

}  // namespace keepsake
