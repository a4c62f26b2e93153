#pragma once

#include "base/result.h"
#include "decode/picture.h"

class DcmDataset;

namespace keepsake::decode {

/// Whether the pixels are JPEG 2000, which DCMTK does not read.
bool is_jpeg_2000(DcmDataset& data);
/// One frame of it, from 0, by libvips; more than eight bits are stretched from the darkest to the
/// brightest. Errors: corrupt.
Result<Picture> draw_jpeg_2000(DcmDataset& data, unsigned frame, unsigned frames);

}  // namespace keepsake::decode
