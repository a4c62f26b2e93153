#include "decode/film_waveform.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "decode/av_handle.h"
#include "media/facts.h"

namespace keepsake::decode {
namespace {

constexpr double kLongestWholeSeconds = 600;
constexpr int kPacketsHereAndThere = 8;
constexpr std::int64_t kMostPackets = 400'000;

float at(const AVFrame& frame, AVSampleFormat format, int channel, int sample) {
    const bool planar = av_sample_fmt_is_planar(format) != 0;
    const auto* const plane = frame.extended_data[planar ? channel : 0];
    const int channels = frame.ch_layout.nb_channels;
    const auto index = static_cast<std::size_t>(planar ? sample : sample * channels + channel);
    switch (av_get_packed_sample_fmt(format)) {
        case AV_SAMPLE_FMT_U8:
            return (static_cast<float>(plane[index]) - 128) / 128;
        case AV_SAMPLE_FMT_S16:
            return static_cast<float>(reinterpret_cast<const std::int16_t*>(plane)[index]) / 32768;
        case AV_SAMPLE_FMT_S32:
            return static_cast<float>(reinterpret_cast<const std::int32_t*>(plane)[index]) /
                   2147483648.0F;
        case AV_SAMPLE_FMT_FLT:
            return reinterpret_cast<const float*>(plane)[index];
        case AV_SAMPLE_FMT_DBL:
            return static_cast<float>(reinterpret_cast<const double*>(plane)[index]);
        default:
            return 0;
    }
}

class Peaks {
  public:
    Peaks(AVCodecContext* codec, const AVStream* stream, double duration_s)
        : codec_(codec), stream_(stream), duration_s_(duration_s), bars_(media::kWaveformBars) {}

    void decode(const AVPacket* packet) {
        if (avcodec_send_packet(codec_, packet) < 0) return;
        while (avcodec_receive_frame(codec_, frame_.get()) >= 0) take_frame();
    }
    Bytes bars() const {
        const float loudest = *std::ranges::max_element(bars_);
        if (loudest <= 0) return heard_ ? Bytes(bars_.size(), 0) : Bytes{};
        Bytes bytes;
        for (const float bar : bars_)
            bytes.push_back(static_cast<std::uint8_t>(std::lround(bar / loudest * 255)));
        return bytes;
    }

  private:
    void take_frame() {
        const auto time = frame_->best_effort_timestamp;
        if (time != AV_NOPTS_VALUE) {
            const auto start = stream_->start_time == AV_NOPTS_VALUE ? 0 : stream_->start_time;
            position_s_ = static_cast<double>(time - start) * av_q2d(stream_->time_base);
        }
        const int rate = std::max(1, frame_->sample_rate);
        const auto format = static_cast<AVSampleFormat>(frame_->format);
        const int channels = std::min(frame_->ch_layout.nb_channels, 2);
        for (int sample = 0; sample < frame_->nb_samples; ++sample) {
            float peak = 0;
            for (int channel = 0; channel < channels; ++channel)
                peak = std::max(peak, std::abs(at(*frame_, format, channel, sample)));
            const double when = (position_s_ + static_cast<double>(sample) / rate) / duration_s_;
            const auto bar = static_cast<std::size_t>(std::clamp(when, 0.0, 0.999999) *
                                                      static_cast<double>(bars_.size()));
            if (std::isfinite(peak)) bars_[bar] = std::max(bars_[bar], peak);
            heard_ = true;
        }
        position_s_ += static_cast<double>(frame_->nb_samples) / rate;
        av_frame_unref(frame_.get());
    }

    AVCodecContext* codec_;
    const AVStream* stream_;
    double duration_s_;
    std::vector<float> bars_;
    AvFrame frame_{av_frame_alloc()};
    double position_s_ = 0;
    bool heard_ = false;
};

void decode_whole(AVFormatContext* context, int stream, Peaks& peaks) {
    const AvPacket packet(av_packet_alloc());
    for (std::int64_t count = 0; count < kMostPackets; ++count) {
        if (av_read_frame(context, packet.get()) < 0) return;
        if (packet->stream_index == stream) peaks.decode(packet.get());
        av_packet_unref(packet.get());
    }
}

void decode_places(AVFormatContext* context, int stream, double duration_s, Peaks& peaks,
                   AVCodecContext* codec) {
    const AvPacket packet(av_packet_alloc());
    for (std::size_t bar = 0; bar < media::kWaveformBars; ++bar) {
        const double at_s = duration_s * static_cast<double>(bar) / media::kWaveformBars;
        if (av_seek_frame(context, -1, static_cast<std::int64_t>(at_s * AV_TIME_BASE), 0) < 0)
            continue;
        avcodec_flush_buffers(codec);
        for (int count = 0; count < kPacketsHereAndThere;) {
            if (av_read_frame(context, packet.get()) < 0) break;
            if (packet->stream_index == stream) {
                peaks.decode(packet.get());
                ++count;
            }
            av_packet_unref(packet.get());
        }
    }
}

}  // namespace

Bytes read_waveform(AVFormatContext* context, int stream, double duration_s) {
    const auto* const parameters = context->streams[stream]->codecpar;
    const auto* const decoder = avcodec_find_decoder(parameters->codec_id);
    if (decoder == nullptr || duration_s <= 0) return {};
    const AvCodec codec(avcodec_alloc_context3(decoder));
    if (!codec || avcodec_parameters_to_context(codec.get(), parameters) < 0) return {};
    codec->thread_count = 1;
    codec->pkt_timebase = context->streams[stream]->time_base;
    if (avcodec_open2(codec.get(), decoder, nullptr) < 0) return {};
    Peaks peaks(codec.get(), context->streams[stream], duration_s);
    if (duration_s <= kLongestWholeSeconds)
        decode_whole(context, stream, peaks);
    else
        decode_places(context, stream, duration_s, peaks, codec.get());
    return peaks.bars();
}

}  // namespace keepsake::decode
