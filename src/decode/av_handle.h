#pragma once

extern "C" {
// IWYU pragma: begin_exports
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
// IWYU pragma: end_exports
}

#include <memory>

/// The libav libraries' objects as values that let go of themselves.
namespace keepsake::decode {

struct CloseInput {
    void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
using AvInput = std::unique_ptr<AVFormatContext, CloseInput>;

struct FreeIo {
    void operator()(AVIOContext* context) const {
        av_freep(static_cast<void*>(&context->buffer));
        avio_context_free(&context);
    }
};
using AvIo = std::unique_ptr<AVIOContext, FreeIo>;

struct FreeCodec {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
using AvCodec = std::unique_ptr<AVCodecContext, FreeCodec>;

struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
using AvFrame = std::unique_ptr<AVFrame, FreeFrame>;

struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using AvPacket = std::unique_ptr<AVPacket, FreePacket>;

struct FreeScaler {
    void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using AvScaler = std::unique_ptr<SwsContext, FreeScaler>;

struct FreeResampler {
    void operator()(SwrContext* context) const { swr_free(&context); }
};
using AvResampler = std::unique_ptr<SwrContext, FreeResampler>;

struct FreeSamples {
    void operator()(AVAudioFifo* samples) const { av_audio_fifo_free(samples); }
};
using AvSamples = std::unique_ptr<AVAudioFifo, FreeSamples>;

struct FreeParameters {
    void operator()(AVCodecParameters* parameters) const { avcodec_parameters_free(&parameters); }
};
using AvParameters = std::unique_ptr<AVCodecParameters, FreeParameters>;

struct FreeFilter {
    void operator()(AVBSFContext* filter) const { av_bsf_free(&filter); }
};
using AvFilter = std::unique_ptr<AVBSFContext, FreeFilter>;

}  // namespace keepsake::decode
