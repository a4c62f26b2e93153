#pragma once

#include "base/bytes.h"
#include "decode/av_handle.h"

namespace keepsake::decode {

/// The loudest of each of media::kWaveformBars pieces of a recording, 0 to 255. Of a long one only
/// places here and there are decoded. Empty where nothing can be.
Bytes read_waveform(AVFormatContext* context, int stream, double duration_s);

}  // namespace keepsake::decode
