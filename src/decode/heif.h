#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/metadata.h"
#include "decode/picture.h"

namespace keepsake::decode {

/// HEIC, HEIF and AVIF by libheif: the primary picture alone (no depth, no thumbnails), its grid
/// put together, turned and cropped as the file says. Metadata by its items, which Exiv2 would not
/// find. `decode`: false for the facts alone, then the picture is empty. Errors: corrupt, limit.
Result<Picture> open_heif(ByteView bytes, bool decode, Findings& findings);

}  // namespace keepsake::decode
