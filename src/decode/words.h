#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "decode/metadata.h"

namespace keepsake::decode {

/// Plain text and Markdown: what it says, for finding; a first heading as its title.
void read_text(ByteView bytes, Findings& findings);
/// The JSON that Google puts beside each file of an export. Source: docs/media.md.
void read_takeout(ByteView bytes, Findings& findings);

}  // namespace keepsake::decode
