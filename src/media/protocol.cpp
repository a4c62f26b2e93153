#include "media/protocol.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"
#include "media/byte_reader.h"
#include "media/facts.h"
#include "media/kind.h"
#include "media/reader_pool.h"

namespace keepsake::media {
namespace {

constexpr std::string_view kMark = "KR";
constexpr std::size_t kLargestName = 255;
constexpr std::size_t kLookFixedBytes = 8 + 8 + 4 + 4 + 1 + 1 + 1 + 2 + 2 + 2 + 2;
enum Wish : std::uint8_t { kFacts = 1, kPictures = 2, kInMemory = 4 };

template <class Number>
void put(Bytes& to, Number value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i, rest >>= 8U)
        to.push_back(static_cast<std::uint8_t>(rest));
}

void put_text(Bytes& to, std::string_view text) {
    const auto bytes = as_bytes(text);
    to.insert(to.end(), bytes.begin(), bytes.end());
}

bool is_known(std::uint8_t type) { return (type >= 1 && type <= 3) || (type >= 16 && type <= 25); }

}  // namespace

std::size_t largest_body_bytes(MessageType type) {
    switch (type) {
        case MessageType::look:
        case MessageType::play:
            return kLookFixedBytes + kLargestName + kDetectBytes;
        case MessageType::bytes:
            return kLargestNeedBytes;
        case MessageType::ready:
            return sizeof kProtocolVersion;
        case MessageType::refused:
            return kLargestWhyBytes;
        case MessageType::facts:
            return kLargestFactsBytes;
        case MessageType::preview:
            return kLargestPreviewBytes;
        case MessageType::thumbnail:
            return kLargestThumbnailBytes;
        case MessageType::need:
            return sizeof(std::uint64_t) + sizeof(std::uint32_t);
        case MessageType::done:
            return 1 + kLargestWhyBytes;
        case MessageType::body:
        case MessageType::head:
            return kLargestPieceBytes;
        case MessageType::progress:
            return sizeof(std::uint32_t);
    }
    return 0;
}

Bytes to_bytes(const Header& header) {
    Bytes bytes;
    put_text(bytes, kMark);
    put(bytes, static_cast<std::uint8_t>(header.type));
    put(bytes, std::uint8_t{0});
    put(bytes, header.body_bytes);
    return bytes;
}

std::optional<Header> header_from_bytes(ByteView bytes) {
    if (bytes.size() != kHeaderBytes || !has_at(bytes, 0, kMark) || bytes[3] != 0 ||
        !is_known(bytes[2]))
        return std::nullopt;
    const Header header{.type = static_cast<MessageType>(bytes[2]),
                        .body_bytes = *u32_at(bytes, 4, Order::little)};
    if (header.body_bytes > largest_body_bytes(header.type)) return std::nullopt;
    return header;
}

Bytes to_bytes(const LookBody& look) {
    Bytes bytes;
    put(bytes, look.size_bytes);
    put(bytes, look.now.seconds);
    put(bytes, look.now.nanoseconds);
    put(bytes, look.question.page);
    put(bytes, static_cast<std::uint8_t>((look.question.facts ? kFacts : 0) |
                                         (look.question.pictures ? kPictures : 0) |
                                         (look.in_memory ? kInMemory : 0)));
    const auto name = std::string_view(look.question.name).substr(0, kLargestName);
    put(bytes, static_cast<std::uint8_t>(name.size()));
    const auto& framing = look.question.framing;
    put(bytes, static_cast<std::uint8_t>(framing.quarter_turns));
    for (const auto value : {framing.x, framing.y, framing.width, framing.height})
        put(bytes, value);
    put_text(bytes, name);
    put_text(bytes, as_text(ByteView(look.head).first(std::min(look.head.size(), kDetectBytes))));
    return bytes;
}

std::optional<LookBody> look_from_bytes(ByteView bytes) {
    if (bytes.size() < kLookFixedBytes) return std::nullopt;
    LookBody look;
    look.size_bytes = *u64_at(bytes, 0, Order::little);
    look.now.seconds = static_cast<std::int64_t>(*u64_at(bytes, 8, Order::little));
    look.now.nanoseconds = *u32_at(bytes, 16, Order::little);
    look.question.page = *u32_at(bytes, 20, Order::little);
    const auto wishes = bytes[24];
    const std::size_t name_bytes = bytes[25];
    if (wishes > 7 || look.now.nanoseconds >= 1'000'000'000 ||
        bytes.size() - kLookFixedBytes < name_bytes)
        return std::nullopt;
    look.question.framing = {.quarter_turns = bytes[26],
                             .x = *u16_at(bytes, 27, Order::little),
                             .y = *u16_at(bytes, 29, Order::little),
                             .width = *u16_at(bytes, 31, Order::little),
                             .height = *u16_at(bytes, 33, Order::little)};
    if (!look.question.framing.is_valid()) return std::nullopt;
    look.question.facts = (wishes & kFacts) != 0;
    look.question.pictures = (wishes & kPictures) != 0;
    look.in_memory = (wishes & kInMemory) != 0;
    look.question.name = as_text(bytes.subspan(kLookFixedBytes, name_bytes));
    const auto head = bytes.subspan(kLookFixedBytes + name_bytes);
    if (head.size() > kDetectBytes) return std::nullopt;
    look.head.assign(head.begin(), head.end());
    return look;
}

Bytes to_bytes(const NeedBody& need) {
    Bytes bytes;
    put(bytes, need.offset_bytes);
    put(bytes, need.size_bytes);
    return bytes;
}

std::optional<NeedBody> need_from_bytes(ByteView bytes) {
    const auto offset = u64_at(bytes, 0, Order::little);
    const auto size = u32_at(bytes, 8, Order::little);
    if (bytes.size() != 12 || *size == 0 || *size > kLargestNeedBytes) return std::nullopt;
    return NeedBody{.offset_bytes = *offset, .size_bytes = *size};
}

Bytes to_bytes(const DoneBody& done) {
    Bytes bytes;
    put(bytes, static_cast<std::uint8_t>(done.outcome));
    put_text(bytes, std::string_view(done.why).substr(0, kLargestWhyBytes));
    return bytes;
}

std::optional<DoneBody> done_from_bytes(ByteView bytes) {
    if (bytes.empty() || bytes[0] > static_cast<std::uint8_t>(Outcome::not_opened))
        return std::nullopt;
    return DoneBody{.outcome = static_cast<Outcome>(bytes[0]),
                    .why = printable(as_text(bytes.subspan(1)))};
}

Bytes progress_bytes(std::uint32_t thousandths) {
    Bytes bytes;
    put(bytes, thousandths);
    return bytes;
}

std::optional<std::uint32_t> progress_from_bytes(ByteView bytes) {
    const auto thousandths = u32_at(bytes, 0, Order::little);
    if (bytes.size() != sizeof(std::uint32_t) || *thousandths > 1000) return std::nullopt;
    return thousandths;
}

Bytes ready_bytes() {
    Bytes bytes;
    put(bytes, kProtocolVersion);
    return bytes;
}

bool is_ready(ByteView bytes) {
    return bytes.size() == sizeof kProtocolVersion &&
           u32_at(bytes, 0, Order::little) == kProtocolVersion;
}

}  // namespace keepsake::media
