#include "media/playable_conversation.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/byte_reader.h"
#include "media/channel.h"
#include "media/facts.h"
#include "media/giving.h"
#include "media/kind.h"
#include "media/protocol.h"
#include "media/reader_pool.h"

namespace keepsake::media {
namespace {

using Clock = std::chrono::steady_clock;

/// A reader that says nothing for so long is stuck in one picture.
constexpr std::chrono::seconds kLongestSilence{60};
/// How much of the original a reader may have: films whose streams lie apart are read here and
/// there.
constexpr std::uint64_t kMostReadings = 8;
constexpr std::uint64_t kMostMoreBytes = 1ULL << 30U;

/// An MP4 file that begins with its index: nothing but ftyp, moov, free and mdat, which goes to the
/// very end.
bool is_plain_mp4(ByteView head, std::uint64_t size_bytes) {
    constexpr std::string_view kBoxes[] = {"ftyp", "moov", "free", "mdat"};
    std::uint64_t at = 0;
    std::size_t next = 0;  // which of them may come now
    while (at < size_bytes) {
        const auto short_size = u32_at(head, at, Order::big);
        if (!short_size) return false;
        std::uint64_t size = *short_size;
        if (size == 1) size = u64_at(head, at + 8, Order::big).value_or(0);
        if (size < 8 || size > size_bytes - at) return false;
        const auto name = as_text(slice(head, at + 4, 4));
        while (next < std::size(kBoxes) && kBoxes[next] != name) {
            if (kBoxes[next] != "free") return false;
            ++next;
        }
        if (next == std::size(kBoxes)) return false;
        if (name == "mdat") return at + size == size_bytes;
        ++next;
        at += size;
    }
    return false;
}

bool is_what_it_says(const PlayableAnswer& answer, std::uint64_t body_bytes) {
    const auto size = answer.head.size() + body_bytes;
    if (answer.facts.format == Format::mp3)
        return answer.head.size() > 4 && answer.head[0] == 0xFF &&
               (answer.head[1] & 0xE0U) == 0xE0U;
    return is_plain_mp4(answer.head, size);
}

class PlayableListener {
  public:
    PlayableListener(int socket, Source& source, const PlayableQuestion& question,
                     PlayableSink& sink, std::stop_token stop, PlayableAnswer& answer)
        : socket_(socket),
          source_(source),
          question_(question),
          sink_(sink),
          stop_(std::move(stop)),
          answer_(answer),
          until_(Clock::now() + question.deadline) {}

    Result<bool> hear_all(const LookBody& look) {
        auto sent = send_message(socket_, MessageType::play, to_bytes(look), patience());
        if (!sent) return say(std::move(sent).error());
        while (!answered_) {
            auto message = receive_message(socket_, patience());
            if (!message) return say(std::move(message).error());
            TRY_LET(const bool fits, hear(*message));
            if (!fits) {
                answer_.why = "the reader sent what does not belong there";
                return false;
            }
        }
        if (answer_.outcome != Outcome::whole || is_what_it_says(answer_, body_bytes_)) return true;
        answer_.why = "the copy is not what it should be";
        return false;
    }

  private:
    Patience patience() const {
        return {.until = std::min(until_, Clock::now() + kLongestSilence), .stop = stop_};
    }
    /// Being stopped is an error, whatever else the reader does is told.
    Result<bool> say(Error error) {
        if (error.code() == ErrorCode::cancelled) return error;
        answer_.why = error.message();
        return false;
    }

    Result<bool> hear(const Message& message) {
        switch (message.type) {
            case MessageType::facts:
                return hear_facts(message.body);
            case MessageType::need:
                return give(message.body);
            case MessageType::body:
                return hear_body(message.body);
            case MessageType::head:
                return hear_head(message.body);
            case MessageType::progress:
                return hear_progress(message.body);
            case MessageType::done:
                return hear_done(message.body);
            default:
                return false;
        }
    }

    bool hear_facts(ByteView body) {
        if (std::exchange(has_facts_, true)) return false;
        auto facts = facts_from_json(as_text(body));
        if (!facts) return false;
        const auto format = facts->format;
        const bool is_film = facts->kind == Kind::film && format == Format::mp4;
        const bool is_sound =
            facts->kind == Kind::sound && (format == Format::m4a || format == Format::mp3);
        answer_.facts = *std::move(facts);
        return is_film || is_sound;
    }

    Result<bool> give(ByteView body) {
        const auto size = source_.size_bytes();
        const auto need = need_within(body, size);
        if (!need) return false;
        needed_bytes_ += need->size_bytes;
        if (needed_bytes_ / kMostReadings > size && needed_bytes_ > kMostMoreBytes) return false;
        return give_bytes(socket_, source_, *need, until_, [this] { return patience(); });
    }

    Result<bool> hear_body(ByteView body) {
        if (!has_facts_ || !answer_.head.empty()) return false;
        body_bytes_ += body.size();
        if (body_bytes_ > question_.most_bytes) return false;
        TRY(sink_.body(body));
        return true;
    }

    bool hear_head(ByteView body) {
        if (!has_facts_ || body.empty() || answer_.head.size() > kLargestPlayableHead - body.size())
            return false;
        answer_.head.insert(answer_.head.end(), body.begin(), body.end());
        return true;
    }

    bool hear_progress(ByteView body) {
        const auto thousandths = progress_from_bytes(body);
        if (thousandths) sink_.progress(*thousandths / 1000.0);
        return thousandths.has_value();
    }

    bool hear_done(ByteView body) {
        auto done = done_from_bytes(body);
        if (!done) return false;
        answer_.outcome = done->outcome;
        answer_.why = std::move(done->why);
        answered_ = true;
        return true;
    }

    int socket_;
    Source& source_;
    const PlayableQuestion& question_;
    PlayableSink& sink_;
    std::stop_token stop_;
    PlayableAnswer& answer_;
    Clock::time_point until_;
    bool has_facts_ = false;
    bool answered_ = false;
    std::uint64_t needed_bytes_ = 0;
    std::uint64_t body_bytes_ = 0;
};

}  // namespace

Result<bool> hear_playable(int socket, const LookBody& look, Source& source,
                           const PlayableQuestion& question, PlayableSink& sink,
                           const std::stop_token& stop, PlayableAnswer& answer) {
    return PlayableListener(socket, source, question, sink, stop, answer).hear_all(look);
}

}  // namespace keepsake::media
