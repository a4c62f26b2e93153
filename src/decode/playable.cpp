#include "decode/playable.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/film_container.h"
#include "decode/input.h"
#include "decode/playable_file.h"
#include "decode/playable_track.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace keepsake::decode {
namespace {

using media::Format;
using media::Outcome;

/// Whose packets can be copied with the times that stand beside them.
bool has_times(Format format) {
    constexpr Format kFormats[] = {Format::mp4,  Format::quicktime, Format::m4a,
                                   Format::webm, Format::matroska,  Format::flash_video};
    return std::ranges::find(kFormats, format) != std::end(kFormats);
}

/// Whether something at the beginning or within was cut away by a list of edits, and is still
/// there.
bool has_hidden_frames(AVStream* stream) {
    const int count = avformat_index_get_entries_count(stream);
    for (int i = 0; i < count; ++i) {
        const auto* const entry = avformat_index_get_entry(stream, i);
        if (entry != nullptr && (entry->flags & AVINDEX_DISCARD_FRAME) != 0) return true;
    }
    return false;
}

bool film_plays(Format format, AVStream* stream) {
    const auto& codec = *stream->codecpar;
    const bool known = codec.codec_id == AV_CODEC_ID_H264 || codec.codec_id == AV_CODEC_ID_AV1 ||
                       codec.codec_id == AV_CODEC_ID_VP9;
    const bool plain = codec.format == AV_PIX_FMT_YUV420P || codec.format == AV_PIX_FMT_YUVJ420P;
    const bool whole =
        codec.field_order == AV_FIELD_UNKNOWN || codec.field_order == AV_FIELD_PROGRESSIVE;
    const bool described = codec.codec_id != AV_CODEC_ID_H264 || codec.extradata_size > 6;
    return known && plain && whole && described && has_times(format) && !has_hidden_frames(stream);
}

bool sound_plays(Format format, const AVCodecParameters& codec) {
    if (codec.ch_layout.nb_channels > 2) return false;
    if (codec.codec_id == AV_CODEC_ID_AAC) return codec.extradata_size > 0 && has_times(format);
    return codec.codec_id == AV_CODEC_ID_MP3 && (has_times(format) || format == Format::mp3);
}

bool is_steady(const std::int32_t* matrix) {
    return std::isfinite(av_display_rotation_get(matrix));
}

/// One copy on its way.
class Playable {
  public:
    Playable(const Input& input, Format format, PlayableTeller& teller)
        : input_(input), format_(format), teller_(teller), container_(input), file_(teller) {}

    Result<> make() {
        TRY(container_.open(format_));
        streams_ = container_.streams();
        if (streams_.film < 0 && streams_.sound < 0)
            return Error(ErrorCode::unsupported, "there is nothing to play in it");
        TRY(open_tracks());
        TRY(teller_.tell_facts(facts()));
        TRY(file_.begin());
        TRY(copy());
        const auto count = (film_ ? film_->count() : 0) + (sound_ ? sound_->count() : 0);
        if (count == 0 || (film_ && film_->count() == 0))
            return Error(ErrorCode::corrupt, "nothing in it can be decoded");
        return file_.end();
    }

  private:
    Result<> open_tracks() {
        auto* const input = container_.get();
        const bool is_mp3 = streams_.film < 0 &&
                            input->streams[streams_.sound]->codecpar->codec_id == AV_CODEC_ID_MP3;
        TRY(file_.open(is_mp3 ? PlayableContainer::mp3 : PlayableContainer::mp4));
        for (unsigned i = 0; i < input->nb_streams; ++i) {
            const auto index = static_cast<int>(i);
            const bool wanted = index == streams_.film || index == streams_.sound;
            input->streams[i]->discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
        }
        if (streams_.film >= 0) TRY(open_film());
        if (streams_.sound >= 0) TRY(open_sound(is_mp3));
        return {};
    }

    Result<> open_film() {
        const TrackPlace place{.input = container_.get(), .stream = streams_.film, .file = &file_};
        auto* const stream = place.source();
        copies_film_ = film_plays(format_, stream);
        if (copies_film_) {
            TRY_LET(film_, copied_track(place));
        } else {
            TRY_LET(film_, encoded_film(place));
        }
        std::size_t size = 0;
        const auto* const matrix =
            av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
        constexpr std::size_t kMatrixBytes = 9 * sizeof(std::int32_t);
        if (matrix == nullptr || size != kMatrixBytes) return {};
        const auto* const numbers = reinterpret_cast<const std::int32_t*>(matrix);
        if (!is_steady(numbers)) return {};
        const double turn = av_display_rotation_get(numbers);
        is_on_its_side_ = std::abs(std::lround(turn / 90)) % 2 == 1;
        return file_.turn(0, {matrix, size});
    }

    Result<> open_sound(bool is_mp3) {
        const TrackPlace place{.input = container_.get(), .stream = streams_.sound, .file = &file_};
        const bool copies = is_mp3 || sound_plays(format_, *place.source()->codecpar);
        auto made = copies ? copied_track(place) : encoded_sound(place);
        if (!made && made.error().code() == ErrorCode::limit) return std::move(made).error();
        // A film whose sound cannot be had is still one; a recording is not.
        if (!made && streams_.film < 0) return std::move(made).error();
        if (made) sound_ = *std::move(made);
        return {};
    }

    /// Of the copy.
    media::Facts facts() const {
        media::Facts facts;
        facts.kind = film_ ? media::Kind::film : media::Kind::sound;
        facts.format = film_ ? Format::mp4 : Format::m4a;
        const auto* const input = container_.get();
        if (film_) {
            const auto& codec = *input->streams[streams_.film]->codecpar;
            const auto size = copies_film_ ? FilmSize{.width = codec.width, .height = codec.height}
                                           : encoded_size(codec);
            facts.width = static_cast<std::uint32_t>(std::max(0, size.width));
            facts.height = static_cast<std::uint32_t>(std::max(0, size.height));
            if (is_on_its_side_) std::swap(facts.width, facts.height);
        } else if (input->streams[streams_.sound]->codecpar->codec_id == AV_CODEC_ID_MP3) {
            facts.format = Format::mp3;
        }
        facts.streams.browsers_play = true;
        if (input->duration > 0)
            facts.duration_s = static_cast<double>(input->duration) / AV_TIME_BASE;
        return facts;
    }

    Result<> copy() {
        auto* const input = container_.get();
        const AvPacket packet(av_packet_alloc());
        if (!packet) return Error(ErrorCode::limit, "no room");
        while (av_read_frame(input, packet.get()) >= 0) {
            const auto stream = packet->stream_index;
            Result<> taken;
            if (film_ && stream == streams_.film) taken = film_->take(*packet);
            if (sound_ && stream == streams_.sound) taken = sound_->take(*packet);
            av_packet_unref(packet.get());
            TRY(std::move(taken));
            TRY(tell_progress());
        }
        if (film_) TRY(film_->finish());
        if (sound_) TRY(sound_->finish());
        return {};
    }

    Result<> tell_progress() {
        constexpr std::chrono::milliseconds kOften{250};
        const auto now = std::chrono::steady_clock::now();
        if (now - told_at_ < kOften) return {};
        told_at_ = now;
        const auto at =
            static_cast<double>(std::max<std::int64_t>(0, avio_tell(container_.get()->pb)));
        const auto size = static_cast<double>(std::max<std::uint64_t>(1, input_.size_bytes()));
        return teller_.tell_progress(
            static_cast<std::uint32_t>(std::clamp(at / size, 0.0, 1.0) * 1000));
    }

    const Input& input_;
    Format format_;
    PlayableTeller& teller_;
    FilmContainer container_;
    PlayableFile file_;
    FilmContainer::Streams streams_;
    std::unique_ptr<PlayableTrack> film_;  // the first stream of the copy, where there is one
    std::unique_ptr<PlayableTrack> sound_;
    bool copies_film_ = false;
    bool is_on_its_side_ = false;
    std::chrono::steady_clock::time_point told_at_;
};

Result<> guarded(const Input& input, Format format, PlayableTeller& teller) {
    try {
        return Playable(input, format, teller).make();
    } catch (const std::exception& thrown) {
        return Error(ErrorCode::corrupt, thrown.what());
    }
}

/// Remembers that it was the teller that failed.
class WatchedTeller final : public PlayableTeller {
  public:
    explicit WatchedTeller(PlayableTeller& to) : to_(to) {}
    Result<> tell_facts(const media::Facts& facts) override { return watch(to_.tell_facts(facts)); }
    Result<> tell_progress(std::uint32_t thousandths) override {
        return watch(to_.tell_progress(thousandths));
    }
    Result<> tell_body(ByteView bytes) override { return watch(to_.tell_body(bytes)); }
    Result<> tell_head(ByteView bytes) override { return watch(to_.tell_head(bytes)); }
    bool has_failed() const { return failed_; }

  private:
    Result<> watch(Result<> told) {
        failed_ |= !told;
        return told;
    }
    PlayableTeller& to_;
    bool failed_ = false;
};

}  // namespace

Result<media::DoneBody> make_playable(const Input& input, const media::LookBody& question,
                                      PlayableTeller& teller) {
    av_log_set_level(AV_LOG_QUIET);
    const auto format = media::detect(input.head(), input.size_bytes(), question.question.name);
    const auto kind = media::kind_of(format);
    if (kind != media::Kind::film && kind != media::Kind::sound)
        return media::DoneBody{.outcome = Outcome::no_picture, .why = "neither film nor sound"};
    WatchedTeller watched(teller);
    auto made = guarded(input, format, watched);
    if (made) return media::DoneBody{.outcome = Outcome::whole, .why = {}};
    if (watched.has_failed()) return std::move(made).error();
    return media::DoneBody{.outcome = Outcome::not_opened, .why = made.error().message()};
}

}  // namespace keepsake::decode
