#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

/// Reading numbers from bytes that somebody else wrote: every look is checked against the end.
namespace keepsake::media {

enum class Order : std::uint8_t { little, big };

/// `count` bytes from `at`; empty where they are not all there.
inline ByteView slice(ByteView bytes, std::uint64_t at, std::uint64_t count) {
    if (at > bytes.size() || count > bytes.size() - at) return {};
    return bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(count));
}

template <class Number>
std::optional<Number> number_at(ByteView bytes, std::uint64_t at, Order order) {
    const auto field = slice(bytes, at, sizeof(Number));
    if (field.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        const auto next = order == Order::big ? field[i] : field[sizeof(Number) - 1 - i];
        value = value << 8U | next;
    }
    return static_cast<Number>(value);
}
inline std::optional<std::uint16_t> u16_at(ByteView bytes, std::uint64_t at, Order order) {
    return number_at<std::uint16_t>(bytes, at, order);
}
inline std::optional<std::uint32_t> u32_at(ByteView bytes, std::uint64_t at, Order order) {
    return number_at<std::uint32_t>(bytes, at, order);
}
inline std::optional<std::uint64_t> u64_at(ByteView bytes, std::uint64_t at, Order order) {
    return number_at<std::uint64_t>(bytes, at, order);
}

/// Whether exactly these characters stand at `at`.
inline bool has_at(ByteView bytes, std::uint64_t at, std::string_view text) {
    return !text.empty() && as_text(slice(bytes, at, text.size())) == text;
}

}  // namespace keepsake::media
