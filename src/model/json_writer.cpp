#include "model/json_writer.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"

namespace keepsake::model {
namespace {

constexpr std::uint64_t kLargestExactInDouble = (1ULL << 53U) - 1;

void append_escape(std::string& out, char c) {
    constexpr std::string_view kHexDigits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    out.push_back('\\');
    switch (c) {
        case '"':
        case '\\':
            out.push_back(c);
            return;
        case '\b':
            out.push_back('b');
            return;
        case '\f':
            out.push_back('f');
            return;
        case '\n':
            out.push_back('n');
            return;
        case '\r':
            out.push_back('r');
            return;
        case '\t':
            out.push_back('t');
            return;
        default:
            out += "u00";
            out.push_back(kHexDigits[code >> 4U]);
            out.push_back(kHexDigits[code & 15U]);
    }
}

}  // namespace

// What stands before a value or a name tells whether a comma belongs between.
void JsonWriter::separate() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':')
        out_.push_back(',');
}

void JsonWriter::quote(std::string_view utf8) {
    out_.push_back('"');
    for (const char c : utf8) {
        if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
            append_escape(out_, c);
        else
            out_.push_back(c);
    }
    out_.push_back('"');
}

JsonWriter& JsonWriter::begin_object() {
    separate();
    out_.push_back('{');
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    out_.push_back('}');
    return *this;
}

JsonWriter& JsonWriter::begin_list() {
    separate();
    out_.push_back('[');
    return *this;
}

JsonWriter& JsonWriter::end_list() {
    out_.push_back(']');
    return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
    text(name);
    out_.push_back(':');
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view text) {
    separate();
    if (is_utf8(text))
        quote(text);
    else
        quote(to_utf8_lossy(text));
    return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
    if (value > kLargestExactInDouble) return text(std::to_string(value));
    separate();
    out_ += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::null() {
    separate();
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::verbatim(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

}  // namespace keepsake::model
