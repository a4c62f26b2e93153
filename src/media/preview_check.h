#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace keepsake::media {

struct PreviewSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

/// The size of a JPEG as readers write them: baseline or progressive, 8 bits, one or three
/// channels, nothing in it but tables and scans, nothing behind its end. Nothing for any other:
/// what a reader that was taken over sends must not carry more than pixels. Bounded: one pass.
std::optional<PreviewSize> plain_jpeg_size(ByteView bytes);

}  // namespace keepsake::media
