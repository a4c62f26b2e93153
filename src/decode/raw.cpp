#include "decode/raw.h"

#include <libraw/libraw.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/memory_image.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "decode/raster.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"

namespace keepsake::decode {
namespace {

constexpr unsigned kLargeEnough = 1'000;  // pixels of the embedded picture's longer side

Error failure(const char* doing, int code) {
    return {ErrorCode::corrupt, std::string(doing) + ": " + libraw_strerror(code)};
}

/// libraw's own number for how it is turned.
Orientation orientation_of(int flip) {
    if (flip == 3) return Orientation::half_turn;
    if (flip == 5) return Orientation::left;
    if (flip == 6) return Orientation::right;
    return Orientation::upright;
}

void take_facts(LibRaw& raw, Findings& findings) {
    const auto& data = raw.imgdata;
    auto& facts = findings.facts;
    const auto orientation = orientation_of(data.sizes.flip);
    facts.width = data.sizes.width;
    facts.height = data.sizes.height;
    if (is_on_its_side(orientation)) std::swap(facts.width, facts.height);
    if (facts.camera.make.empty()) facts.camera.make = data.idata.make;
    if (facts.camera.model.empty()) {
        facts.camera.model = data.idata.model;
        // LibRaw leaves the maker out, where Canon's own words do not.
        if (facts.camera.make == "Canon" && facts.camera.model.starts_with("EOS"))
            facts.camera.model = "Canon " + facts.camera.model;
    }
    if (facts.camera.lens.empty()) facts.camera.lens = data.lens.Lens;
    if (data.idata.dng_version != 0) facts.type_detail = "DNG";
    // The camera's own clock, without a zone: libraw reads it as this process's, which is UTC.
    if (findings.dates.empty() && data.other.timestamp > 0) {
        auto at = media::moment_of({.seconds = data.other.timestamp});
        at.zone = media::ZoneKind::unknown;
        findings.dates.push_back({.at = at, .source = media::TakenSource::original});
    }
}

/// The camera's own picture. It is turned as the whole is, unless it stands upright already.
Result<Picture> open_embedded(LibRaw& raw, Bytes& room) {
    const auto& thumbnail = raw.imgdata.thumbnail;
    if (std::max(thumbnail.twidth, thumbnail.theight) < kLargeEnough)
        return Error(ErrorCode::not_found, "the embedded picture is small");
    if (const int failed = raw.unpack_thumb(); failed != LIBRAW_SUCCESS)
        return failure("unpack", failed);
    if (thumbnail.tformat != LIBRAW_THUMBNAIL_JPEG || thumbnail.thumb == nullptr)
        return Error(ErrorCode::not_found, "the embedded picture is no JPEG");
    const auto* const first = reinterpret_cast<const std::uint8_t*>(thumbnail.thumb);
    room.assign(first, first + thumbnail.tlength);
    media::Facts of_embedded;
    TRY_LET(auto picture, open_raster(room, media::Format::jpeg, 0, of_embedded));
    const auto orientation = orientation_of(raw.imgdata.sizes.flip);
    const bool lies =
        vips_image_get_width(picture.pixels.get()) >= vips_image_get_height(picture.pixels.get());
    const bool sensor_lies = raw.imgdata.sizes.width >= raw.imgdata.sizes.height;
    picture.orientation = lies == sensor_lies ? orientation : Orientation::upright;
    return picture;
}

Result<Picture> develop(LibRaw& raw) {
    auto& how = raw.imgdata.params;
    how.half_size = 1;
    how.use_camera_wb = 1;
    how.output_color = 1;  // sRGB
    how.output_bps = 8;
    if (const int failed = raw.unpack(); failed != LIBRAW_SUCCESS) return failure("unpack", failed);
    if (const int failed = raw.dcraw_process(); failed != LIBRAW_SUCCESS)
        return failure("develop", failed);
    int error = 0;
    const std::unique_ptr<libraw_processed_image_t, decltype(&LibRaw::dcraw_clear_mem)> image(
        raw.dcraw_make_mem_image(&error), &LibRaw::dcraw_clear_mem);
    if (!image) return failure("develop", error);
    if (image->bits != 8 || (image->colors != 1 && image->colors != 3))
        return Error(ErrorCode::corrupt, "developed into something else");
    const auto stride = std::size_t{image->width} * image->colors;
    if (image->data_size < stride * image->height)
        return Error(ErrorCode::corrupt, "developed into too little");
    Picture picture;  // libraw has turned it
    TRY_LET(picture.pixels, image_of_rows({.first = image->data,
                                           .stride_bytes = stride,
                                           .width = image->width,
                                           .height = image->height,
                                           .channels = image->colors},
                                          {}));
    return picture;
}

}  // namespace

Result<Picture> open_raw(ByteView bytes, bool decode, Bytes& room, Findings& findings) {
    const auto raw = std::make_unique<LibRaw>();
    // libraw only reads from it.
    const int opened = raw->open_buffer(const_cast<std::uint8_t*>(bytes.data()), bytes.size());
    if (opened != LIBRAW_SUCCESS) return failure("read the header", opened);
    take_facts(*raw, findings);
    if (!decode) return Picture{};
    if (auto embedded = open_embedded(*raw, room)) return embedded;
    return develop(*raw);
}

}  // namespace keepsake::decode
