#include "decode/film_container.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>

#include "base/error.h"
#include "base/result.h"
#include "decode/av_handle.h"
#include "media/kind.h"

namespace keepsake::decode {
namespace {

using media::Format;

constexpr int kIoBytes = 64 * 1024;

struct Demuxer {
    Format format;
    const char* name;
};
/// One demuxer a format, by its own name: never libavformat's guess.
constexpr Demuxer kDemuxers[] = {{Format::mp4, "mov"},
                                 {Format::quicktime, "mov"},
                                 {Format::m4a, "mov"},
                                 {Format::matroska, "matroska"},
                                 {Format::webm, "matroska"},
                                 {Format::avi, "avi"},
                                 {Format::asf, "asf"},
                                 {Format::mpeg, "mpeg"},
                                 {Format::mpeg_ts, "mpegts"},
                                 {Format::flash_video, "flv"},
                                 {Format::dv, "dv"},
                                 {Format::mxf, "mxf"},
                                 {Format::real_media, "rm"},
                                 {Format::ogg_film, "ogg"},
                                 {Format::ogg, "ogg"},
                                 {Format::mp3, "mp3"},
                                 {Format::aac, "aac"},
                                 {Format::flac, "flac"},
                                 {Format::wav, "wav"},
                                 {Format::aiff, "aiff"},
                                 {Format::amr, "amr"},
                                 {Format::caf, "caf"},
                                 {Format::monkeys_audio, "ape"},
                                 {Format::musepack, "mpc8"},
                                 {Format::wavpack, "wv"},
                                 {Format::true_audio, "tta"},
                                 {Format::bmp, "bmp_pipe"},
                                 {Format::photoshop, "psd_pipe"},
                                 {Format::photo_cd, "photocd_pipe"},
                                 {Format::icon, "ico"},
                                 {Format::openexr, "exr_pipe"}};

int open_nothing(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EPERM);
}

}  // namespace

const char* demuxer_of(Format format) {
    const auto* const found = std::ranges::find(kDemuxers, format, &Demuxer::format);
    return found == std::end(kDemuxers) ? nullptr : found->name;
}

int FilmContainer::read_some(void* opaque, std::uint8_t* out, int size) {
    auto& reading = *static_cast<Reading*>(opaque);
    const auto got = reading.input->read_at(reading.at, {out, static_cast<std::size_t>(size)});
    if (!got) return AVERROR(EIO);
    if (*got == 0) return AVERROR_EOF;
    reading.at += *got;
    return static_cast<int>(*got);
}

std::int64_t FilmContainer::seek_to(void* opaque, std::int64_t offset, int whence) {
    auto& reading = *static_cast<Reading*>(opaque);
    const auto size = static_cast<std::int64_t>(reading.input->size_bytes());
    if ((whence & AVSEEK_SIZE) != 0) return size;
    whence &= ~AVSEEK_FORCE;
    std::int64_t base = 0;
    if (whence == SEEK_CUR) base = static_cast<std::int64_t>(reading.at);
    if (whence == SEEK_END) base = size;
    if (offset < -base || offset > size - base) return AVERROR(EINVAL);
    reading.at = static_cast<std::uint64_t>(base + offset);
    return base + offset;
}

Result<> FilmContainer::open(Format format) {
    const auto* const demuxer = av_find_input_format(demuxer_of(format));
    if (demuxer == nullptr) return Error(ErrorCode::corrupt, "no reader for this format");
    auto* const buffer = static_cast<unsigned char*>(av_malloc(kIoBytes));
    io_.reset(avio_alloc_context(buffer, kIoBytes, 0, &reading_, &read_some, nullptr, &seek_to));
    auto* context = avformat_alloc_context();
    if (!io_ || context == nullptr) return Error(ErrorCode::limit, "no room");
    context->pb = io_.get();
    context->io_open = &open_nothing;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->max_streams = 64;
    context->probesize = 4 << 20;
    context->max_analyze_duration = std::int64_t{5} * AV_TIME_BASE;
    // Frees `context` where it fails.
    if (avformat_open_input(&context, nullptr, demuxer, nullptr) < 0)
        return Error(ErrorCode::corrupt, "its container cannot be read");
    context_.reset(context);
    // Looking for codecs must not start threads either.
    for (unsigned i = 0; i < context->nb_streams; ++i)
        context->streams[i]->discard = AVDISCARD_DEFAULT;
    if (avformat_find_stream_info(context, nullptr) < 0 && context->nb_streams == 0)
        return Error(ErrorCode::corrupt, "its streams cannot be read");
    return {};
}

FilmContainer::Streams FilmContainer::streams() const {
    Streams found;
    for (unsigned i = 0; i < context_->nb_streams; ++i) {
        const auto* const stream = context_->streams[i];
        const auto type = stream->codecpar->codec_type;
        const auto index = static_cast<int>(i);
        const bool is_cover = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
        if (type == AVMEDIA_TYPE_VIDEO && is_cover && found.cover < 0) found.cover = index;
        if (type == AVMEDIA_TYPE_VIDEO && !is_cover && found.film < 0) found.film = index;
        if (type == AVMEDIA_TYPE_AUDIO && found.sound < 0) found.sound = index;
    }
    return found;
}

}  // namespace keepsake::decode
