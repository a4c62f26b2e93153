#pragma once

#include <string>

#include "base/result.h"
#include "media/protocol.h"

namespace keepsake::decode {

/// The whole life of a reader: warms up, closes the cage, says that it is ready, and answers one
/// question after another until the parent is gone. `parent`: the process that started it, as it
/// was told on the command line. Errors: invalid where a person started it by hand; unsupported
/// where it cannot be caged (the parent is told as well): one line each.
Result<> serve(const std::string& parent, int control, media::ReaderWork work);

}  // namespace keepsake::decode
