#pragma once

#include <stop_token>

#include "base/result.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"

namespace keepsake::media {

/// The source's bytes in a file that is nowhere but in memory and that nobody can change any more
/// (memfd, sealed): what a reader is handed. Requires: source.size_bytes() > 0. Errors: the
/// source's; cancelled; no_space.
Result<os::Descriptor> memory_file(Source& source, const std::stop_token& stop);

}  // namespace keepsake::media
