#include "decode/memory_image.h"

#include <vips/vips.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/picture.h"
#include "decode/vips_handle.h"

namespace keepsake::decode {

Result<Image> image_of_rows(const Rows& rows, ByteView profile) {
    const auto row_bytes = std::size_t{rows.width} * static_cast<std::size_t>(rows.channels);
    if (rows.width == 0 || rows.height == 0 || rows.first == nullptr ||
        rows.stride_bytes < row_bytes)
        return Error(ErrorCode::corrupt, "a picture without pixels");
    if (std::uint64_t{rows.width} * rows.height > kMostPixels)
        return Error(ErrorCode::limit, "more pixels than 400 million");
    const std::unique_ptr<std::uint8_t, FreeMemory> memory(
        static_cast<std::uint8_t*>(g_try_malloc(row_bytes * rows.height)));
    if (!memory) return Error(ErrorCode::limit, "there is no room for its pixels");
    for (std::size_t y = 0; y < rows.height; ++y)
        std::copy_n(rows.first + y * rows.stride_bytes, row_bytes, memory.get() + y * row_bytes);
    Image image(vips_image_new_from_memory_copy(
        memory.get(), row_bytes * rows.height, static_cast<int>(rows.width),
        static_cast<int>(rows.height), rows.channels, VIPS_FORMAT_UCHAR));
    if (!image) return vips_failure("take over pixels");
    const bool grey = rows.channels <= 2;
    image->Type = grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (!profile.empty())
        vips_image_set_blob_copy(image.get(), VIPS_META_ICC_NAME, profile.data(), profile.size());
    return image;
}

}  // namespace keepsake::decode
