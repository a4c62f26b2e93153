#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "media/facts.h"

namespace keepsake::decode {

/// Who gets a playable copy, piece by piece, while it is made.
class PlayableTeller {
  public:
    virtual ~PlayableTeller() = default;
    /// Of the copy, before its first byte.
    virtual Result<> tell_facts(const media::Facts& facts) = 0;
    virtual Result<> tell_progress(std::uint32_t thousandths) = 0;
    /// What follows the head, in its order.
    virtual Result<> tell_body(ByteView bytes) = 0;
    /// After all of the body: what stands before it.
    virtual Result<> tell_head(ByteView bytes) = 0;
};

enum class PlayableContainer : std::uint8_t { mp4, mp3 };

/// An MP4 file whose index stands first, or an MP3 file, without a word about where it is from. It
/// is written in one pass into a stream: what must be changed or put in front at the end is held
/// back as the head. Memory: the head, with the index about 100 bytes a frame.
class PlayableFile {
  public:
    explicit PlayableFile(PlayableTeller& teller) : teller_(teller) {}
    PlayableFile(const PlayableFile&) = delete;
    PlayableFile& operator=(const PlayableFile&) = delete;
    ~PlayableFile();

    /// In this order: open(), add() once a stream, begin(), write() as often as wanted, end().
    /// Errors: unsupported where the container cannot hold it; those of the teller.
    Result<> open(PlayableContainer container);
    /// Gives the stream's index.
    Result<int> add(const AVCodecParameters& parameters, AVRational time_base);
    /// How the picture is turned and mirrored when it is shown.
    Result<> turn(int stream, ByteView matrix);
    Result<> begin();
    /// `time_base`: of the packet, which is empty afterwards.
    Result<> write(AVPacket& packet, int stream, AVRational time_base);
    Result<> end();

  private:
    static int write_some(void* opaque, std::uint8_t* bytes, int size);
    static std::int64_t seek_to(void* opaque, std::int64_t offset, int whence);
    static int open_again(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                          AVDictionary** options);
    static int close_again(AVFormatContext* context, AVIOContext* io);
    Result<> put(ByteView bytes);
    Result<> check(int code, const char* what);

    PlayableTeller& teller_;
    AvIo io_;  // outlives the context that writes by it
    AVFormatContext* context_ = nullptr;
    std::uint64_t at_ = 0;
    std::uint64_t end_ = 0;
    Bytes head_;   // the beginning of the file
    Bytes index_;  // goes into it at index_at_
    bool indexing_ = false;
    std::uint64_t index_at_ = 0;
    Result<> told_;  // the teller's error, which libavformat cannot carry
};

}  // namespace keepsake::decode
