#pragma once

#include "base/result.h"
#include "decode/input.h"
#include "decode/playable_file.h"
#include "media/protocol.h"

namespace keepsake::decode {

/// Makes a copy of a film or recording that browsers play: H.264 and AAC in MP4 with its index
/// first, AAC in MP4 (M4A), or MP3. What they play already is copied as it is, anything else
/// decoded and encoded anew (docs/media.md). Nothing of what the original says of itself is in it:
/// neither dates, places, cameras, titles, chapters nor timecodes. Errors: of `teller` alone;
/// whatever the file does is in what is given back.
Result<media::DoneBody> make_playable(const Input& input, const media::LookBody& question,
                                      PlayableTeller& teller);

}  // namespace keepsake::decode
