#include "decode/drawing.h"

#include <vips/vips.h>

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "decode/picture.h"
#include "decode/vips_handle.h"
#include "media/facts.h"
#include "media/reader_pool.h"

namespace keepsake::decode {
namespace {

constexpr double kLargestScale = 200;

Result<Image> load(ByteView bytes, double scale) {
    VipsImage* out = nullptr;
    // vips only reads from it.
    if (vips_svgload_buffer(const_cast<std::uint8_t*>(bytes.data()), bytes.size(), &out, "scale",
                            scale, nullptr) != 0)
        return vips_failure("read the drawing");
    return Image(out);
}

}  // namespace

Result<Picture> open_drawing(ByteView bytes, media::Facts& facts) {
    TRY_LET(auto plain, load(bytes, 1));
    const int longest =
        std::max(vips_image_get_width(plain.get()), vips_image_get_height(plain.get()));
    facts.width = static_cast<std::uint32_t>(vips_image_get_width(plain.get()));
    facts.height = static_cast<std::uint32_t>(vips_image_get_height(plain.get()));
    Picture picture;
    const double scale = static_cast<double>(media::kPreviewSide) / longest;
    TRY_LET(picture.pixels, load(bytes, std::min(scale, kLargestScale)));
    return picture;
}

}  // namespace keepsake::decode
