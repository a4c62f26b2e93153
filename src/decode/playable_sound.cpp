// Sound encoded anew.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/playable_file.h"
#include "decode/playable_track.h"

namespace keepsake::decode {
namespace {

constexpr std::int64_t kBitsAChannel = 80'000;
/// What AAC has and every player knows; another rate becomes the last.
constexpr int kRates[] = {8'000, 11'025, 12'000, 16'000, 22'050, 24'000, 32'000, 44'100, 48'000};

int rate_for(int rate) {
    return std::ranges::find(kRates, rate) != std::end(kRates) ? rate : std::rbegin(kRates)[0];
}

class EncodedSound final : public PlayableTrack {
  public:
    explicit EncodedSound(const TrackPlace& place) : place_(place) {}

    Result<> open() {
        TRY_LET(decoder_, open_decoder(*place_.source(), 1));
        TRY(open_encoder());
        const AvParameters made(avcodec_parameters_alloc());
        if (!made || avcodec_parameters_from_context(made.get(), encoder_.get()) < 0)
            return Error(ErrorCode::limit, "no room");
        TRY_LET(stream_, place_.file->add(*made, encoder_->time_base));
        waiting_.reset(
            av_audio_fifo_alloc(encoder_->sample_fmt, encoder_->ch_layout.nb_channels, 4096));
        if (!waiting_) return Error(ErrorCode::limit, "no room");
        return {};
    }
    Result<> take(AVPacket& packet) override {
        // What is broken is left out.
        static_cast<void>(avcodec_send_packet(decoder_.get(), &packet));
        return take_decoded();
    }
    Result<> finish() override {
        static_cast<void>(avcodec_send_packet(decoder_.get(), nullptr));
        TRY(take_decoded());
        if (resampler_) TRY(resample(nullptr));
        TRY(encode(true));
        if (avcodec_send_frame(encoder_.get(), nullptr) < 0) return {};
        return take_packets();
    }
    std::int64_t count() const override { return count_; }

  private:
    Result<> open_encoder() {
        const auto* const aac = avcodec_find_encoder_by_name("aac");
        encoder_.reset(aac == nullptr ? nullptr : avcodec_alloc_context3(aac));
        if (!encoder_) return Error(ErrorCode::unsupported, "there is no encoder for sound");
        auto& codec = *encoder_;
        codec.sample_rate = rate_for(decoder_->sample_rate);
        const int channels = decoder_->ch_layout.nb_channels == 1 ? 1 : 2;
        av_channel_layout_default(&codec.ch_layout, channels);
        codec.sample_fmt = AV_SAMPLE_FMT_FLTP;
        codec.time_base = {1, codec.sample_rate};
        // At most what the format allows: 6,144 bits a frame of a channel, of which some is spared.
        codec.bit_rate =
            channels * std::min<std::int64_t>(kBitsAChannel, std::int64_t{4} * codec.sample_rate);
        codec.thread_count = 1;
        codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        if (avcodec_open2(&codec, aac, nullptr) < 0)
            return Error(ErrorCode::unsupported, "the encoder for sound does not start");
        return {};
    }

    Result<> take_decoded() {
        while (avcodec_receive_frame(decoder_.get(), decoded_.get()) >= 0) {
            auto taken = take_frame();
            av_frame_unref(decoded_.get());
            TRY(std::move(taken));
        }
        return {};
    }

    Result<> take_frame() {
        if (!fit_resampler()) return {};
        TRY(keep_time());
        TRY(resample(decoded_.get()));
        return encode(false);
    }

    /// A resampler for frames like this one: they may change on the way. False where there is none.
    bool fit_resampler() {
        auto& frame = *decoded_;
        if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
            av_channel_layout_default(&frame.ch_layout, frame.ch_layout.nb_channels);
        if (frame.sample_rate <= 0 || frame.ch_layout.nb_channels <= 0) return false;
        if (resampler_ && frame.format == format_ && frame.sample_rate == rate_ &&
            frame.ch_layout.nb_channels == channels_)
            return true;
        format_ = frame.format;
        rate_ = frame.sample_rate;
        channels_ = frame.ch_layout.nb_channels;
        SwrContext* made = nullptr;
        const int code = swr_alloc_set_opts2(&made, &encoder_->ch_layout, encoder_->sample_fmt,
                                             encoder_->sample_rate, &frame.ch_layout,
                                             static_cast<AVSampleFormat>(frame.format),
                                             frame.sample_rate, 0, nullptr);
        resampler_.reset(made);
        if (code >= 0 && swr_init(resampler_.get()) >= 0) return true;
        resampler_.reset();
        return false;
    }

    /// Where the original is silent for a while silence is put in, so that sound and picture stay
    /// together; where it runs over, what is too much is passed over by the clock alone.
    Result<> keep_time() {
        constexpr double kNoticed = 0.1;   // seconds
        constexpr double kLongest = 3600;  // more is a clock that jumps, not silence
        const auto stamp = decoded_->best_effort_timestamp;
        if (stamp == AV_NOPTS_VALUE) return {};
        const auto when = av_rescale_q(stamp, place_.source()->time_base, encoder_->time_base) -
                          place_.begin_in(encoder_->time_base) - shift_;
        const auto ahead =
            when - produced_ - swr_get_delay(resampler_.get(), encoder_->sample_rate);
        const double seconds = static_cast<double>(ahead) / encoder_->sample_rate;
        if (seconds > -kNoticed && seconds < kNoticed) return {};
        if (seconds < 0 || seconds > kLongest) {
            shift_ += ahead;
            return {};
        }
        return put_silence(ahead);
    }

    Result<> put_silence(std::int64_t samples) {
        constexpr std::int64_t kAtOnce = 8192;
        while (samples > 0) {
            const auto piece = static_cast<int>(std::min(samples, kAtOnce));
            const AvFrame silence(av_frame_alloc());
            if (!silence) return Error(ErrorCode::limit, "no room");
            TRY(make_room(*silence, piece));
            av_samples_set_silence(silence->extended_data, 0, piece,
                                   encoder_->ch_layout.nb_channels, encoder_->sample_fmt);
            TRY(wait_with(*silence));
            TRY(encode(false));
            samples -= piece;
        }
        return {};
    }

    Result<> make_room(AVFrame& frame, int samples) const {
        frame.format = encoder_->sample_fmt;
        frame.sample_rate = encoder_->sample_rate;
        frame.nb_samples = samples;
        if (av_channel_layout_copy(&frame.ch_layout, &encoder_->ch_layout) < 0 ||
            av_frame_get_buffer(&frame, 0) < 0)
            return Error(ErrorCode::limit, "no room");
        return {};
    }

    Result<> wait_with(const AVFrame& frame) {
        if (av_audio_fifo_write(waiting_.get(), reinterpret_cast<void**>(frame.extended_data),
                                frame.nb_samples) < frame.nb_samples)
            return Error(ErrorCode::limit, "no room");
        produced_ += frame.nb_samples;
        return {};
    }

    /// `from`: null for what is left at the end.
    Result<> resample(const AVFrame* from) {
        const AvFrame to(av_frame_alloc());
        if (!to) return Error(ErrorCode::limit, "no room");
        const int incoming = from == nullptr ? 0 : from->nb_samples;
        const int room = swr_get_out_samples(resampler_.get(), incoming);
        if (room <= 0) return {};
        TRY(make_room(*to, room));
        const int got = swr_convert(
            resampler_.get(), to->extended_data, room,
            from == nullptr ? nullptr : const_cast<const std::uint8_t**>(from->extended_data),
            incoming);
        if (got <= 0) return {};
        to->nb_samples = got;
        return wait_with(*to);
    }

    /// Whole frames of the encoder's size; at the end the rest, too.
    Result<> encode(bool at_end) {
        const int whole = encoder_->frame_size;
        for (;;) {
            const int waiting = av_audio_fifo_size(waiting_.get());
            if (waiting == 0 || (waiting < whole && !at_end)) return {};
            const AvFrame frame(av_frame_alloc());
            if (!frame) return Error(ErrorCode::limit, "no room");
            TRY(make_room(*frame, std::min(whole, waiting)));
            av_audio_fifo_read(waiting_.get(), reinterpret_cast<void**>(frame->extended_data),
                               frame->nb_samples);
            frame->pts = sent_;
            sent_ += frame->nb_samples;
            if (avcodec_send_frame(encoder_.get(), frame.get()) < 0)
                return Error(ErrorCode::corrupt, "a sound cannot be encoded");
            TRY(take_packets());
        }
    }

    Result<> take_packets() {
        while (avcodec_receive_packet(encoder_.get(), packet_.get()) >= 0) {
            ++count_;
            TRY(place_.file->write(*packet_, stream_, encoder_->time_base));
        }
        return {};
    }

    TrackPlace place_;
    AvCodec decoder_;
    AvCodec encoder_;
    AvResampler resampler_;
    int format_ = AV_SAMPLE_FMT_NONE;  // what the resampler is for
    int rate_ = 0;
    int channels_ = 0;
    AvSamples waiting_;
    AvFrame decoded_{av_frame_alloc()};
    AvPacket packet_{av_packet_alloc()};
    int stream_ = 0;
    std::int64_t shift_ = 0;     // of the original's clock, in samples
    std::int64_t produced_ = 0;  // samples
    std::int64_t sent_ = 0;
    std::int64_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<PlayableTrack>> encoded_sound(const TrackPlace& place) {
    auto track = std::make_unique<EncodedSound>(place);
    TRY(track->open());
    return std::unique_ptr<PlayableTrack>(std::move(track));
}

}  // namespace keepsake::decode
