#pragma once

#include <vector>

#include "base/bytes.h"
#include "decode/picture.h"
#include "media/facts.h"
#include "media/taken.h"

/// What is written in a file about it: EXIF, XMP, IPTC, by Exiv2.
namespace keepsake::decode {

/// Facts under way: what was found, and all dates, of which one is chosen at the end.
struct Findings {
    media::Facts facts;
    std::vector<media::Taken> dates;
    Orientation orientation = Orientation::upright;  ///< by EXIF
    int xmp_orientation = 0;                         ///< EXIF's number; 0: XMP does not say
};

/// So that Exiv2 is ready, and silent, once the cage is closed.
void prepare_metadata();
/// Files whose structure Exiv2 knows: JPEG, TIFF and RAW, PNG, WebP, GIF, Photoshop, JPEG 2000,
/// XMP. What it cannot read is passed over: a file without words is no failure.
void read_metadata(ByteView file, Findings& findings);
/// EXIF as it stands in HEIF, AVIF and JPEG XL: a TIFF header and what follows.
void read_exif(ByteView exif, Findings& findings);
void read_iptc(ByteView iptc, Findings& findings);
void read_xmp(ByteView xmp, Findings& findings);

}  // namespace keepsake::decode
