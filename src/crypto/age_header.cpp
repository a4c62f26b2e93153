#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_parts.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kVersionStart = "age-encryption.org/";
constexpr std::string_view kVersionLine = "age-encryption.org/v1";
constexpr std::size_t kColumns = 64;

bool is_visible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// The lines of a header that may go on past what is there.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text) {}
    /// Without its LF. Errors: not_found if there is no whole line left; limit.
    Result<std::string_view> next() {
        const std::size_t end = text_.substr(0, kAgeLargestHeaderBytes).find('\n', at_);
        if (end == std::string_view::npos) {
            if (text_.size() >= kAgeLargestHeaderBytes)
                return Error(ErrorCode::limit, "age header: longer than 64 KiB");
            return Error(ErrorCode::not_found, "age header: the file ends within it");
        }
        const std::string_view line = text_.substr(at_, end - at_);
        at_ = end + 1;
        return line;
    }
    std::size_t passed() const { return at_; }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

Result<> check_version(std::string_view text, Lines& lines) {
    if (text.substr(0, kVersionStart.size()) != kVersionStart.substr(0, text.size()))
        return age_header_error("not an age file");
    TRY_LET(const std::string_view version, lines.next());
    if (version == kVersionLine) return {};
    if (version.starts_with(kVersionStart) && is_visible(version.substr(kVersionStart.size())))
        return age_header_error("a newer version than v1");
    return age_header_error("a malformed version line");
}

Result<AgeStanza> parse_stanza(std::string_view argument_line, Lines& lines) {
    if (!argument_line.starts_with("-> ")) return age_header_error("a malformed stanza");
    argument_line.remove_prefix(3);
    AgeStanza stanza;
    for (bool first = true;; first = false) {
        const std::size_t space = argument_line.find(' ');
        const std::string_view argument = argument_line.substr(0, space);
        if (!is_visible(argument)) return age_header_error("a malformed stanza argument");
        if (first) {
            stanza.type = argument;
        } else {
            stanza.arguments.emplace_back(argument);
        }
        if (space == std::string_view::npos) break;
        argument_line.remove_prefix(space + 1);
    }
    std::string_view line;
    do {
        TRY_LET(line, lines.next());
        const std::optional<Bytes> bytes = from_base64(line, Padding::without);
        if (line.size() > kColumns || !bytes) return age_header_error("a malformed stanza body");
        stanza.body.insert(stanza.body.end(), bytes->begin(), bytes->end());
    } while (line.size() == kColumns);
    return stanza;
}

Result<Bytes> parse_mac_line(std::string_view line) {
    if (!line.starts_with("--- ")) return age_header_error("a malformed MAC line");
    std::optional<Bytes> mac = from_base64(line.substr(4), Padding::without);
    if (!mac || mac->size() != kAgeMacBytes) return age_header_error("a malformed MAC line");
    return *std::move(mac);
}

/// %x31-39 *DIGIT; what does not fit an int becomes INT_MAX, as it is past every limit anyway.
std::optional<int> parse_work_factor(std::string_view text) {
    if (text.empty() || text.front() == '0' ||
        !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    int log_n = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), log_n);
    return parsed.ec == std::errc::result_out_of_range ? INT32_MAX : log_n;
}

}  // namespace

Error age_armor_error(std::string_view why, std::source_location where) {
    return {ErrorCode::corrupt, "age armor: " + std::string(why), where};
}
Error age_header_error(std::string_view why, std::source_location where) {
    return {ErrorCode::corrupt, "age header: " + std::string(why), where};
}
Error age_payload_error(std::string_view why, std::source_location where) {
    return {ErrorCode::corrupt, "its bytes are not those that were sealed: " + std::string(why),
            where};
}

bool AgeHeader::is_scrypt() const {
    return stanzas.size() == 1 && stanzas[0].type == kAgeScryptType;
}

std::optional<int> AgeHeader::scrypt_log_n() const {
    if (!is_scrypt() || stanzas[0].arguments.size() != 2) return std::nullopt;
    return parse_work_factor(stanzas[0].arguments[1]);
}

Result<AgeHeader> parse_age_header(ByteView input) {
    const std::string_view text = as_text(input);
    Lines lines(text);
    TRY(check_version(text, lines));
    AgeHeader header;
    TRY_LET(std::string_view line, lines.next());
    while (!line.starts_with("---")) {
        TRY_LET(AgeStanza stanza, parse_stanza(line, lines));
        header.stanzas.push_back(std::move(stanza));
        TRY_LET(line, lines.next());
    }
    if (header.stanzas.empty()) return age_header_error("no stanza");
    TRY_LET(header.mac, parse_mac_line(line));
    const auto is_scrypt = [](const AgeStanza& stanza) { return stanza.type == kAgeScryptType; };
    if (header.stanzas.size() > 1 && std::ranges::any_of(header.stanzas, is_scrypt))
        return age_header_error("a scrypt stanza beside others");
    header.bytes = text.substr(0, lines.passed());
    return header;
}

std::string age_header_to_mac(std::span<const AgeStanza> stanzas) {
    std::string text(kVersionLine);
    text += '\n';
    for (const AgeStanza& stanza : stanzas) {
        text += "-> ";
        text += stanza.type;
        for (const std::string& argument : stanza.arguments) {
            text += ' ';
            text += argument;
        }
        text += '\n';
        const std::string body = to_base64(stanza.body, Padding::without);
        for (std::size_t at = 0; at <= body.size(); at += kColumns) {
            text.append(body, at, kColumns);
            text += '\n';
        }
    }
    text += "---";
    return text;
}

std::string age_mac_line_rest(ByteView mac) {
    return ' ' + to_base64(mac, Padding::without) + '\n';
}

std::array<std::uint8_t, kAgeMacBytes> age_header_mac(const Secret& file_key,
                                                      std::string_view header_to_mac) {
    const Secret key = hkdf_sha256(file_key.view(), {}, "header");
    return hmac_sha256(key.view(), as_bytes(header_to_mac));
}

}  // namespace keepsake::crypto
