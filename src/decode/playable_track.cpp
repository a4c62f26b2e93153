#include "decode/playable_track.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/picture.h"
#include "decode/playable_file.h"

namespace keepsake::decode {
namespace {

class CopiedTrack final : public PlayableTrack {
  public:
    explicit CopiedTrack(const TrackPlace& place) : place_(place) {}

    Result<> open() {
        const auto& stream = *place_.source();
        TRY(filter_.open(*stream.codecpar, stream.time_base));
        TRY_LET(stream_, place_.file->add(filter_.parameters(), stream.time_base));
        begin_ = place_.begin_in(stream.time_base);
        return {};
    }
    Result<> take(AVPacket& packet) override {
        const bool is_sound = place_.source()->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        // Before the cut that an edit list makes; of a film these may be needed.
        if (is_sound && (packet.flags & AV_PKT_FLAG_DISCARD) != 0) return {};
        if (packet.size == 0) return {};
        av_packet_free_side_data(&packet);
        if (packet.pts != AV_NOPTS_VALUE) packet.pts -= begin_;
        if (packet.dts != AV_NOPTS_VALUE) packet.dts -= begin_;
        // Containers refuse time that stands still or runs backwards.
        if (packet.dts != AV_NOPTS_VALUE) {
            if (last_ != AV_NOPTS_VALUE && packet.dts <= last_) packet.dts = last_ + 1;
            if (packet.pts != AV_NOPTS_VALUE && packet.pts < packet.dts) packet.pts = packet.dts;
            last_ = packet.dts;
        }
        return filter_.pass(&packet, *place_.file, stream_, count_);
    }
    Result<> finish() override { return filter_.pass(nullptr, *place_.file, stream_, count_); }
    std::int64_t count() const override { return count_; }

  private:
    TrackPlace place_;
    NoteFilter filter_;
    int stream_ = 0;
    std::int64_t begin_ = 0;
    std::int64_t last_ = AV_NOPTS_VALUE;
    std::int64_t count_ = 0;
};

}  // namespace

FilmSize encoded_size(const AVCodecParameters& parameters) {
    double width = std::max(parameters.width, 1);
    double height = std::max(parameters.height, 1);
    const auto shape = parameters.sample_aspect_ratio;
    if (shape.num > 0 && shape.den > 0 && shape.num < 8LL * shape.den &&
        shape.den < 8LL * shape.num)
        width *= av_q2d(shape);
    const double less = std::min(1.0, kLongestFilmSide / std::max(width, height));
    const auto even = [less](double side) {
        return std::max(2, static_cast<int>(std::lround(side * less / 2)) * 2);
    };
    return {.width = even(width), .height = even(height)};
}

Result<AvCodec> open_decoder(const AVStream& stream, int threads) {
    const auto* const decoder = avcodec_find_decoder(stream.codecpar->codec_id);
    AvCodec codec(decoder == nullptr ? nullptr : avcodec_alloc_context3(decoder));
    if (!codec) return Error(ErrorCode::corrupt, "its codec is not known");
    if (avcodec_parameters_to_context(codec.get(), stream.codecpar) < 0)
        return Error(ErrorCode::corrupt, "its codec does not start");
    codec->thread_count = threads;
    codec->max_pixels = static_cast<std::int64_t>(kMostPixels);
    codec->pkt_timebase = stream.time_base;
    if (avcodec_open2(codec.get(), decoder, nullptr) < 0)
        return Error(ErrorCode::corrupt, "its codec does not start");
    return codec;
}

Result<> NoteFilter::open(const AVCodecParameters& parameters, AVRational time_base) {
    const Error malformed(ErrorCode::unsupported, "its stream is described wrongly");
    // H.264's supplemental enhancement information; AV1's metadata.
    const char* const what = parameters.codec_id == AV_CODEC_ID_H264 ? "filter_units=remove_types=6"
                             : parameters.codec_id == AV_CODEC_ID_AV1
                                 ? "filter_units=remove_types=5"
                                 : "null";
    AVBSFContext* filter = nullptr;
    const int parsed = av_bsf_list_parse_str(what, &filter);
    filter_.reset(filter);
    if (parsed < 0 || avcodec_parameters_copy(filter_->par_in, &parameters) < 0) return malformed;
    filter_->time_base_in = time_base;
    time_base_ = time_base;
    if (av_bsf_init(filter_.get()) < 0) return malformed;
    return {};
}

Result<> NoteFilter::pass(AVPacket* packet, PlayableFile& file, int stream, std::int64_t& count) {
    if (av_bsf_send_packet(filter_.get(), packet) < 0) {
        if (packet != nullptr) av_packet_unref(packet);
        return {};
    }
    for (;;) {
        const int got = av_bsf_receive_packet(filter_.get(), out_.get());
        if (got < 0) return {};
        ++count;
        TRY(file.write(*out_, stream, time_base_));
    }
}

Result<std::unique_ptr<PlayableTrack>> copied_track(const TrackPlace& place) {
    auto track = std::make_unique<CopiedTrack>(place);
    TRY(track->open());
    return std::unique_ptr<PlayableTrack>(std::move(track));
}

}  // namespace keepsake::decode
