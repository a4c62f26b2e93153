#include "media/preview_check.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "media/byte_reader.h"

namespace keepsake::media {
namespace {

enum Marker : std::uint8_t {
    kBaseline = 0xc0,
    kProgressive = 0xc2,
    kHuffmanTables = 0xc4,
    kEndOfImage = 0xd9,
    kScan = 0xda,
    kQuantization = 0xdb,
    kRestartInterval = 0xdd,
    kApp0 = 0xe0,
};

/// Past the entropy-coded bytes of a scan: at the next marker that is no stuffing and no restart.
std::size_t end_of_scan(ByteView bytes, std::size_t at) {
    for (; at + 1 < bytes.size(); ++at) {
        if (bytes[at] != 0xff) continue;
        const auto next = bytes[at + 1];
        const bool is_data = next == 0 || (next >= 0xd0 && next <= 0xd7);
        if (!is_data) return at;
    }
    return bytes.size();
}

std::optional<PreviewSize> frame_size(ByteView bytes, std::size_t at) {
    const auto height = u16_at(bytes, at + 5, Order::big);
    const auto width = u16_at(bytes, at + 7, Order::big);
    const auto channels = slice(bytes, at + 9, 1);
    if (!height || !width || channels.empty() || bytes[at + 4] != 8) return std::nullopt;
    if (*height == 0 || *width == 0 || (channels[0] != 1 && channels[0] != 3)) return std::nullopt;
    return PreviewSize{.width = *width, .height = *height};
}

}  // namespace

std::optional<PreviewSize> plain_jpeg_size(ByteView bytes) {
    if (!has_at(bytes, 0, "\xff\xd8")) return std::nullopt;
    std::optional<PreviewSize> size;
    bool scanned = false;
    std::size_t at = 2;
    while (at + 2 <= bytes.size()) {
        if (bytes[at] != 0xff) return std::nullopt;
        const auto marker = bytes[at + 1];
        if (marker == kEndOfImage) return scanned && at + 2 == bytes.size() ? size : std::nullopt;
        const auto length = u16_at(bytes, at + 2, Order::big);
        if (!length || *length < 2 || slice(bytes, at + 2, *length).empty()) return std::nullopt;
        switch (marker) {
            case kBaseline:
            case kProgressive:
                if (size) return std::nullopt;
                size = frame_size(bytes, at);
                if (!size) return std::nullopt;
                break;
            case kHuffmanTables:
            case kQuantization:
            case kRestartInterval:
            case kScan:
                break;
            case kApp0:
                if (!has_at(bytes, at + 4, "JFIF")) return std::nullopt;
                break;
            default:
                return std::nullopt;
        }
        at += 2U + *length;
        if (marker != kScan) continue;
        if (!size) return std::nullopt;
        scanned = true;
        at = end_of_scan(bytes, at);
    }
    return std::nullopt;
}

}  // namespace keepsake::media
