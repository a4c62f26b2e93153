#pragma once

#include "base/result.h"
#include "decode/input.h"
#include "decode/metadata.h"
#include "decode/picture.h"
#include "media/kind.h"

namespace keepsake::decode {

/// Whether open_film() is for this format.
bool is_film(media::Format format);

/// Films and sound by libavformat and libavcodec, and the pictures that only they read (BMP,
/// Photoshop): length, codecs, tags, a still from the beginning, or a recording's waveform.
/// `decode`: false for what the headers say. Errors: corrupt; unsupported where there is nothing
/// to see (a recording without a cover).
Result<Picture> open_film(const Input& input, media::Format format, bool decode,
                          Findings& findings);

}  // namespace keepsake::decode
