#include "mutator.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::size_t kMostChanges = 5;
constexpr std::size_t kMostRepeated = 4096;
constexpr std::uint8_t kTelling[] = {0x00, 0x01, 0x0a, 0x0d, 0x22, 0x2f, 0x5c, 0x7f, 0x80, 0xff};

}  // namespace

std::uint64_t Mutator::random() {  // splitmix64
    state_ += 0x9e3779b97f4a7c15ULL;
    auto value = state_;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

Bytes Mutator::next() {
    Bytes bytes = (*examples_)[below(examples_->size())];
    for (auto changes = 1 + below(kMostChanges); changes > 0; --changes) change(bytes);
    return bytes;
}

void Mutator::insert(Bytes& bytes, ByteView piece) {
    const Bytes copy(piece.begin(), piece.end());  // may be of `bytes` itself
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1));
    bytes.insert(at, copy.begin(), copy.end());
}

void Mutator::change(Bytes& bytes) {
    const auto from = below(bytes.size());
    const auto left = bytes.size() - from;
    const auto piece = [&] { return ByteView(bytes).subspan(from, below(left + 1)); };
    switch (below(9)) {
        case 0:
            if (!bytes.empty()) bytes[from] ^= static_cast<std::uint8_t>(1U << below(8));
            break;
        case 1:
            if (!bytes.empty()) bytes[from] = kTelling[below(std::size(kTelling))];
            break;
        case 2:
            if (!bytes.empty()) bytes[from] = static_cast<std::uint8_t>(random());
            break;
        case 3: {
            const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
            bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(below(left + 1)));
            break;
        }
        case 4:
            bytes.resize(from);
            break;
        case 5:
            insert(bytes, piece());
            break;
        case 6: {
            const auto& other = (*examples_)[below(examples_->size())];
            const auto at = below(other.size());
            insert(bytes, ByteView(other).subspan(at, below(other.size() - at + 1)));
            break;
        }
        case 7:
            insert(bytes, Bytes(below(kMostRepeated), kTelling[below(std::size(kTelling))]));
            break;
        default:
            if (target_->words.empty()) break;
            insert(bytes, as_bytes(target_->words[below(target_->words.size())]));
    }
}

}  // namespace keepsake::fuzz
