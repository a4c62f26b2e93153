#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/metadata.h"
#include "decode/picture.h"

namespace keepsake::decode {

/// JPEG XL by libjxl: the first frame, turned as the file says; EXIF and XMP also where their boxes
/// are compressed. Errors: corrupt, limit.
Result<Picture> open_jpeg_xl(ByteView bytes, bool decode, Findings& findings);

}  // namespace keepsake::decode
