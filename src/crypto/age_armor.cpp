#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_parts.h"
#include "crypto/openssl_handle.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kLineBytes = kColumns / 4 * 3;
constexpr std::size_t kLongestLine = kColumns + 2;  // and CR LF
constexpr std::size_t kMostWhiteSpace = 1024;       // before, and after
static_assert(kAgeArmorDetectBytes == kMostWhiteSpace + kBegin.size());
constexpr std::size_t kBufferBytes = 16UL * 1024;

bool is_white_space(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

ArmorReader::ArmorReader(const ReadSome& source) : source_(source), input_(kBufferBytes) {}

/// Moves what is left to the front and reads more behind it.
Result<> ArmorReader::refill() {
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(at_),
              input_.begin() + static_cast<std::ptrdiff_t>(held_), input_.begin());
    held_ -= at_;
    at_ = 0;
    TRY_LET(const std::size_t got, source_(MutableBytes(input_).subspan(held_)));
    source_ended_ = got == 0;
    held_ += got;
    return {};
}

Result<> ArmorReader::skip_white_space() {
    for (std::size_t passed = 0;;) {
        for (; at_ < held_ && is_white_space(input_[at_]); ++at_)
            if (++passed > kMostWhiteSpace)
                return age_armor_error("too much white space around it");
        if (at_ < held_ || source_ended_) return {};
        TRY(refill());
    }
}

Result<std::string_view> ArmorReader::next_line() {
    while (held_ - at_ < kLongestLine && !source_ended_) TRY(refill());
    const std::string_view there = as_text(ByteView(input_).subspan(at_, held_ - at_));
    const std::size_t end = there.substr(0, kLongestLine).find('\n');
    if (end == std::string_view::npos && there.size() >= kLongestLine)
        return age_armor_error("a line that is too long");
    std::string_view line = there.substr(0, end);
    at_ += end == std::string_view::npos ? line.size() : line.size() + 1;
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Result<> ArmorReader::begin() {
    TRY(skip_white_space());
    TRY_LET(const std::string_view line, next_line());
    if (line != kBegin) return age_armor_error("no begin line");
    place_ = Place::body;
    return {};
}

Result<> ArmorReader::next_body_line() {
    TRY_LET(const std::string_view line, next_line());
    if (line == kEnd) {
        TRY(skip_white_space());
        if (at_ != held_) return age_armor_error("something follows its end line");
        place_ = Place::done;
        return {};
    }
    std::optional<Bytes> bytes = from_base64(line, Padding::with);
    if (short_line_seen_ || line.empty() || line.size() > kColumns || !bytes)
        return age_armor_error(source_ended_ && line.empty() ? "no end line" : "a malformed line");
    short_line_seen_ = bytes->size() < kLineBytes;
    decoded_.swap(*bytes);
    given_ = 0;
    return {};
}

Result<std::size_t> ArmorReader::read(MutableBytes out) {
    if (place_ == Place::before) TRY(begin());
    std::size_t filled = 0;
    while (filled < out.size()) {
        if (given_ == decoded_.size()) {
            if (place_ == Place::done) break;
            TRY(next_body_line());
            continue;
        }
        const std::size_t now = std::min(decoded_.size() - given_, out.size() - filled);
        std::ranges::copy(ByteView(decoded_).subspan(given_, now), out.subspan(filled).begin());
        given_ += now;
        filled += now;
    }
    return filled;
}

Result<> ArmorWriter::begin() { return sink_(as_bytes(std::string(kBegin) + '\n')); }

Result<> ArmorWriter::put_lines(ByteView bytes) {
    std::string lines;
    lines.reserve((bytes.size() / kLineBytes + 1) * (kColumns + 1));
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kLineBytes))) {
        lines += to_base64(bytes.first(std::min(bytes.size(), kLineBytes)), Padding::with);
        lines += '\n';
    }
    return sink_(as_bytes(lines));
}

Result<> ArmorWriter::write(ByteView bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    const std::size_t whole = pending_.size() / kLineBytes * kLineBytes;
    if (whole == 0) return {};
    TRY(put_lines(ByteView(pending_).first(whole)));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(whole));
    return {};
}

Result<> ArmorWriter::finish() {
    if (!pending_.empty()) TRY(put_lines(pending_));
    pending_.clear();
    return sink_(as_bytes(std::string(kEnd) + '\n'));
}

std::string age_armor(ByteView file) {
    std::string text;
    const WriteAll sink = [&text](ByteView bytes) -> Result<> {
        text += as_text(bytes);
        return {};
    };
    ArmorWriter writer(sink);
    const bool written = writer.begin() && writer.write(file) && writer.finish();
    must(written);
    return text;
}

bool looks_armored(ByteView input) {
    const ByteView start = input.first(std::min(input.size(), kMostWhiteSpace + kBegin.size()));
    const auto first = std::ranges::find_if_not(start, is_white_space);
    return as_text(start.subspan(static_cast<std::size_t>(first - start.begin())))
        .starts_with(kBegin);
}

Result<Bytes> age_dearmor(ByteView text, std::size_t limit_bytes) {
    const ReadSome source = [&text](MutableBytes out) -> Result<std::size_t> {
        const std::size_t now = std::min(out.size(), text.size());
        std::ranges::copy(text.first(now), out.begin());
        text = text.subspan(now);
        return now;
    };
    ArmorReader reader(source);
    Bytes file;
    Bytes piece(kBufferBytes);
    for (;;) {
        TRY_LET(const std::size_t got, reader.read(piece));
        if (got == 0) return file;
        if (got > limit_bytes - file.size())
            return Error(ErrorCode::limit, "age armor: more than the limit");
        file.insert(file.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
    }
}

}  // namespace keepsake::crypto
