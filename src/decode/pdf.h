#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/metadata.h"
#include "decode/picture.h"

namespace keepsake::decode {

/// PDF by Poppler: how many pages, title and author, the text of all pages as far as it is wanted
/// for finding, and one page drawn (`page`, from 0). Nothing in it is run or followed. Errors:
/// corrupt; limit where it is locked with a password.
Result<Picture> open_pdf(ByteView bytes, unsigned page, bool decode, Findings& findings);

}  // namespace keepsake::decode
