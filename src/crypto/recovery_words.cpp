#include "crypto/recovery_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

namespace keepsake::crypto {
namespace {

constexpr std::array<std::string_view, 2048> kWords = {
#include "crypto/bip39_english.inc"
};
static_assert(std::is_sorted(kWords.begin(), kWords.end()) && kWords.back() == "zoo");

constexpr std::size_t kCount = 12;
constexpr std::size_t kBitsPerWord = 11;
constexpr std::size_t kEntropyBytes = 16;
constexpr std::size_t kShortestWord = 3;
constexpr std::size_t kLongestWord = 8;
constexpr std::size_t kPrefix = 4;  // by these letters every word differs from all others

bool separates(char letter) {
    return letter == ' ' || letter == '-' || letter == '\t' || letter == '\n' || letter == '\r';
}

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Takes the next word off the front; empty at the end.
std::string_view take_word(std::string_view& rest) {
    while (!rest.empty() && separates(rest.front())) rest.remove_prefix(1);
    const auto end = std::find_if(rest.begin(), rest.end(), separates);
    const auto word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(word.size());
    return word;
}

/// The list's index of a word typed whole or by its first four letters. Compared in place: no copy
/// of a secret is left behind.
std::optional<std::size_t> index_of(std::string_view typed) {
    const auto fits = [&](std::string_view word) {
        if (typed.size() != word.size() && typed.size() != kPrefix) return false;
        return typed.size() <= word.size() &&
               std::equal(typed.begin(), typed.end(), word.begin(),
                          [](char a, char b) { return lower(a) == b; });
    };
    const auto* const found = std::find_if(kWords.begin(), kWords.end(), fits);
    if (found == kWords.end()) return std::nullopt;
    return static_cast<std::size_t>(found - kWords.begin());
}

/// Entropy and, behind it, the checksum: 132 bits in 17 bytes.
Secret with_checksum(ByteView entropy) {
    Secret bits(kEntropyBytes + 1);
    std::copy(entropy.begin(), entropy.end(), bits.mutable_view().begin());
    bits.mutable_view()[kEntropyBytes] = sha256(entropy)[0] & 0xF0U;
    return bits;
}

std::size_t word_at(ByteView bits, std::size_t position) {
    std::size_t index = 0;
    for (std::size_t bit = position * kBitsPerWord; bit < (position + 1) * kBitsPerWord; ++bit)
        index = index << 1U | ((bits[bit / 8] >> (7 - bit % 8)) & 1U);
    return index;
}

void set_word(MutableBytes bits, std::size_t position, std::size_t index) {
    for (std::size_t i = 0; i < kBitsPerWord; ++i) {
        const std::size_t bit = position * kBitsPerWord + i;
        const auto value = (index >> (kBitsPerWord - 1 - i)) & 1U;
        bits[bit / 8] = static_cast<std::uint8_t>(bits[bit / 8] | value << (7 - bit % 8));
    }
}

Secret written(ByteView bits) {
    Secret text(kCount * (kLongestWord + 1));
    std::size_t size = 0;
    for (std::size_t position = 0; position < kCount; ++position) {
        if (position != 0) text.mutable_view()[size++] = '-';
        for (const char letter : kWords[word_at(bits, position)])
            text.mutable_view()[size++] = static_cast<std::uint8_t>(letter);
    }
    text.shrink(size);
    return text;
}

}  // namespace

Secret new_recovery_words(RandomSource& random) {
    Secret entropy(kEntropyBytes);
    random.fill(entropy.mutable_view());
    return written(with_checksum(entropy.view()).view());
}

Result<Secret> canonical_recovery_words(std::string_view typed) {
    Secret bits(kEntropyBytes + 1);
    std::size_t count = 0;
    for (auto word = take_word(typed); !word.empty(); word = take_word(typed)) {
        if (count == kCount)
            return Error(ErrorCode::invalid, "a recovery key has 12 words: there are more");
        const auto index = index_of(word);
        if (!index)
            return Error(ErrorCode::invalid, "word " + std::to_string(count + 1) +
                                                 " of the recovery key is not in the list");
        set_word(bits.mutable_view(), count++, *index);
    }
    if (count != kCount)
        return Error(ErrorCode::invalid,
                     "a recovery key has 12 words: there are only " + std::to_string(count));
    const Secret expected = with_checksum(bits.view().first(kEntropyBytes));
    if (!equal_constant_time(expected.view(), bits.view()))
        return Error(ErrorCode::invalid,
                     "the recovery key's words do not belong together: one is wrong, or two have "
                     "changed places");
    return written(bits.view());
}

bool looks_like_recovery_words(std::string_view typed) {
    std::size_t count = 0;
    for (auto word = take_word(typed); !word.empty(); word = take_word(typed)) {
        const bool letters = std::all_of(word.begin(), word.end(), [](char letter) {
            return lower(letter) >= 'a' && lower(letter) <= 'z';
        });
        if (!letters || word.size() < kShortestWord || word.size() > kLongestWord) return false;
        ++count;
    }
    return count >= kCount;
}

}  // namespace keepsake::crypto
