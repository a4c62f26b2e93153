#pragma once

#include <optional>

#include "base/bytes.h"
#include "media/facts.h"

namespace keepsake::media {

/// The film in a motion photo: an MP4 behind the picture's end (Google, Samsung, Xiaomi), or in a
/// box of its own of a HEIC file. Found by the film's own first box, as what points to it is
/// written differently by each maker and often wrong. Bounded: one pass.
std::optional<EmbeddedFilm> find_embedded_film(ByteView file);

/// The content identifier that joins picture and film of a Live Photo, in Apple's note of a camera
/// (EXIF MakerNote, tag 0x0011). Source: docs/media.md.
std::optional<std::string> live_id_of_maker_note(ByteView note);

}  // namespace keepsake::media
