#pragma once

#include <stop_token>

#include "base/result.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace keepsake::media {

/// Asks one reader for a playable copy and passes it on, checking every word of it and the shape
/// of the copy's head. False, with answer.why, where the reader did not keep to the rules or to its
/// limits. Errors: of the source and the sink; cancelled.
Result<bool> hear_playable(int socket, const LookBody& look, Source& source,
                           const PlayableQuestion& question, PlayableSink& sink,
                           const std::stop_token& stop, PlayableAnswer& answer);

}  // namespace keepsake::media
