#include "media/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/protocol.h"
#include "os/descriptor.h"

namespace keepsake::media {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kStopLook{100};  // how often a waiting call looks whether it shall stop

Error gone() { return {ErrorCode::io, "the other side is gone"}; }

/// Waits until the socket can be read or written.
Result<> wait_for(int socket, short events, const Patience& patience) {
    for (;;) {
        if (patience.stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        const auto left = std::chrono::duration_cast<milliseconds>(
            patience.until - std::chrono::steady_clock::now());
        if (left <= milliseconds::zero()) return Error(ErrorCode::limit, "took too long");
        const auto look = patience.stop.stop_possible() ? kStopLook : milliseconds{60'000};
        struct pollfd entry{.fd = socket, .events = events, .revents = 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::min(left, look).count()));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return Error::from_errno(errno, "wait for a reader");
    }
}

/// One call of sendmsg, never waiting; 0 where it would have to.
Result<std::size_t> send_some(int socket, std::array<iovec, 2> parts,
                              std::optional<int> descriptor) {
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (descriptor) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        auto* const rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(rights), &*descriptor, sizeof(int));
    }
    const auto sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
    return gone();
}

iovec part(ByteView bytes) {
    // sendmsg only reads them.
    return {.iov_base = const_cast<std::uint8_t*>(bytes.data()), .iov_len = bytes.size()};
}

Result<> receive_all(int socket, MutableBytes out, const Patience& patience) {
    while (!out.empty()) {
        const auto got = ::recv(socket, out.data(), out.size(), MSG_DONTWAIT);
        if (got > 0) {
            out = out.subspan(static_cast<std::size_t>(got));
            continue;
        }
        if (got == 0) return gone();
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return gone();
        TRY(wait_for(socket, POLLIN, patience));
    }
    return {};
}

Result<Header> header_of(ByteView bytes) {
    const auto header = header_from_bytes(bytes);
    if (!header) return Error(ErrorCode::corrupt, "a malformed message");
    return *header;
}

Result<> read_all(int socket, MutableBytes out) {
    while (!out.empty()) {
        const auto got = ::read(socket, out.data(), out.size());
        if (got > 0)
            out = out.subspan(static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            return gone();
    }
    return {};
}

/// The first bytes of a message, and the descriptor that stands beside them.
Result<std::size_t> receive_first(int socket, MutableBytes out, os::Descriptor& descriptor) {
    iovec where{.iov_base = out.data(), .iov_len = out.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &where;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    do {
        got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return gone();
    const auto* const rights = CMSG_FIRSTHDR(&message);
    if (rights != nullptr && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
        rights->cmsg_len == CMSG_LEN(sizeof(int))) {
        int number = -1;
        std::memcpy(&number, CMSG_DATA(rights), sizeof number);
        descriptor = os::Descriptor(number);
    }
    return static_cast<std::size_t>(got);
}

}  // namespace

Result<> send_message(int socket, MessageType type, ByteView body, const Patience& patience,
                      std::optional<int> descriptor) {
    if (body.size() > largest_body_bytes(type))
        return Error(ErrorCode::limit, "a message that is too long");
    const auto header =
        to_bytes(Header{.type = type, .body_bytes = static_cast<std::uint32_t>(body.size())});
    ByteView first = header;
    while (!first.empty() || !body.empty()) {
        TRY_LET(auto sent, send_some(socket, {part(first), part(body)}, descriptor));
        if (sent == 0) {
            TRY(wait_for(socket, POLLOUT, patience));
            continue;
        }
        descriptor.reset();
        const auto of_first = std::min(sent, first.size());
        first = first.subspan(of_first);
        body = body.subspan(sent - of_first);
    }
    return {};
}

Result<Message> receive_message(int socket, const Patience& patience) {
    Bytes head(kHeaderBytes);
    TRY(receive_all(socket, head, patience));
    TRY_LET(const auto header, header_of(head));
    Message message{.type = header.type, .body = Bytes(header.body_bytes)};
    TRY(receive_all(socket, message.body, patience));
    return message;
}

Result<MessageWithDescriptor> receive_with_descriptor(int socket) {
    MessageWithDescriptor received;
    Bytes head(kHeaderBytes);
    TRY_LET(const auto got, receive_first(socket, head, received.descriptor));
    TRY(read_all(socket, MutableBytes(head).subspan(got)));
    TRY_LET(const auto header, header_of(head));
    received.message = {.type = header.type, .body = Bytes(header.body_bytes)};
    TRY(read_all(socket, received.message.body));
    return received;
}

}  // namespace keepsake::media
