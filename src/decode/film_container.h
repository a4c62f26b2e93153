#pragma once

#include <cstdint>

#include "base/result.h"
#include "decode/av_handle.h"
#include "decode/input.h"
#include "media/kind.h"

namespace keepsake::decode {

/// The name of the one demuxer for this format; null where libavformat is not asked.
const char* demuxer_of(media::Format format);

/// A film's or recording's container, opened by the demuxer of its format. It reads the input and
/// nothing else: files that name others are not followed.
class FilmContainer {
  public:
    explicit FilmContainer(const Input& input) : reading_{.input = &input} {}
    FilmContainer(const FilmContainer&) = delete;
    FilmContainer& operator=(const FilmContainer&) = delete;

    /// Called once. Errors: corrupt; limit.
    Result<> open(media::Format format);
    AVFormatContext* get() const { return context_.get(); }

    /// The first of its streams of each kind; -1: none.
    struct Streams {
        int film = -1;
        int sound = -1;
        int cover = -1;
    };
    Streams streams() const;

  private:
    struct Reading {
        const Input* input;
        std::uint64_t at = 0;
    };
    static int read_some(void* opaque, std::uint8_t* out, int size);
    static std::int64_t seek_to(void* opaque, std::int64_t offset, int whence);

    Reading reading_;
    AvIo io_;  // outlives the context that reads by it
    AvInput context_;
};

}  // namespace keepsake::decode
