#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "media/facts.h"

/// The parent's side of keepsake-reader: readers in their cage, kept warm.
namespace keepsake::media {

inline constexpr unsigned kPreviewSide = 1440;   ///< pixels, the longer side
inline constexpr unsigned kThumbnailSide = 320;  ///< pixels, the longer side
inline constexpr std::size_t kLargestPreviewBytes = 8UL << 20U;
inline constexpr std::size_t kLargestThumbnailBytes = 1UL << 20U;
/// What a person is told where a preview cannot be made.
inline constexpr std::string_view kWillNotOpen = "This copy won’t open here. The original is safe.";

/// An original's bytes, decrypted as they are asked for. Read by one thread at a time, from the
/// thread that called ReaderPool::look.
class Source {
  public:
    virtual ~Source() = default;
    virtual std::uint64_t size_bytes() const = 0;
    /// Fills `out` from `offset_bytes`; the whole of it lies within the file.
    virtual Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) = 0;
};

/// Bytes in memory as a Source. They must outlive it.
class MemorySource final : public Source {
  public:
    explicit MemorySource(ByteView bytes) : bytes_(bytes) {}
    std::uint64_t size_bytes() const override { return bytes_.size(); }
    Result<> read_at(std::uint64_t offset_bytes, MutableBytes out) override;

  private:
    ByteView bytes_;
};

/// How a family turned and cropped a picture. The original stays as it is.
struct Framing {
    unsigned quarter_turns = 0;  ///< clockwise, 0 to 3, after what the file says of itself
    /// In thousandths of the picture as it is then: within it, neither side empty.
    std::uint16_t x = 0;
    std::uint16_t y = 0;
    std::uint16_t width = 1000;
    std::uint16_t height = 1000;
    bool is_whole() const { return width == 1000 && height == 1000; }
    bool is_valid() const {
        return quarter_turns < 4 && width > 0 && height > 0 && x + width <= 1000 &&
               y + height <= 1000;
    }
    friend bool operator==(const Framing&, const Framing&) = default;
};

/// What is asked of a file.
struct Question {
    std::string name;        ///< the file's, as a hint only; no folder
    bool facts = true;       ///< all of them; those that need the pixels only with `pictures`
    bool pictures = true;    ///< preview and thumbnail, `look` and `pixels` of the facts
    std::uint32_t page = 0;  ///< of a document, or frame of a cine loop, from 0
    /// Of the pictures alone; the facts are of the whole. Requires: valid.
    Framing framing = {};
};

enum class Outcome : std::uint8_t {
    whole,       ///< all that was asked for
    no_picture,  ///< the facts are whole; the kind has no picture (text, zip)
    not_opened,  ///< a picture was asked for, and could not be made: kWillNotOpen
};

/// Whatever the file is: an answer, never an error. Facts found before something went wrong are
/// kept; the kind is always told.
struct Answer {
    Facts facts;
    Bytes preview;    ///< JPEG, sRGB, kPreviewSide at most; empty: none
    Bytes thumbnail;  ///< JPEG, sRGB, kThumbnailSide at most; empty: none
    Outcome outcome = Outcome::not_opened;
    std::string why;  ///< for a report, not for a person: "killed by a signal (11)"
};

/// What is asked for a playable copy.
struct PlayableQuestion {
    std::string name;                             ///< the file's, as a hint only
    std::chrono::milliseconds deadline{600'000};  ///< for all of it, on the wall
    std::uint64_t most_bytes = 1ULL << 30U;       ///< of the copy
};

/// Where a playable copy goes. Called from the thread that called ReaderPool::make_playable.
class PlayableSink {
  public:
    virtual ~PlayableSink() = default;
    /// What follows the head, piece by piece.
    virtual Result<> body(ByteView bytes) = 0;
    virtual void progress(double done) = 0;  ///< 0 to 1, a few times a second
};

/// The copy is `head` and then what the sink got.
struct PlayableAnswer {
    Facts facts;  ///< of the copy: format (mp4, m4a, mp3), size as shown, length
    Bytes head;   ///< at most kLargestPlayableHead
    Outcome outcome = Outcome::not_opened;  ///< no_picture: there is nothing to play
    std::string why;                        ///< for a report
};
inline constexpr std::size_t kLargestPlayableHead = 80UL << 20U;

struct PoolOptions {
    std::string program;   ///< the path of keepsake-reader; see reader_program()
    unsigned readers = 2;  ///< at most so many at once; each is started when it is first needed
    std::chrono::milliseconds deadline{20'000};        ///< for one file, on the wall
    std::chrono::milliseconds start_deadline{10'000};  ///< to start and close the cage
    std::uint64_t memory_bytes = 1UL << 30U;  ///< address space beyond what a warm reader has
    unsigned files_per_reader = 500;          ///< then it is replaced by a fresh one
    const WallClock* clock = nullptr;         ///< what "the future" is; required
};

/// Readers that are started when they are needed, look at one file at a time each, and are killed
/// and replaced when one takes too long, says something malformed, or dies. A file never costs more
/// than its own answer. Thread safety: look() from any thread; it waits for a free reader.
class ReaderPool {
  public:
    /// Starts one reader to see that it can be caged here. Errors: not_found (no such program);
    /// unsupported (this system cannot cage it; the message is one line for a person).
    static Result<std::unique_ptr<ReaderPool>> start(PoolOptions options);
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;
    /// Ends all readers. Requires: no look() under way.
    ~ReaderPool();

    /// Errors: those of `source` alone, and cancelled by `stop`; unsupported or not_found where no
    /// reader can be started any more. Whatever the bytes do is in the answer.
    Result<Answer> look(Source& source, const Question& question, const std::stop_token& stop = {});

    /// A copy that browsers play, by a reader of its own that is started for it and ends with it;
    /// beside those that look. Errors: those of `source` and `sink`; cancelled by `stop`;
    /// unsupported or not_found where no reader can be started. Whatever the bytes do is in the
    /// answer.
    Result<PlayableAnswer> make_playable(Source& source, const PlayableQuestion& question,
                                         PlayableSink& sink, const std::stop_token& stop = {});

  private:
    class Readers;
    explicit ReaderPool(std::unique_ptr<Readers> readers);
    std::unique_ptr<Readers> readers_;
};

/// Where keepsake-reader stands for the program that runs: beside it (a build), or in
/// ../libexec/keepsake (installed). Errors: not_found.
Result<std::string> reader_program();

}  // namespace keepsake::media
