#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "media/reader_pool.h"

/// What parent and reader say to each other over one stream socket: messages with a header of
/// kHeaderBytes and a bounded body. Numbers are little-endian. Both sides read strictly: the reader
/// may have been taken over by a file, and the parent must not care.
///
///   reader: ready                                 (once, from within the cage; or refused)
///   parent: look                                  (with the file as a descriptor, or without)
///   reader: facts* need* preview? thumbnail? done (each `need` is answered by one `bytes`)
///   parent: play                                  (the file as with look, never as a descriptor)
///   reader: facts (need, progress, body)* head* done
namespace keepsake::media {

/// Said by both at the start: a reader of another build is not spoken to.
inline constexpr std::uint32_t kProtocolVersion = 3;
/// What a reader is started for: its limits differ.
enum class ReaderWork : std::uint8_t { look, play };
/// The second word of the reader's command line, where it makes playable copies.
inline constexpr std::string_view kPlayWord = "play";
inline constexpr int kReaderControl = 3;  ///< the reader's descriptor of the socket
inline constexpr std::size_t kHeaderBytes = 8;
/// A file up to this size is handed over whole, in memory; of a larger one pieces are asked for.
inline constexpr std::uint64_t kLargestInMemory = 256ULL << 20U;
inline constexpr std::size_t kLargestNeedBytes = 1UL << 20U;
inline constexpr std::size_t kLargestWhyBytes = 512;
inline constexpr std::size_t kLargestPieceBytes = 1UL << 20U;  ///< of a playable copy

enum class MessageType : std::uint8_t {
    look = 1,
    bytes = 2,
    play = 3,
    ready = 16,
    refused = 17,
    facts = 18,
    preview = 19,
    thumbnail = 20,
    need = 21,
    done = 22,
    body = 23,      ///< of a playable copy, in its order
    head = 24,      ///< what stands before the body, in pieces
    progress = 25,  ///< in thousandths, four bytes
};
/// The largest body that a message of this type has.
std::size_t largest_body_bytes(MessageType type);

struct Header {
    MessageType type = MessageType::done;
    std::uint32_t body_bytes = 0;
};
Bytes to_bytes(const Header& header);
/// Nothing if it is malformed, of an unknown type, or larger than its type may be.
std::optional<Header> header_from_bytes(ByteView bytes);

/// The body of `look` and of `play`.
struct LookBody {
    Question question;
    std::uint64_t size_bytes = 0;
    bool in_memory = false;  ///< its bytes come as a descriptor beside the message
    Instant now;             ///< for what "the future" is
    Bytes head;              ///< the beginning, where it is not in memory; at most kDetectBytes
};
Bytes to_bytes(const LookBody& look);
std::optional<LookBody> look_from_bytes(ByteView bytes);

/// The body of `need`; the answer's body is exactly these bytes, or nothing where the source
/// failed.
struct NeedBody {
    std::uint64_t offset_bytes = 0;
    std::uint32_t size_bytes = 0;
};
Bytes to_bytes(const NeedBody& need);
std::optional<NeedBody> need_from_bytes(ByteView bytes);

/// The body of `done`.
struct DoneBody {
    Outcome outcome = Outcome::not_opened;
    std::string why;
};
Bytes to_bytes(const DoneBody& done);
std::optional<DoneBody> done_from_bytes(ByteView bytes);

/// The body of `progress`.
Bytes progress_bytes(std::uint32_t thousandths);
std::optional<std::uint32_t> progress_from_bytes(ByteView bytes);

/// The body of `ready`.
Bytes ready_bytes();
bool is_ready(ByteView bytes);

}  // namespace keepsake::media
