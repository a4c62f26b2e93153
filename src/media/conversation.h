#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "media/channel.h"
#include "media/protocol.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"

namespace keepsake::media {

/// What came of one question to one reader.
struct Heard {
    bool facts = false;     ///< at least one `facts` message was understood
    bool answered = false;  ///< it ended with `done`: the reader can be asked again
    std::string why;        ///< where it was not: what was wrong
};

/// Asks one reader about one file and takes down what it says, checking every word of it. `file`:
/// the descriptor that goes with `look.in_memory`. Errors: of the source, and cancelled; then the
/// reader is in the middle of something and must be ended.
Result<Heard> converse(int socket, const LookBody& look, const os::Descriptor& file, Source& source,
                       const Patience& patience, Answer& answer);

}  // namespace keepsake::media
