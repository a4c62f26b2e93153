#include "decode/jpeg_head.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "decode/input.h"
#include "media/byte_reader.h"

namespace keepsake::decode {
namespace {

constexpr std::size_t kLongestHead = 32UL << 20U;
constexpr std::uint8_t kStartOfScan = 0xda;
constexpr std::uint8_t kEndOfImage = 0xd9;

/// A frame's header, and not one of the tables that are numbered between them.
bool is_frame(std::uint8_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/// The file's beginning, longer as it is needed.
class Beginning {
  public:
    explicit Beginning(const Input& input)
        : input_(input), bytes_(input.head().begin(), input.head().end()) {}

    bool has(std::size_t size) {
        if (size <= bytes_.size()) return true;
        const auto had = bytes_.size();
        // Some more than is asked for: the next segment is there, too.
        constexpr std::size_t kMoreBytes = 64UL << 10U;
        const auto wanted = std::min<std::uint64_t>(size + kMoreBytes, input_.size_bytes());
        if (size > wanted || size > kLongestHead) return false;
        bytes_.resize(static_cast<std::size_t>(wanted));
        const auto got = input_.read_at(had, MutableBytes(bytes_).subspan(had));
        return got && *got == bytes_.size() - had;
    }
    Bytes& bytes() { return bytes_; }

  private:
    const Input& input_;
    Bytes bytes_;
};

}  // namespace

std::optional<JpegHead> read_jpeg_head(const Input& input) {
    Beginning file(input);
    JpegHead head;
    std::size_t at = 2;
    for (;;) {
        if (!file.has(at + 4) || file.bytes()[at] != 0xff) return std::nullopt;
        const auto marker = file.bytes()[at + 1];
        if (marker == 0xff) {  // filled up
            ++at;
            continue;
        }
        if (marker == kStartOfScan) break;
        if (marker < 0xc0 || (marker >= 0xd0 && marker <= kEndOfImage)) return std::nullopt;
        const auto size = media::u16_at(file.bytes(), at + 2, media::Order::big).value_or(0);
        if (size < 2 || !file.has(at + 2 + size)) return std::nullopt;
        if (is_frame(marker)) {
            head.height = media::u16_at(file.bytes(), at + 5, media::Order::big).value_or(0);
            head.width = media::u16_at(file.bytes(), at + 7, media::Order::big).value_or(0);
        }
        at += 2 + std::size_t{size};
    }
    if (head.width == 0 || head.height == 0) return std::nullopt;
    head.bytes = std::move(file.bytes());
    head.bytes.resize(at);
    head.bytes.insert(head.bytes.end(), {0xff, kEndOfImage});
    return head;
}

}  // namespace keepsake::decode
