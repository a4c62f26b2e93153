#include "decode/jpeg_xl.h"

#include <jxl/decode.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/memory_image.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "media/byte_reader.h"

namespace keepsake::decode {
namespace {

constexpr std::size_t kLargestBox = 8UL << 20U;
constexpr std::uint32_t kMostFrames = 10'000;

using Decoder = std::unique_ptr<JxlDecoder, decltype(&JxlDecoderDestroy)>;

/// One pass over a file, event by event.
class Pass {
  public:
    Pass(ByteView bytes, bool decode, Findings& findings)
        : decoder_(JxlDecoderCreate(nullptr), &JxlDecoderDestroy),
          bytes_(bytes),
          decode_(decode),
          findings_(findings) {}

    Result<Picture> run() {
        const int events = JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_BOX |
                           (decode_ ? JXL_DEC_FULL_IMAGE : 0);
        if (JxlDecoderSubscribeEvents(decoder_.get(), events) != JXL_DEC_SUCCESS ||
            JxlDecoderSetDecompressBoxes(decoder_.get(), JXL_TRUE) != JXL_DEC_SUCCESS ||
            JxlDecoderSetInput(decoder_.get(), bytes_.data(), bytes_.size()) != JXL_DEC_SUCCESS)
            return Error(ErrorCode::corrupt, "no JPEG XL");
        JxlDecoderCloseInput(decoder_.get());
        for (;;) {
            const auto status = JxlDecoderProcessInput(decoder_.get());
            if (status == JXL_DEC_SUCCESS) break;
            TRY_LET(const bool more, on(status));
            if (!more) break;
        }
        end_box();
        return finish();
    }

  private:
    Result<bool> on(JxlDecoderStatus status) {
        switch (status) {
            case JXL_DEC_BASIC_INFO:
                return on_size();
            case JXL_DEC_COLOR_ENCODING:
                take_profile();
                return true;
            case JXL_DEC_BOX:
                begin_box();
                return true;
            case JXL_DEC_BOX_NEED_MORE_OUTPUT:
                return more_box();
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
                return give_room();
            case JXL_DEC_FULL_IMAGE:  // the first frame of an animation is what is shown
                return info_.have_animation == JXL_FALSE;

            default:
                // The end of a file that is cut off, or nonsense. What was seen stands.
                return false;
        }
    }

    Result<bool> on_size() {
        if (JxlDecoderGetBasicInfo(decoder_.get(), &info_) != JXL_DEC_SUCCESS)
            return Error(ErrorCode::corrupt, "no header");
        findings_.facts.width = info_.xsize;
        findings_.facts.height = info_.ysize;
        if (std::uint64_t{info_.xsize} * info_.ysize > kMostPixels)
            return Error(ErrorCode::limit, "more pixels than 400 million");
        format_.num_channels =
            (info_.num_color_channels == 1 ? 1U : 3U) + (info_.alpha_bits > 0 ? 1U : 0U);
        return true;
    }

    void take_profile() {
        // What libjxl gives as sRGB needs no profile.
        JxlColorEncoding srgb{};
        srgb.color_space =
            info_.num_color_channels == 1 ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB;
        srgb.white_point = JXL_WHITE_POINT_D65;
        srgb.primaries = JXL_PRIMARIES_SRGB;
        srgb.transfer_function = JXL_TRANSFER_FUNCTION_SRGB;
        srgb.rendering_intent = JXL_RENDERING_INTENT_RELATIVE;
        if (info_.uses_original_profile == JXL_FALSE &&
            JxlDecoderSetPreferredColorProfile(decoder_.get(), &srgb) == JXL_DEC_SUCCESS)
            return;
        std::size_t size = 0;
        if (JxlDecoderGetICCProfileSize(decoder_.get(), nullptr, JXL_COLOR_PROFILE_TARGET_DATA,
                                        &size) != JXL_DEC_SUCCESS ||
            size > kLargestBox)
            return;
        profile_.resize(size);
        if (JxlDecoderGetColorAsICCProfile(decoder_.get(), nullptr, JXL_COLOR_PROFILE_TARGET_DATA,
                                           profile_.data(), size) != JXL_DEC_SUCCESS)
            profile_.clear();
    }

    void begin_box() {
        end_box();
        JxlBoxType type{};
        if (JxlDecoderGetBoxType(decoder_.get(), type, JXL_TRUE) != JXL_DEC_SUCCESS) return;
        box_type_.assign(type, sizeof type);
        if (box_type_ != "Exif" && box_type_ != "xml ") {
            box_type_.clear();
            return;
        }
        box_.resize(1UL << 16U);
        JxlDecoderSetBoxBuffer(decoder_.get(), box_.data(), box_.size());
    }

    Result<bool> more_box() {
        const auto filled = box_.size() - JxlDecoderReleaseBoxBuffer(decoder_.get());
        if (box_.size() >= kLargestBox) return Error(ErrorCode::limit, "a box is too large");
        box_.resize(box_.size() * 2);
        JxlDecoderSetBoxBuffer(decoder_.get(), box_.data() + filled, box_.size() - filled);
        return true;
    }

    void end_box() {
        if (box_type_.empty()) return;
        box_.resize(box_.size() - JxlDecoderReleaseBoxBuffer(decoder_.get()));
        if (box_type_ == "xml ") read_xmp(box_, findings_);
        const auto distance = media::u32_at(box_, 0, media::Order::big);
        if (box_type_ == "Exif" && distance && *distance <= box_.size() - 4)
            read_exif(ByteView(box_).subspan(4U + *distance), findings_);
        box_type_.clear();
    }

    Result<bool> give_room() {
        std::size_t size = 0;
        if (JxlDecoderImageOutBufferSize(decoder_.get(), &format_, &size) != JXL_DEC_SUCCESS)
            return Error(ErrorCode::corrupt, "no size");
        pixels_.resize(size);
        if (JxlDecoderSetImageOutBuffer(decoder_.get(), &format_, pixels_.data(), size) !=
            JXL_DEC_SUCCESS)
            return Error(ErrorCode::corrupt, "no room");
        return true;
    }

    Result<Picture> finish() {
        if (info_.xsize == 0) return Error(ErrorCode::corrupt, "no header");
        Picture picture;
        if (!decode_) return picture;
        if (pixels_.empty()) return Error(ErrorCode::corrupt, "no pixels");
        TRY_LET(picture.pixels,
                image_of_rows({.first = pixels_.data(),
                               .stride_bytes = std::size_t{info_.xsize} * format_.num_channels,
                               .width = info_.xsize,
                               .height = info_.ysize,
                               .channels = static_cast<int>(format_.num_channels)},
                              profile_));
        return picture;
    }

    Decoder decoder_;
    ByteView bytes_;
    bool decode_;
    Findings& findings_;
    JxlBasicInfo info_{};
    JxlPixelFormat format_{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    Bytes pixels_;
    Bytes profile_;
    Bytes box_;
    std::string box_type_;
};

/// Frames are counted by their headers.
std::uint32_t count_frames(ByteView bytes) {
    const Decoder decoder(JxlDecoderCreate(nullptr), &JxlDecoderDestroy);
    if (JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FRAME) !=
            JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size()) != JXL_DEC_SUCCESS)
        return 0;
    JxlDecoderCloseInput(decoder.get());
    std::uint32_t frames = 0;
    while (frames < kMostFrames) {
        const auto status = JxlDecoderProcessInput(decoder.get());
        if (status == JXL_DEC_FRAME) ++frames;
        if (status == JXL_DEC_BASIC_INFO) {
            JxlBasicInfo info{};
            JxlDecoderGetBasicInfo(decoder.get(), &info);
            if (info.have_animation == JXL_FALSE) return 0;
        }
        if (status != JXL_DEC_FRAME && status != JXL_DEC_BASIC_INFO) break;
    }
    return frames;
}

}  // namespace

Result<Picture> open_jpeg_xl(ByteView bytes, bool decode, Findings& findings) {
    if (const auto frames = count_frames(bytes); frames > 1) findings.facts.frames = frames;
    return Pass(bytes, decode, findings).run();
}

}  // namespace keepsake::decode
