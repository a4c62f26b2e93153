// Films encoded anew.
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/playable_file.h"
#include "decode/playable_track.h"

namespace keepsake::decode {
namespace {

constexpr AVRational kTimeBase{1, 90'000};
constexpr std::int64_t kMostBitsASecond = 10'000'000;

int thread_count() {
    // std::thread asks a file how many there are, which ends a process in the cage.
    cpu_set_t processors;
    if (::sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
    return std::clamp(CPU_COUNT(&processors), 1, 4);
}

/// The two halves of an interlaced picture are of different moments: each line is blended with its
/// neighbours, so that no combs are seen.
void blend_lines(std::uint8_t* plane, int stride, int width, int height) {
    std::vector<std::uint8_t> above(plane, plane + width);
    for (int y = 1; y + 1 < height; ++y) {
        auto* const line = plane + std::ptrdiff_t{y} * stride;
        const auto* const below = line + stride;
        for (int x = 0; x < width; ++x) {
            const auto own = line[x];
            line[x] = static_cast<std::uint8_t>(
                (above[static_cast<std::size_t>(x)] + 2 * own + below[x] + 2) / 4);
            above[static_cast<std::size_t>(x)] = own;
        }
    }
}

/// Pictures of any size and colours as those of the copy.
class PictureConverter {
  public:
    explicit PictureConverter(FilmSize size) : size_(size) {}

    /// Into `to`, which is made where it is empty. Errors: corrupt.
    Result<> convert(const AVFrame& from, AVFrame& to) {
        const Error wrong(ErrorCode::corrupt, "its colours cannot be converted");
        const auto format = static_cast<AVPixelFormat>(from.format);
        const auto* const description = av_pix_fmt_desc_get(format);
        if (description == nullptr || from.width <= 0 || from.height <= 0) return wrong;
        to.format = AV_PIX_FMT_YUV420P;
        to.width = size_.width;
        to.height = size_.height;
        if (av_frame_get_buffer(&to, 0) < 0) return Error(ErrorCode::limit, "no room");
        scaler_.reset(sws_getCachedContext(scaler_.release(), from.width, from.height, format,
                                           to.width, to.height, AV_PIX_FMT_YUV420P, SWS_BICUBIC,
                                           nullptr, nullptr, nullptr));
        if (!scaler_) return wrong;
        const bool is_rgb = (description->flags & AV_PIX_FMT_FLAG_RGB) != 0;
        // What is not RGB keeps its own matrix, which the copy tells.
        const int* const matrix = sws_getCoefficients(is_rgb ? SWS_CS_ITU709 : SWS_CS_DEFAULT);
        const bool is_full = is_rgb || from.color_range == AVCOL_RANGE_JPEG || is_jpeg(format);
        sws_setColorspaceDetails(scaler_.get(), matrix, is_full ? 1 : 0, matrix, 0, 0, 1 << 16,
                                 1 << 16);
        if (sws_scale(scaler_.get(), from.data, from.linesize, 0, from.height, to.data,
                      to.linesize) <= 0)
            return wrong;
        if (from.interlaced_frame != 0 && from.height == to.height)
            for (int plane = 0; plane < 3; ++plane)
                blend_lines(to.data[plane], to.linesize[plane],
                            plane == 0 ? to.width : to.width / 2,
                            plane == 0 ? to.height : to.height / 2);
        return {};
    }

  private:
    static bool is_jpeg(AVPixelFormat format) {
        return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
               format == AV_PIX_FMT_YUVJ444P || format == AV_PIX_FMT_YUVJ440P ||
               format == AV_PIX_FMT_YUVJ411P;
    }
    FilmSize size_;
    AvScaler scaler_;
};

class EncodedFilm final : public PlayableTrack {
  public:
    explicit EncodedFilm(const TrackPlace& place)
        : place_(place), converter_(encoded_size(*place.source()->codecpar)) {}

    Result<> open() {
        TRY_LET(decoder_, open_decoder(*place_.source(), thread_count()));
        TRY(open_encoder());
        const AvParameters made(avcodec_parameters_alloc());
        if (!made || avcodec_parameters_from_context(made.get(), encoder_.get()) < 0)
            return Error(ErrorCode::limit, "no room");
        TRY(filter_.open(*made, kTimeBase));
        TRY_LET(stream_, place_.file->add(filter_.parameters(), kTimeBase));
        begin_ = place_.begin_in(kTimeBase);
        return {};
    }
    Result<> take(AVPacket& packet) override {
        // What is broken is left out.
        static_cast<void>(avcodec_send_packet(decoder_.get(), &packet));
        return take_pictures();
    }
    Result<> finish() override {
        static_cast<void>(avcodec_send_packet(decoder_.get(), nullptr));
        TRY(take_pictures());
        if (avcodec_send_frame(encoder_.get(), nullptr) < 0) return {};
        return take_packets();
    }
    std::int64_t count() const override { return count_; }

  private:
    Result<> open_encoder() {
        const auto* const x264 = avcodec_find_encoder_by_name("libx264");
        encoder_.reset(x264 == nullptr ? nullptr : avcodec_alloc_context3(x264));
        if (!encoder_) return Error(ErrorCode::unsupported, "there is no encoder for films");
        const auto& from = *place_.source()->codecpar;
        const auto size = encoded_size(from);
        auto& codec = *encoder_;
        codec.width = size.width;
        codec.height = size.height;
        codec.pix_fmt = AV_PIX_FMT_YUV420P;
        codec.time_base = kTimeBase;
        codec.sample_aspect_ratio = {1, 1};
        codec.framerate = av_guess_frame_rate(place_.input, place_.source(), nullptr);
        if (codec.framerate.num <= 0 || codec.framerate.den <= 0 ||
            av_q2d(codec.framerate) > kMostFramesASecond || av_q2d(codec.framerate) < 1)
            codec.framerate = {30, 1};
        codec.gop_size = static_cast<int>(2 * av_q2d(codec.framerate)) + 1;  // to seek by
        codec.thread_count = thread_count();
        codec.rc_max_rate = kMostBitsASecond;
        codec.rc_buffer_size = static_cast<int>(2 * kMostBitsASecond);
        codec.color_range = AVCOL_RANGE_MPEG;
        codec.color_primaries = from.color_primaries;
        codec.color_trc = from.color_trc;
        const auto* const pixels = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(from.format));
        const bool is_rgb = pixels != nullptr && (pixels->flags & AV_PIX_FMT_FLAG_RGB) != 0;
        codec.colorspace = is_rgb ? AVCOL_SPC_BT709 : from.color_space;
        codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        AVDictionary* options = nullptr;
        av_dict_set(&options, "preset", "veryfast", 0);
        av_dict_set(&options, "crf", "22", 0);
        const int opened = avcodec_open2(&codec, x264, &options);
        av_dict_free(&options);
        if (opened < 0)
            return Error(ErrorCode::unsupported, "the encoder for films does not start");
        return {};
    }

    Result<> take_pictures() {
        while (avcodec_receive_frame(decoder_.get(), decoded_.get()) >= 0) {
            auto taken = take_picture();
            av_frame_unref(decoded_.get());
            TRY(std::move(taken));
        }
        return {};
    }

    Result<> take_picture() {
        const auto base = place_.source()->time_base;
        const auto stamp = decoded_->best_effort_timestamp;
        const auto step = av_rescale_q(1, av_inv_q(encoder_->framerate), kTimeBase);
        auto when =
            stamp == AV_NOPTS_VALUE ? last_ + step : av_rescale_q(stamp, base, kTimeBase) - begin_;
        constexpr std::int64_t kLeastStep = kTimeBase.den / (kMostFramesASecond + 1);
        if (has_last_ && when - last_ < kLeastStep) return {};
        if (!has_last_) when = std::max<std::int64_t>(when, 0);
        last_ = when;
        has_last_ = true;
        const AvFrame picture(av_frame_alloc());
        if (!picture) return Error(ErrorCode::limit, "no room");
        if (!converter_.convert(*decoded_, *picture)) return {};
        picture->pts = when;
        if (avcodec_send_frame(encoder_.get(), picture.get()) < 0)
            return Error(ErrorCode::corrupt, "a picture cannot be encoded");
        return take_packets();
    }

    Result<> take_packets() {
        while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) {
            // The encoder does not know how long; the last picture is shown as long as others.
            if (packet_->duration <= 0)
                packet_->duration = av_rescale_q(1, av_inv_q(encoder_->framerate), kTimeBase);
            TRY(filter_.pass(packet_.get(), *place_.file, stream_, count_));
        }
        return {};
    }

    TrackPlace place_;
    PictureConverter converter_;
    NoteFilter filter_;
    AvCodec decoder_;
    AvCodec encoder_;
    AvFrame decoded_{av_frame_alloc()};
    AvPacket packet_{av_packet_alloc()};
    int stream_ = 0;
    std::int64_t begin_ = 0;
    std::int64_t last_ = 0;
    bool has_last_ = false;
    std::int64_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<PlayableTrack>> encoded_film(const TrackPlace& place) {
    auto track = std::make_unique<EncodedFilm>(place);
    TRY(track->open());
    return std::unique_ptr<PlayableTrack>(std::move(track));
}

}  // namespace keepsake::decode
