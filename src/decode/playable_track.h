#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/playable_file.h"

/// The streams of a playable copy, each made from one stream of the original.
namespace keepsake::decode {

inline constexpr int kLongestFilmSide = 1920;  ///< of a film that is encoded anew, pixels
inline constexpr int kMostFramesASecond = 60;

class PlayableTrack {
  public:
    virtual ~PlayableTrack() = default;
    /// One packet of the original's stream, in its order.
    virtual Result<> take(AVPacket& packet) = 0;
    /// After the last one.
    virtual Result<> finish() = 0;
    /// What came out, in frames or packets.
    virtual std::int64_t count() const = 0;
};

/// Where a track comes from and goes to. All of it outlives the track.
struct TrackPlace {
    AVFormatContext* input = nullptr;
    int stream = 0;
    PlayableFile* file = nullptr;
    AVStream* source() const { return input->streams[stream]; }
    /// When the original begins, in `base`.
    std::int64_t begin_in(AVRational base) const {
        return input->start_time == AV_NOPTS_VALUE
                   ? 0
                   : av_rescale_q(input->start_time, AVRational{1, AV_TIME_BASE}, base);
    }
};

/// The size of a film of square pixels, even and at most kLongestFilmSide; as it is stored, before
/// it is turned.
struct FilmSize {
    int width = 0;
    int height = 0;
};
FilmSize encoded_size(const AVCodecParameters& parameters);

/// Packets as they are; of a film without what cameras write between its pictures. Errors:
/// unsupported where the container cannot hold them.
Result<std::unique_ptr<PlayableTrack>> copied_track(const TrackPlace& place);
/// Decoded and encoded as H.264, 4:2:0 in 8 bits. Errors: corrupt where it cannot be decoded.
Result<std::unique_ptr<PlayableTrack>> encoded_film(const TrackPlace& place);
/// Decoded and encoded as AAC of one or two channels. Errors: corrupt where it cannot be decoded.
Result<std::unique_ptr<PlayableTrack>> encoded_sound(const TrackPlace& place);

/// A decoder for the stream, with threads of its own. Errors: corrupt.
Result<AvCodec> open_decoder(const AVStream& stream, int threads);

/// H.264 and AV1 packets without their side notes (dates, positions, names of programs); of others
/// as they are.
class NoteFilter {
  public:
    /// Errors: unsupported where the stream's own description is malformed.
    Result<> open(const AVCodecParameters& parameters, AVRational time_base);
    const AVCodecParameters& parameters() const { return *filter_->par_out; }
    /// Gives what comes out of the packet to `file`. A malformed packet is left out.
    Result<> pass(AVPacket* packet, PlayableFile& file, int stream, std::int64_t& count);

  private:
    AvFilter filter_;
    AvPacket out_{av_packet_alloc()};
    AVRational time_base_{};
};

}  // namespace keepsake::decode
