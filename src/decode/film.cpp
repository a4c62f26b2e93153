#include "decode/film.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/film_container.h"
#include "decode/film_tags.h"
#include "decode/film_waveform.h"
#include "decode/input.h"
#include "decode/memory_image.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "media/facts.h"
#include "media/kind.h"

namespace keepsake::decode {
namespace {

using media::Format;

constexpr std::int64_t kMostPackets = 2'000;  // until the first picture must have come
constexpr double kStillAtSeconds = 3;

std::string codec_name(const AVStream* stream) {
    return avcodec_get_name(stream->codecpar->codec_id);
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

/// Whether the browsers of the last years all play it. Source: docs/media.md.
bool browsers_play(Format format, const media::Streams& streams, int pixel_format) {
    const auto& video = streams.video;
    const auto& audio = streams.audio;
    const bool plain_pixels = pixel_format == AV_PIX_FMT_NONE ||
                              pixel_format == AV_PIX_FMT_YUV420P ||
                              pixel_format == AV_PIX_FMT_YUVJ420P;
    if (!plain_pixels) return false;
    const bool video_in_mp4 = video.empty() || is_one_of(video, {"h264", "av1"});
    const bool audio_in_mp4 = audio.empty() || is_one_of(audio, {"aac", "mp3", "opus", "flac"});
    if (format == Format::mp4 || format == Format::m4a || format == Format::quicktime)
        return video_in_mp4 && audio_in_mp4;
    if (format == Format::webm)
        return (video.empty() || is_one_of(video, {"vp8", "vp9", "av1"})) &&
               (audio.empty() || is_one_of(audio, {"opus", "vorbis"}));
    if (format == Format::wav) return is_one_of(audio, {"pcm_s16le", "pcm_u8", "pcm_f32le"});
    return video.empty() && is_one_of(audio, {"mp3", "aac", "flac"}) &&
           (format == Format::mp3 || format == Format::aac || format == Format::flac);
}

class Film {
  public:
    Film(const Input& input, Format format, Findings& findings)
        : container_(input), format_(format), findings_(findings) {}

    Result<Picture> open(bool decode) {
        TRY(container_.open(format_));
        take_streams();
        take_duration();
        const auto still = film_ >= 0 ? film_ : cover_;
        if (decode && film_ < 0 && sound_ >= 0 && findings_.facts.duration_s)
            findings_.facts.waveform =
                read_waveform(container_.get(), sound_, *findings_.facts.duration_s);
        if (still < 0) return Error(ErrorCode::unsupported, "there is nothing to see in it");
        if (!decode) return Picture{};
        return film_ >= 0 ? still_of(film_) : cover_of(cover_);
    }

  private:
    void take_streams() {
        const auto found = container_.streams();
        film_ = found.film;
        sound_ = found.sound;
        cover_ = found.cover;
        const bool is_film = media::kind_of(format_) == media::Kind::film;
        const bool is_sound = film_ < 0 && sound_ >= 0;
        // A container of films may hold sound alone, and the other way round.
        if (is_sound && is_film) findings_.facts.kind = media::Kind::sound;
        read_tags(container_.get()->metadata, is_sound, findings_);
        for (const int index : {film_, sound_})
            if (index >= 0)
                read_tags(container_.get()->streams[index]->metadata, is_sound, findings_);
        if (findings_.facts.kind == media::Kind::photograph) return take_film();
        if (film_ >= 0)
            findings_.facts.streams.video = codec_name(container_.get()->streams[film_]);
        if (sound_ >= 0)
            findings_.facts.streams.audio = codec_name(container_.get()->streams[sound_]);
        take_film();
        findings_.facts.streams.browsers_play =
            browsers_play(format_, findings_.facts.streams,
                          film_ >= 0 ? container_.get()->streams[film_]->codecpar->format
                                     : static_cast<int>(AV_PIX_FMT_NONE));
    }

    void take_film() {
        if (film_ < 0) return;
        const auto* const stream = container_.get()->streams[film_];
        if (findings_.facts.width == 0) {
            findings_.facts.width =
                static_cast<std::uint32_t>(std::max(0, stream->codecpar->width));
            findings_.facts.height =
                static_cast<std::uint32_t>(std::max(0, stream->codecpar->height));
        }
        const auto* const matrix =
            av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
        if (matrix == nullptr) return;
        const double turn = av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
        if (!std::isfinite(turn)) return;
        // Counted against the clock by libav.
        const auto quarters = ((static_cast<int>(std::lround(-turn / 90)) % 4) + 4) % 4;
        constexpr Orientation kTurns[] = {Orientation::upright, Orientation::right,
                                          Orientation::half_turn, Orientation::left};
        orientation_ = kTurns[quarters];
        if (is_on_its_side(orientation_)) std::swap(findings_.facts.width, findings_.facts.height);
    }

    void take_duration() {
        if (findings_.facts.kind == media::Kind::photograph) return;
        if (container_.get()->duration > 0)
            findings_.facts.duration_s =
                static_cast<double>(container_.get()->duration) / AV_TIME_BASE;
    }

    Result<AvCodec> open_codec(int index) {
        const auto* const parameters = container_.get()->streams[index]->codecpar;
        const auto* const decoder = avcodec_find_decoder(parameters->codec_id);
        AvCodec codec(decoder == nullptr ? nullptr : avcodec_alloc_context3(decoder));
        if (!codec) return Error(ErrorCode::corrupt, "its codec is not known");
        codec->thread_count = 1;
        // A quarter of the largest side: what every Photo CD holds, and as it is.
        constexpr int kUnpacked = 2;
        if (parameters->codec_id == AV_CODEC_ID_PHOTOCD)
            av_opt_set_int(codec->priv_data, "lowres", kUnpacked, 0);
        codec->max_pixels = static_cast<std::int64_t>(kMostPixels);
        if (avcodec_parameters_to_context(codec.get(), parameters) < 0 ||
            avcodec_open2(codec.get(), decoder, nullptr) < 0)
            return Error(ErrorCode::corrupt, "its codec does not start");
        return codec;
    }

    Result<Picture> still_of(int index) {
        TRY_LET(const auto codec, open_codec(index));
        if (const auto duration = findings_.facts.duration_s; duration && *duration > 1) {
            const double at_s = std::min(*duration / 10, kStillAtSeconds);
            if (av_seek_frame(container_.get(), -1, static_cast<std::int64_t>(at_s * AV_TIME_BASE),
                              AVSEEK_FLAG_BACKWARD) < 0)
                av_seek_frame(container_.get(), -1, 0, AVSEEK_FLAG_BACKWARD);
        }
        const AvPacket packet(av_packet_alloc());
        const AvFrame frame(av_frame_alloc());
        for (std::int64_t count = 0; count < kMostPackets; ++count) {
            const bool at_end = av_read_frame(container_.get(), packet.get()) < 0;
            if (at_end) {
                avcodec_send_packet(codec.get(), nullptr);
            } else {
                const bool wanted = packet->stream_index == index;
                if (wanted) avcodec_send_packet(codec.get(), packet.get());
                av_packet_unref(packet.get());
                if (!wanted) continue;
            }
            if (avcodec_receive_frame(codec.get(), frame.get()) >= 0) return picture_of(*frame);
            if (at_end) break;
        }
        return Error(ErrorCode::corrupt, "no picture can be decoded");
    }

    Result<Picture> cover_of(int index) {
        TRY_LET(const auto codec, open_codec(index));
        const AvFrame frame(av_frame_alloc());
        if (avcodec_send_packet(codec.get(), &container_.get()->streams[index]->attached_pic) < 0)
            return Error(ErrorCode::unsupported, "its cover cannot be decoded");
        avcodec_send_packet(codec.get(), nullptr);
        if (avcodec_receive_frame(codec.get(), frame.get()) < 0)
            return Error(ErrorCode::unsupported, "its cover cannot be decoded");
        return picture_of(*frame);
    }

    Result<Picture> picture_of(const AVFrame& frame) const {
        const auto* const description =
            av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
        if (description == nullptr || frame.width <= 0 || frame.height <= 0)
            return Error(ErrorCode::corrupt, "a picture without pixels");
        const bool has_alpha = (description->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
        // Pixels that are not square are made so.
        int width = frame.width;
        const auto shape = frame.sample_aspect_ratio;
        if (shape.num > 0 && shape.den > 0 && shape.num != shape.den && shape.num < 8 * shape.den &&
            shape.den < 8 * shape.num)
            width =
                std::max(1, static_cast<int>(std::int64_t{frame.width} * shape.num / shape.den));
        const AvScaler scaler(
            sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format),
                           width, frame.height, has_alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24,
                           SWS_BICUBIC, nullptr, nullptr, nullptr));
        if (!scaler) return Error(ErrorCode::corrupt, "its colours are not known");
        const int* const matrix = sws_getCoefficients(
            frame.colorspace == AVCOL_SPC_UNSPECIFIED && frame.height >= 720 ? SWS_CS_ITU709
                                                                             : frame.colorspace);
        sws_setColorspaceDetails(scaler.get(), matrix, frame.color_range == AVCOL_RANGE_JPEG,
                                 sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
        const int channels = has_alpha ? 4 : 3;
        // libswscale writes whole vectors past the end of a row.
        const int stride = (width * channels + 63) / 64 * 64 + 64;
        Bytes pixels(static_cast<std::size_t>(stride) * static_cast<std::size_t>(frame.height) +
                     64);
        std::uint8_t* const rows[] = {pixels.data(), nullptr, nullptr, nullptr};
        const int strides[] = {stride, 0, 0, 0};
        if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, rows, strides) <=
            0)
            return Error(ErrorCode::corrupt, "its colours cannot be converted");
        Picture picture;
        picture.orientation = orientation_;
        TRY_LET(picture.pixels, image_of_rows({.first = pixels.data(),
                                               .stride_bytes = static_cast<std::size_t>(stride),
                                               .width = static_cast<std::uint32_t>(width),
                                               .height = static_cast<std::uint32_t>(frame.height),
                                               .channels = channels},
                                              {}));
        return picture;
    }

    FilmContainer container_;
    Format format_;
    Findings& findings_;
    int film_ = -1;
    int sound_ = -1;
    int cover_ = -1;
    Orientation orientation_ = Orientation::upright;
};

}  // namespace

bool is_film(Format format) { return demuxer_of(format) != nullptr; }

Result<Picture> open_film(const Input& input, Format format, bool decode, Findings& findings) {
    av_log_set_level(AV_LOG_QUIET);
    return Film(input, format, findings).open(decode);
}

}  // namespace keepsake::decode
