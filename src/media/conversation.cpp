#include "media/conversation.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/channel.h"
#include "media/facts.h"
#include "media/giving.h"
#include "media/preview_check.h"
#include "media/protocol.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"

namespace keepsake::media {
namespace {

/// How much of a large file a reader may have read, as many times the file as it likes up to this:
/// films are looked at in pieces here and there.
constexpr std::uint64_t kMostNeededBytes = 1ULL << 30U;

/// A conversation under way.
class Listener {
  public:
    Listener(int socket, Source& source, Patience patience, Answer& answer)
        : socket_(socket), source_(source), patience_(std::move(patience)), answer_(answer) {}

    /// Errors: as converse(); a malformed word is told in `heard.why`.
    Result<> hear_all(Heard& heard) {
        while (!heard.answered) {
            auto message = receive_message(socket_, patience_);
            if (!message) {
                if (message.error().code() == ErrorCode::cancelled) return message.error();
                heard.why = message.error().message();
                return {};
            }
            TRY_LET(const bool fits, hear(*message, heard));
            if (!fits) {
                heard.why = "the reader sent what does not belong there";
                return {};
            }
        }
        return {};
    }

  private:
    Result<bool> hear(Message& message, Heard& heard) {
        switch (message.type) {
            case MessageType::facts:
                return hear_facts(message.body, heard);
            case MessageType::preview:
                return hear_picture(message.body, kPreviewSide, answer_.preview);
            case MessageType::thumbnail:
                return hear_picture(message.body, kThumbnailSide, answer_.thumbnail);
            case MessageType::need:
                return give(message.body);
            case MessageType::done:
                return hear_done(message.body, heard);
            default:
                return false;
        }
    }

    bool hear_facts(ByteView body, Heard& heard) {
        if (++facts_heard_ > 4) return false;
        auto facts = facts_from_json(as_text(body));
        if (!facts) return false;
        answer_.facts = *std::move(facts);
        heard.facts = true;
        return true;
    }

    static bool hear_picture(Bytes& body, unsigned side, Bytes& picture) {
        const auto size = plain_jpeg_size(body);
        if (!picture.empty() || !size || std::max(size->width, size->height) > side) return false;
        picture = std::move(body);
        return true;
    }

    Result<bool> give(ByteView body) {
        const auto need = need_within(body, source_.size_bytes());
        if (!need) return false;
        needed_bytes_ += need->size_bytes;
        if (needed_bytes_ > kMostNeededBytes) return false;
        return give_bytes(socket_, source_, *need, patience_.until, [this] { return patience_; });
    }

    bool hear_done(ByteView body, Heard& heard) {
        auto done = done_from_bytes(body);
        if (!done) return false;
        answer_.outcome = done->outcome;
        answer_.why = std::move(done->why);
        heard.answered = true;
        return true;
    }

    int socket_;
    Source& source_;
    Patience patience_;
    Answer& answer_;
    int facts_heard_ = 0;
    std::uint64_t needed_bytes_ = 0;
};

}  // namespace

Result<Heard> converse(int socket, const LookBody& look, const os::Descriptor& file, Source& source,
                       const Patience& patience, Answer& answer) {
    Heard heard;
    const auto descriptor = look.in_memory ? std::optional(file.get()) : std::nullopt;
    auto sent = send_message(socket, MessageType::look, to_bytes(look), patience, descriptor);
    if (!sent) {
        if (sent.error().code() == ErrorCode::cancelled) return std::move(sent).error();
        heard.why = sent.error().message();
        return heard;
    }
    TRY(Listener(socket, source, patience, answer).hear_all(heard));
    return heard;
}

}  // namespace keepsake::media
