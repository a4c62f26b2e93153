#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/picture.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"

/// Pictures that libvips reads by itself: JPEG, PNG, WebP, TIFF, GIF, JPEG 2000, Netpbm, OpenEXR
/// in memory, Radiance.
namespace keepsake::decode {

/// Whether open_raster() is for this format.
bool is_raster(media::Format format);

/// Reads the header, puts size, pages and frames into `facts`, and gives the first page or frame
/// (`page` of a TIFF) to be decoded as it is asked for; a JPEG in a smaller size where that is
/// enough for the part of it that is drawn. `bytes` must outlive the picture. Errors: corrupt,
/// limit.
Result<Picture> open_raster(ByteView bytes, media::Format format, unsigned page,
                            media::Facts& facts, const media::Framing& framing = {});

}  // namespace keepsake::decode
