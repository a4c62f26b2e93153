#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keepsake {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// Strict: even length, lower case only.
std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 4 base64.
enum class Padding { with, without };
std::string to_base64(ByteView bytes, Padding padding);
/// Strict: canonical final bits, padding exactly as asked, no white space.
std::optional<Bytes> from_base64(std::string_view text, Padding padding);

}  // namespace keepsake
