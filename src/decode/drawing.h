#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/picture.h"
#include "media/facts.h"

namespace keepsake::decode {

/// SVG by librsvg, drawn in the size of a preview. It has no address, so nothing that it refers to
/// is looked for. Errors: corrupt, limit.
Result<Picture> open_drawing(ByteView bytes, media::Facts& facts);

}  // namespace keepsake::decode
