#pragma once

#include "base/bytes.h"
#include "base/result.h"

class DcmFileFormat;

namespace keepsake::decode {

/// Frames that DCMTK does not unpack: run lengths of single bits, and the deflated frames of 2023
/// (1.2.840.10008.1.2.8.1). Puts the wanted one, or the last, in the place of all pixels. False,
/// and nothing is done, where pixels stand there in another way. `file`: the bytes that `format`
/// was read from. Errors: corrupt. Source: DICOM PS3.5, A.4, annexes G and A.4.12.
Result<bool> unpack_frame(ByteView file, DcmFileFormat& format, unsigned frame);

}  // namespace keepsake::decode
