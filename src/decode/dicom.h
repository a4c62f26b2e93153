#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/metadata.h"
#include "decode/picture.h"

namespace keepsake::decode {

/// So that DICOM's names and codecs are there once the cage is closed.
void prepare_dicom();

/// DICOM by DCMTK: study, series and instance, the patient's tags, frames, and one frame (from 0)
/// as the machine showed it. Errors: corrupt; limit.
Result<Picture> open_dicom(ByteView bytes, unsigned frame, bool decode, Findings& findings);

}  // namespace keepsake::decode
