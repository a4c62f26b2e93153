#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "decode/vips_handle.h"

namespace keepsake::decode {

/// Pixels that a decoder left in its own memory, a byte a channel, row after row.
struct Rows {
    const std::uint8_t* first = nullptr;
    std::size_t stride_bytes = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    int channels = 3;  ///< 1 grey, 2 with alpha, 3 RGB, 4 with alpha
};

/// A copy of them as a picture. `profile`: an ICC profile, or empty. Errors: limit, corrupt.
Result<Image> image_of_rows(const Rows& rows, ByteView profile);

}  // namespace keepsake::decode
