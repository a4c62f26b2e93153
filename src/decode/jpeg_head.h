#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "decode/input.h"

namespace keepsake::decode {

/// What stands in a JPEG file before its pixels.
struct JpegHead {
    Bytes bytes;  ///< a JPEG file of its own, without a scan
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

/// Reads no further than to the first scan. Nothing where the segments do not lead there, or are
/// longer than 32 MiB. Source: ITU-T T.81, annex B.
std::optional<JpegHead> read_jpeg_head(const Input& input);

}  // namespace keepsake::decode
