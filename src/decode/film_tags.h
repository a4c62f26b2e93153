#pragma once

#include "decode/av_handle.h"
#include "decode/metadata.h"

namespace keepsake::decode {

/// What the containers' tags say: dates, place, camera, titles, Apple's content identifier.
void read_tags(const AVDictionary* tags, bool is_sound, Findings& findings);

}  // namespace keepsake::decode
