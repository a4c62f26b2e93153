#pragma once

#include "decode/metadata.h"

namespace Exiv2 {
class XmpData;
}  // namespace Exiv2

namespace keepsake::decode {

/// What XMP says, laid over what EXIF said: words of people are more often in XMP.
void take_xmp(const Exiv2::XmpData& xmp, Findings& findings);

}  // namespace keepsake::decode
