#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/taken.h"

/// What is written in files where no library looks: in kinds that none reads, and in corners of
/// those that some do. Pure code, bounded, on bytes of anybody's: it is run in the cage, and by the
/// fuzzer. Sources: the formats' own specifications, and what exiftool's documentation says of the
/// makers'.
namespace keepsake::media {

/// A part of the file that is written as EXIF, XMP or IPTC, for those who read these.
struct WrittenBlock {
    enum class Kind : std::uint8_t { exif, xmp, iptc };
    Kind kind = Kind::exif;
    Bytes bytes;
};

struct Written {
    std::vector<Taken> dates;  ///< the most believed first
    Camera camera;
    std::uint32_t width = 0;  ///< as it is shown; 0: it does not say
    std::uint32_t height = 0;
    int turn = 0;  ///< EXIF's number, where decoders leave a picture as it lies; 0: none
    std::uint32_t frames = 0;  ///< of a sequence of pictures; 0: it is none
    std::string title;
    std::string author;
    std::string software;
    std::vector<WrittenBlock> blocks;
};

inline constexpr std::size_t kLargestBlock = 1UL << 20U;     ///< EXIF, IPTC
inline constexpr std::size_t kLargestXmpBlock = 4UL << 20U;  ///< XMP
inline constexpr std::size_t kMostWrittenBlocks = 16;

/// `file`: all of it, or its beginning; what lies behind that is not found. Never fails. Time
/// linear in the file, memory bounded by the blocks.
Written read_written(ByteView file, Format format);

/// Of an XMP packet that is not well-formed, so that no library reads it: its date as it stands
/// there.
std::optional<Taken> date_of_broken_xmp(std::string_view packet);

/// HyperFire cameras of Reconyx, which trigger by themselves, write the date into their note alone.
std::optional<Moment> moment_of_reconyx_note(ByteView note);

}  // namespace keepsake::media
