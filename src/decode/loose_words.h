#pragma once

#include "base/bytes.h"
#include "decode/metadata.h"
#include "media/written.h"

namespace keepsake::decode {

/// What was found in corners of the file, under what was found before.
void take_written(const media::Written& written, Findings& findings);

/// Where no reader found a date or a camera: the first EXIF and the first XMP packet that stand in
/// the bytes by themselves. For files that are cut short, and for pictures of kinds that nothing
/// here reads. Requires: a file of one picture, in which no other file is packed.
void read_loose_words(ByteView file, Findings& findings);

}  // namespace keepsake::decode
