#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "media/kind.h"

/// The parts of detect(), a family of formats each. All take the beginning of the file and look at
/// nothing else. Source: the formats' own specifications; each mark is also in the `file` program's
/// list.
namespace keepsake::media {

/// TIFF and the camera RAW formats that are made like it (and would open as a TIFF of one channel).
std::optional<Format> detect_tiff(ByteView head);
/// ISO base media: MP4, QuickTime, HEIF, AVIF, CR3.
std::optional<Format> detect_iso_media(ByteView head);
/// RIFF, EBML, Ogg, MPEG and the like.
std::optional<Format> detect_stream(ByteView head);
/// Anything that reads as text; `name` tells Markdown from plain text and JSON from text.
std::optional<Format> detect_text(ByteView head, std::uint64_t size_bytes, std::string_view name);

/// ".jpg" of "A.JPG": in lower case, with its dot, at most 15 characters; empty if there is none.
class Extension {
  public:
    explicit Extension(std::string_view name);
    friend bool operator==(const Extension& extension, std::string_view text) {
        return std::string_view(extension.text_, extension.size_) == text;
    }

  private:
    char text_[16] = {};
    std::size_t size_ = 0;
};

}  // namespace keepsake::media
