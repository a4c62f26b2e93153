#include "decode/dicom_jpeg_2000.h"

// clang-format off
#include "dcmtk/config/osconfig.h"
// DCMTK wants its configuration first.
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
// clang-format on

#include <vips/vips.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/picture.h"
#include "decode/raster.h"
#include "decode/vips_handle.h"
#include "media/facts.h"
#include "media/kind.h"

namespace keepsake::decode {
namespace {

Error corrupt() { return {ErrorCode::corrupt, "a frame without pixels"}; }

Result<ByteView> fragment(DcmPixelSequence& sequence, unsigned long index) {
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    if (sequence.getItem(item, index).bad() || item == nullptr ||
        item->getUint8Array(bytes).bad() || bytes == nullptr)
        return corrupt();
    return ByteView(bytes, item->getLength());
}

bool begins_a_stream(ByteView bytes) {
    constexpr std::string_view kStart("\xff\x4f\xff\x51", 4);
    return as_text(bytes.first(std::min<std::size_t>(bytes.size(), kStart.size()))) == kStart;
}

/// The bytes of a frame: a frame is one fragment or several, the first of which begins a stream.
Result<Bytes> stream_of(DcmDataset& data, unsigned frame, unsigned frames) {
    DcmElement* element = nullptr;
    if (data.findAndGetElement(DCM_PixelData, element).bad()) return corrupt();
    auto* const pixels = dynamic_cast<DcmPixelData*>(element);
    DcmPixelSequence* sequence = nullptr;
    if (pixels == nullptr ||
        pixels->getEncapsulatedRepresentation(data.getOriginalXfer(), nullptr, sequence).bad() ||
        sequence == nullptr)
        return corrupt();
    Bytes stream;
    unsigned at = 0;
    // The first item says where frames begin, or nothing.
    for (unsigned long i = 1; i < sequence->card(); ++i) {
        TRY_LET(const auto bytes, fragment(*sequence, i));
        const bool is_next = frames > 1 && begins_a_stream(bytes);
        if (is_next && i > 1) ++at;
        if (at == frame) stream.insert(stream.end(), bytes.begin(), bytes.end());
        if (at > frame) break;
    }
    if (stream.empty()) return corrupt();
    return stream;
}

Result<Image> in_memory(VipsImage* image) {
    Image copy(vips_image_copy_memory(image));
    if (!copy) return vips_failure("decode");
    return copy;
}

/// From the darkest to the brightest, in eight bits.
Result<Image> stretched(Image image) {
    double darkest = 0;
    double brightest = 0;
    if (vips_min(image.get(), &darkest, nullptr) != 0 ||
        vips_max(image.get(), &brightest, nullptr) != 0)
        return vips_failure("decode");
    const double scale = brightest > darkest ? 255 / (brightest - darkest) : 1;
    VipsImage* out = nullptr;
    if (vips_linear1(image.get(), &out, scale, -darkest * scale, "uchar", TRUE, nullptr) != 0)
        return vips_failure("decode");
    const Image bytes(out);
    const auto colours =
        vips_image_get_bands(bytes.get()) < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    VipsImage* named = nullptr;
    if (vips_copy(bytes.get(), &named, "interpretation", colours, nullptr) != 0)
        return vips_failure("decode");
    return Image(named);
}

Result<Image> inverted(Image image) {
    VipsImage* out = nullptr;
    if (vips_invert(image.get(), &out, nullptr) != 0) return vips_failure("decode");
    return Image(out);
}

}  // namespace

bool is_jpeg_2000(DcmDataset& data) {
    const auto how = data.getOriginalXfer();
    return how == EXS_JPEG2000LosslessOnly || how == EXS_JPEG2000;
}

Result<Picture> draw_jpeg_2000(DcmDataset& data, unsigned frame, unsigned frames) {
    TRY_LET(const auto stream, stream_of(data, frame, frames));
    media::Facts of_stream;
    TRY_LET(auto picture, open_raster(stream, media::Format::jpeg_2000, 0, of_stream));
    if (std::uint64_t{of_stream.width} * of_stream.height > kMostPixels)
        return Error(ErrorCode::limit, "more pixels than 400 million");
    // The stream ends with this call.
    TRY_LET(picture.pixels, in_memory(picture.pixels.get()));
    if (vips_image_get_format(picture.pixels.get()) != VIPS_FORMAT_UCHAR) {
        TRY_LET(picture.pixels, stretched(std::move(picture.pixels)));
    }
    OFString meaning;
    if (data.findAndGetOFString(DCM_PhotometricInterpretation, meaning).good() &&
        meaning == "MONOCHROME1") {
        TRY_LET(picture.pixels, inverted(std::move(picture.pixels)));
    }
    TRY_LET(picture.pixels, in_memory(picture.pixels.get()));
    return picture;
}

}  // namespace keepsake::decode
