#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
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
        av_freep(&context->buffer);
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

}  // namespace keepsake::decode
