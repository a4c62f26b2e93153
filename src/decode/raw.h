#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/metadata.h"
#include "decode/picture.h"

namespace keepsake::decode {

/// Camera RAW by libraw: the JPEG that the camera put into it where that is large enough, else
/// developed at half size. `room` holds the embedded JPEG while it is decoded. Errors: corrupt.
Result<Picture> open_raw(ByteView bytes, bool decode, Bytes& room, Findings& findings);

}  // namespace keepsake::decode
