#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "http/message.h"

namespace keepsake::http {

/// Request line and headers together.
inline constexpr unsigned kLargestHeadBytes = 16U << 10U;
inline constexpr std::size_t kMostHeaders = 100;

/// Reads the head that `bytes` begin with, as the server reads it from a connection. Errors:
/// invalid: malformed, cut off, or of two meanings: a body told of by Content-Length and
/// Transfer-Encoding, or twice; limit.
Result<RequestHead> read_head(ByteView bytes);

}  // namespace keepsake::http
