#include "media/giving.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/channel.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace keepsake::media {

std::optional<NeedBody> need_within(ByteView body, std::uint64_t size_bytes) {
    auto need = need_from_bytes(body);
    if (need &&
        (need->offset_bytes > size_bytes || need->size_bytes > size_bytes - need->offset_bytes))
        need.reset();
    return need;
}

Result<bool> give_bytes(int socket, Source& source, const NeedBody& need,
                        std::chrono::steady_clock::time_point& until,
                        const std::function<Patience()>& patience) {
    Bytes bytes(need.size_bytes);
    const auto begin = std::chrono::steady_clock::now();
    TRY(source.read_at(need.offset_bytes, bytes));
    until += std::chrono::steady_clock::now() - begin;
    auto sent = send_message(socket, MessageType::bytes, bytes, patience());
    if (!sent && sent.error().code() == ErrorCode::cancelled) return std::move(sent).error();
    return sent.has_value();
}

}  // namespace keepsake::media
