#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "media/channel.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

/// Giving a reader the bytes of the original that it asks for.
namespace keepsake::media {

/// What a `need` asks for; none where it is malformed, or past an original of `size_bytes`.
std::optional<NeedBody> need_within(ByteView body, std::uint64_t size_bytes);

/// Sends these bytes. `until` moves on by the time that reading them takes, as decrypting is not
/// the reader's time; `patience` is asked after that. False where the reader does not take them.
/// Errors: cancelled; those of the source.
Result<bool> give_bytes(int socket, Source& source, const NeedBody& need,
                        std::chrono::steady_clock::time_point& until,
                        const std::function<Patience()>& patience);

}  // namespace keepsake::media
