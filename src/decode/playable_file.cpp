#include "decode/playable_file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"

namespace keepsake::decode {
namespace {

constexpr int kIoBytes = 64 * 1024;
/// What can still be changed: the first boxes of an MP4 file, the first frame of an MP3 file.
constexpr std::size_t kHeldBytes = 4096;
constexpr std::size_t kLargestIndexBytes = 64UL << 20U;

int read_nothing(void*, std::uint8_t*, int) { return AVERROR_EOF; }
std::int64_t seek_nowhere(void*, std::int64_t offset, int) { return offset; }

AVIOContext* new_io(void* opaque, bool writes, int (*read)(void*, std::uint8_t*, int),
                    int (*write)(void*, std::uint8_t*, int),
                    std::int64_t (*seek)(void*, std::int64_t, int)) {
    auto* const buffer = static_cast<unsigned char*>(av_malloc(kIoBytes));
    if (buffer == nullptr) return nullptr;
    return avio_alloc_context(buffer, kIoBytes, writes ? 1 : 0, opaque, read, write, seek);
}

}  // namespace

PlayableFile::~PlayableFile() { avformat_free_context(context_); }

Result<> PlayableFile::check(int code, const char* what) {
    if (!told_) return told_;
    if (code < 0) return Error(ErrorCode::unsupported, what);
    return {};
}

int PlayableFile::write_some(void* opaque, std::uint8_t* bytes, int size) {
    auto& file = *static_cast<PlayableFile*>(opaque);
    if (!file.told_) return AVERROR(EIO);
    file.told_ = file.put({bytes, static_cast<std::size_t>(size)});
    return file.told_ ? size : AVERROR(EIO);
}

Result<> PlayableFile::put(ByteView bytes) {
    if (indexing_) {
        if (index_.empty()) index_at_ = at_;
        const auto at = at_ - index_at_;
        if (at_ < index_at_ || at > index_.size() || bytes.size() > kLargestIndexBytes - at)
            return Error(ErrorCode::limit, "its index is too long");
        index_.resize(std::max<std::size_t>(index_.size(), at + bytes.size()));
        std::ranges::copy(bytes, index_.begin() + static_cast<std::ptrdiff_t>(at));
        at_ += bytes.size();
        return {};
    }
    if (at_ < kHeldBytes) {
        const auto held = bytes.first(std::min<std::size_t>(bytes.size(), kHeldBytes - at_));
        head_.resize(std::max<std::size_t>(head_.size(), at_ + held.size()));
        std::ranges::copy(held, head_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += held.size();
        end_ = std::max(end_, at_);
        bytes = bytes.subspan(held.size());
    }
    if (bytes.empty()) return {};
    if (at_ != end_) return Error(ErrorCode::unsupported, "it cannot be written in one pass");
    TRY(teller_.tell_body(bytes));
    at_ += bytes.size();
    end_ = at_;
    return {};
}

std::int64_t PlayableFile::seek_to(void* opaque, std::int64_t offset, int whence) {
    auto& file = *static_cast<PlayableFile*>(opaque);
    if ((whence & AVSEEK_SIZE) != 0) return static_cast<std::int64_t>(file.end_);
    if ((whence & ~AVSEEK_FORCE) != SEEK_SET || offset < 0) return AVERROR(EINVAL);
    file.at_ = static_cast<std::uint64_t>(offset);
    return offset;
}

/// libavformat puts an index first by reading the whole file again and writing it further back.
/// Here it finds nothing to read, so that only the index itself is written, for where it will be.
int PlayableFile::open_again(AVFormatContext* context, AVIOContext** io, const char*, int flags,
                             AVDictionary**) {
    if ((flags & AVIO_FLAG_WRITE) != 0) return AVERROR(EPERM);
    *io = new_io(nullptr, false, &read_nothing, nullptr, &seek_nowhere);
    if (*io == nullptr) return AVERROR(ENOMEM);
    static_cast<PlayableFile*>(context->opaque)->indexing_ = true;
    return 0;
}

int PlayableFile::close_again(AVFormatContext*, AVIOContext* io) {
    const AvIo owned(io);
    return 0;
}

Result<> PlayableFile::open(PlayableContainer container) {
    const char* const name = container == PlayableContainer::mp3 ? "mp3" : "mp4";
    io_.reset(new_io(this, true, nullptr, &write_some, &seek_to));
    if (!io_ || avformat_alloc_output_context2(&context_, nullptr, name, nullptr) < 0)
        return Error(ErrorCode::limit, "no room");
    context_->pb = io_.get();
    context_->opaque = this;
    context_->io_open = &open_again;
    context_->io_close2 = &close_again;
    // Neither the library's own name nor a date.
    context_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    return {};
}

Result<int> PlayableFile::add(const AVCodecParameters& parameters, AVRational time_base) {
    auto* const stream = avformat_new_stream(context_, nullptr);
    if (stream == nullptr || avcodec_parameters_copy(stream->codecpar, &parameters) < 0)
        return Error(ErrorCode::limit, "no room");
    stream->codecpar->codec_tag = 0;  // the container has its own
    stream->time_base = time_base;
    return stream->index;
}

Result<> PlayableFile::turn(int stream, ByteView matrix) {
    auto* const place = av_stream_new_side_data(context_->streams[stream],
                                                AV_PKT_DATA_DISPLAYMATRIX, matrix.size());
    if (place == nullptr) return Error(ErrorCode::limit, "no room");
    std::memcpy(place, matrix.data(), matrix.size());
    return {};
}

Result<> PlayableFile::begin() {
    AVDictionary* options = nullptr;
    const bool is_mp3 = std::string(context_->oformat->name) == "mp3";
    if (is_mp3) {
        av_dict_set(&options, "id3v2_version", "0", 0);
    } else {
        av_dict_set(&options, "movflags", "faststart", 0);
        av_dict_set(&options, "write_tmcd", "0", 0);
    }
    const int code = avformat_write_header(context_, &options);
    av_dict_free(&options);
    return check(code, "no file of this kind can be begun");
}

Result<> PlayableFile::write(AVPacket& packet, int stream, AVRational time_base) {
    packet.stream_index = stream;
    packet.pos = -1;
    av_packet_rescale_ts(&packet, time_base, context_->streams[stream]->time_base);
    return check(av_interleaved_write_frame(context_, &packet), "a frame does not fit into it");
}

Result<> PlayableFile::end() {
    TRY(check(av_write_trailer(context_), "it cannot be ended"));
    avio_flush(io_.get());
    TRY(check(io_->error, "it cannot be written"));
    const auto before = std::min<std::size_t>(index_at_, head_.size());
    Bytes head(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(before));
    head.insert(head.end(), index_.begin(), index_.end());
    head.insert(head.end(), head_.begin() + static_cast<std::ptrdiff_t>(before), head_.end());
    return teller_.tell_head(head);
}

}  // namespace keepsake::decode
