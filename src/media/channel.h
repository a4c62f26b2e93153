#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "base/bytes.h"
#include "base/result.h"
#include "media/protocol.h"
#include "os/descriptor.h"

/// Messages over a stream socket, whole or not at all.
namespace keepsake::media {

struct Message {
    MessageType type = MessageType::done;
    Bytes body;
};

/// Until when a call may wait; and what ends it before.
struct Patience {
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
    std::stop_token stop;
};

/// Errors: io where the other side is gone; limit where it took too long; cancelled.
Result<> send_message(int socket, MessageType type, ByteView body, const Patience& patience,
                      std::optional<int> descriptor = std::nullopt);

/// Never takes descriptors along. Errors: as above; corrupt for a malformed header.
Result<Message> receive_message(int socket, const Patience& patience);

/// For the reader's side: blocks, and takes the descriptor that came along, if one did.
struct MessageWithDescriptor {
    Message message;
    os::Descriptor descriptor;
};
Result<MessageWithDescriptor> receive_with_descriptor(int socket);

}  // namespace keepsake::media
