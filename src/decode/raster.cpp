#include "decode/raster.h"

#include <vips/vips.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/picture.h"
#include "decode/vips_handle.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"

namespace keepsake::decode {
namespace {

using media::Format;

/// One loader of libvips, by its own name: never its guess at what the bytes are.
const char* loader_of(Format format) {
    switch (format) {
        case Format::jpeg:
            return "jpegload_buffer";
        case Format::png:
            return "pngload_buffer";
        case Format::webp:
            return "webpload_buffer";
        case Format::tiff:
            return "tiffload_buffer";
        case Format::gif:
            return "gifload_buffer";
        case Format::jpeg_2000:
            return "jp2kload_buffer";
        case Format::radiance:
            return "radload_buffer";
        case Format::netpbm:
            return "ppmload_source";
        default:
            return nullptr;
    }
}

Result<Image> load_source(const char* loader, ByteView bytes) {
    auto* const source = vips_source_new_from_memory(bytes.data(), bytes.size());
    if (source == nullptr) return vips_failure("read the header");
    VipsImage* out = nullptr;
    const int failed = vips_call(loader, source, &out, "access", VIPS_ACCESS_SEQUENTIAL, nullptr);
    g_object_unref(source);
    if (failed != 0) return vips_failure("read the header");
    return Image(out);
}

Result<Image> load(const char* loader, ByteView bytes, const char* option, int value) {
    // One loader knows sources alone.
    if (std::string_view(loader).ends_with("_source")) return load_source(loader, bytes);
    auto* const blob = vips_blob_new(nullptr, bytes.data(), bytes.size());
    VipsImage* out = nullptr;
    const int failed =
        option == nullptr ? vips_call(loader, blob, &out, "access", VIPS_ACCESS_SEQUENTIAL, nullptr)
                          : vips_call(loader, blob, &out, "access", VIPS_ACCESS_SEQUENTIAL, option,
                                      value, nullptr);
    vips_area_unref(VIPS_AREA(blob));
    if (failed != 0) return vips_failure("read the header");
    return Image(out);
}

int number_of(VipsImage* image, const char* name, int otherwise) {
    int value = otherwise;
    if (vips_image_get_typeof(image, name) == 0 || vips_image_get_int(image, name, &value) != 0) {
        vips_error_clear();
        return otherwise;
    }
    return value;
}

/// As libjpeg can leave out frequencies: down to an eighth, not below what the preview needs.
int jpeg_shrink(int longest) {
    for (const int shrink : {8, 4, 2})
        if (longest / shrink >= static_cast<int>(media::kPreviewSide)) return shrink;
    return 1;
}

bool has_pages(Format format) {
    return format == Format::tiff || format == Format::gif || format == Format::webp;
}

void take_size(VipsImage* image, Orientation orientation, media::Facts& facts) {
    facts.width = static_cast<std::uint32_t>(vips_image_get_width(image));
    facts.height = static_cast<std::uint32_t>(vips_image_get_height(image));
    if (is_on_its_side(orientation)) std::swap(facts.width, facts.height);
}

}  // namespace

bool is_raster(Format format) { return loader_of(format) != nullptr; }

Result<Picture> open_raster(ByteView bytes, Format format, unsigned page, media::Facts& facts,
                            const media::Framing& framing) {
    const char* const loader = loader_of(format);
    if (loader == nullptr) return Error(ErrorCode::unsupported, "no reader for this format");
    Picture picture;
    TRY_LET(picture.pixels, load(loader, bytes, nullptr, 0));
    picture.orientation =
        orientation_from(number_of(picture.pixels.get(), VIPS_META_ORIENTATION, 1));
    take_size(picture.pixels.get(), picture.orientation, facts);
    const auto pages = static_cast<std::uint32_t>(
        std::max(1, number_of(picture.pixels.get(), VIPS_META_N_PAGES, 1)));
    if (format == Format::tiff) facts.pages = pages;
    if ((format == Format::gif || format == Format::webp) && pages > 1) facts.frames = pages;
    if (format == Format::jpeg) {
        const auto part = std::min(framing.width, framing.height);
        const auto longest = std::uint64_t{std::max(facts.width, facts.height)} * part / 1000;
        const int shrink = jpeg_shrink(static_cast<int>(longest));
        if (shrink > 1) {
            TRY_LET(picture.pixels, load(loader, bytes, "shrink", shrink));
        }
    }
    if (has_pages(format) && page > 0 && page < pages) {
        TRY_LET(picture.pixels, load(loader, bytes, "page", static_cast<int>(page)));
    }
    return picture;
}

}  // namespace keepsake::decode
