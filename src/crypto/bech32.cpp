#include "crypto/bech32.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kCharset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumCharacters = 6;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

/// The BCH code of BIP-173 over GF(32), one symbol at a time.
class Checksum {
  public:
    void add(std::uint8_t symbol) {
        constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                             0x3d4233dd, 0x2a1462b3};
        const std::uint32_t top = state_ >> 25;
        state_ = ((state_ & 0x1ffffff) << 5) ^ symbol;
        for (std::size_t bit = 0; bit < kGenerator.size(); ++bit)
            if (((top >> bit) & 1U) != 0) state_ ^= kGenerator[bit];
    }
    void add_prefix(std::string_view prefix) {
        for (const char c : prefix) add(static_cast<std::uint8_t>(to_lower(c)) >> 5);
        add(0);
        for (const char c : prefix) add(static_cast<std::uint8_t>(to_lower(c)) & 31U);
    }
    std::uint32_t value() const { return state_; }

  private:
    std::uint32_t state_ = 1;
};

bool is_one_case_and_printable(std::string_view text) {
    bool upper = false;
    bool lower = false;
    for (const char c : text) {
        if (c < 33 || c > 126) return false;
        upper = upper || is_upper(c);
        lower = lower || is_lower(c);
    }
    return !(upper && lower);
}

/// 5-bit symbols to bytes, in place; false if what is left over is a symbol or is not zero.
bool pack(Secret& symbols) {
    const MutableBytes bytes = symbols.mutable_view();
    std::uint32_t bits = 0;
    unsigned held = 0;
    std::size_t written = 0;
    for (const std::uint8_t symbol : bytes) {
        bits = (bits << 5) | symbol;
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes[written++] = static_cast<std::uint8_t>(bits >> held);
            bits &= (1U << held) - 1;
        }
    }
    if (held >= 5 || bits != 0) return false;
    symbols.shrink(written);
    return true;
}

}  // namespace

std::optional<Bech32> bech32_decode(std::string_view text) {
    if (text.size() > kBech32LargestText || !is_one_case_and_printable(text)) return std::nullopt;
    const std::size_t separator = text.rfind('1');
    if (separator == std::string_view::npos || separator == 0) return std::nullopt;
    const std::string_view symbols = text.substr(separator + 1);
    if (symbols.size() < kChecksumCharacters) return std::nullopt;

    Bech32 decoded{text.substr(0, separator), Secret(symbols.size())};
    Checksum checksum;
    checksum.add_prefix(decoded.prefix);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const std::size_t symbol = kCharset.find(to_lower(symbols[i]));
        if (symbol == std::string_view::npos) return std::nullopt;
        decoded.data.mutable_view()[i] = static_cast<std::uint8_t>(symbol);
        checksum.add(static_cast<std::uint8_t>(symbol));
    }
    if (checksum.value() != 1) return std::nullopt;
    decoded.data.shrink(symbols.size() - kChecksumCharacters);
    if (!pack(decoded.data)) return std::nullopt;
    return decoded;
}

Secret bech32_encode(std::string_view prefix, ByteView data) {
    const std::size_t symbols = (data.size() * 8 + 4) / 5;
    Secret text(prefix.size() + 1 + symbols + kChecksumCharacters);
    const MutableBytes out = text.mutable_view();
    std::size_t at = 0;
    bool upper = false;
    for (const char c : prefix) {
        upper = upper || is_upper(c);
        out[at++] = static_cast<std::uint8_t>(c);
    }
    out[at++] = '1';
    Checksum checksum;
    checksum.add_prefix(prefix);
    const auto put = [&](std::uint32_t symbol) {
        const char c = kCharset[symbol & 31U];
        out[at++] = static_cast<std::uint8_t>(upper ? to_upper(c) : c);
    };
    const auto put_data = [&](std::uint32_t symbol) {
        checksum.add(static_cast<std::uint8_t>(symbol & 31U));
        put(symbol);
    };
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const std::uint8_t byte : data) {
        bits = (bits << 8) | byte;
        for (held += 8; held >= 5; held -= 5) put_data(bits >> (held - 5));
        bits &= (1U << held) - 1;
    }
    if (held != 0) put_data(bits << (5 - held));
    for (std::size_t i = 0; i < kChecksumCharacters; ++i) checksum.add(0);
    const std::uint32_t sum = checksum.value() ^ 1U;
    for (unsigned i = 0; i < kChecksumCharacters; ++i) put(sum >> (5 * (5 - i)));
    return text;
}

}  // namespace keepsake::crypto
