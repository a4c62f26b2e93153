#include "model/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "model/hybrid_clock.h"

namespace keepsake::model {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element_type;

// simdjson does not count an empty innermost array or object, so the exact bound is ours, below.
constexpr std::size_t kParserDepth = kDeepestNesting + 2;

std::optional<std::uint64_t> decimal(std::string_view text) {
    if (text.empty() || (text[0] == '0' && text.size() > 1)) return std::nullopt;
    std::uint64_t value = 0;
    const char* const end = std::to_address(text.end());
    const auto [stop, failure] = std::from_chars(std::to_address(text.begin()), end, value);
    if (failure != std::errc() || stop != end) return std::nullopt;
    return value;
}

// Few names are compared with one another, many are sorted: a line of 100,000 names must not take
// a minute.
bool names_differ(simdjson::dom::object object) {
    constexpr std::size_t kFew = 16;
    if (object.size() > kFew) {
        std::vector<std::string_view> names;
        names.reserve(object.size());
        for (const auto field : object) names.push_back(field.key);
        std::ranges::sort(names);
        return std::ranges::adjacent_find(names) == names.end();
    }
    std::array<std::string_view, kFew> names;
    std::size_t count = 0;
    for (const auto field : object) {
        const auto* const end = names.begin() + count;
        if (std::find(names.cbegin(), end, field.key) != end) return false;
        names.at(count++) = field.key;
    }
    return true;
}

Result<> check_shape(simdjson::dom::element element, std::size_t depth) {
    simdjson::dom::object object;
    simdjson::dom::array array;
    const bool is_object = element.get(object) == SUCCESS;
    if (!is_object && element.get(array) != SUCCESS) return {};
    if (depth == kDeepestNesting)
        return Error(ErrorCode::limit,
                     "nested more than " + std::to_string(kDeepestNesting) + " deep");
    if (!is_object) {
        for (const auto inner : array) TRY(check_shape(inner, depth + 1));
        return {};
    }
    if (!names_differ(object)) return Error(ErrorCode::corrupt, "a field stands twice");
    for (const auto field : object)
        if (field.value.is_object() || field.value.is_array())
            TRY(check_shape(field.value, depth + 1));
    return {};
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Walks text that is known to be well-formed JSON.
class Walker {
  public:
    Walker(std::string_view text, std::size_t at) : text_(text), at_(at) {}
    // Past a string, from its opening quotation mark.
    void skip_string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            if (text_[at_] == '\\') ++at_;
        ++at_;
    }
    void skip_to(char c) {
        while (at_ < text_.size() && text_[at_] != c) ++at_;
    }
    // A value, up to the comma or bracket behind it; what is not white space goes to `out`.
    void copy_value(std::string& out) {
        std::size_t depth = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                const auto begin = at_;
                skip_string();
                out += text_.substr(begin, at_ - begin);
                --at_;
                continue;
            }
            const bool closes = c == '}' || c == ']';
            if (depth == 0 && (closes || c == ',')) return;
            if (c == '{' || c == '[') ++depth;
            if (closes) --depth;
            if (!is_space(c)) out.push_back(c);
        }
    }

  private:
    std::string_view text_;
    std::size_t at_;
};

}  // namespace

Error wrong_field(std::string_view name, std::string_view what) {
    return {ErrorCode::corrupt, "field \"" + std::string(name) + "\" " + std::string(what)};
}

std::optional<std::uint64_t> integer_of(simdjson::dom::element element) {
    std::uint64_t value = 0;
    std::string_view text;
    if (element.get(text) == SUCCESS) return decimal(text);
    if (element.type() == element_type::DOUBLE || element.get(value) != SUCCESS)
        return std::nullopt;
    return value;
}

bool Fields::has(std::string_view name) const { return object_.at_key(name).error() == SUCCESS; }

Result<simdjson::dom::element> Fields::value(std::string_view name) const {
    simdjson::dom::element element;
    if (object_.at_key(name).get(element) != SUCCESS) return wrong_field(name, "is missing");
    return element;
}

Result<std::string_view> Fields::text(std::string_view name, std::size_t most_bytes) const {
    TRY_LET(const auto element, value(name));
    std::string_view found;
    if (element.get(found) != SUCCESS) return wrong_field(name, "is not a text");
    if (found.size() > most_bytes)
        return wrong_field(name, "is longer than " + std::to_string(most_bytes) + " bytes");
    if (found.find('\0') != std::string_view::npos) return wrong_field(name, "holds a NUL");
    return found;
}

Result<std::uint64_t> Fields::number(std::string_view name, std::uint64_t least,
                                     std::uint64_t most) const {
    TRY_LET(const auto element, value(name));
    const auto found = integer_of(element);
    if (!found) return wrong_field(name, "is not a whole number");
    if (*found < least || *found > most) return wrong_field(name, "is out of range");
    return *found;
}

Result<Fields> Fields::object(std::string_view name) const {
    TRY_LET(const auto element, value(name));
    simdjson::dom::object object;
    if (element.get(object) != SUCCESS) return wrong_field(name, "is not an object");
    return Fields(object);
}

Result<simdjson::dom::array> Fields::list(std::string_view name, std::size_t most) const {
    TRY_LET(const auto element, value(name));
    simdjson::dom::array array;
    if (element.get(array) != SUCCESS) return wrong_field(name, "is not a list");
    if (array.size() > most)
        return Error(ErrorCode::limit,
                     "field \"" + std::string(name) + "\" holds more than " + std::to_string(most));
    return array;
}

Result<Instant> Fields::instant(std::string_view name) const {
    return from_text<Instant>(name, from_rfc3339, "is not a time in UTC");
}

Result<HybridTime> Fields::clock(std::string_view name) const {
    return from_text<HybridTime>(name, HybridTime::from_text, "is not a clock");
}

Result<Fields> JsonReader::read_object(std::string_view text, std::size_t most_bytes) {
    if (text.size() > most_bytes)
        return Error(ErrorCode::limit, "longer than " + std::to_string(most_bytes) + " bytes");
    size_ = text.size();
    padded_.assign(text);
    padded_.append(simdjson::SIMDJSON_PADDING, ' ');
    // Grown by doubling: most journals never see a long line.
    if (parser_.capacity() < size_ &&
        parser_.allocate(std::max<std::size_t>(2 * size_, 4096), kParserDepth) != SUCCESS)
        return Error(ErrorCode::io, "not enough memory to read it");
    simdjson::dom::element element;
    const auto failure = parser_.parse(padded_.data(), size_, false).get(element);
    if (failure == simdjson::DEPTH_ERROR)
        return Error(ErrorCode::limit,
                     "nested more than " + std::to_string(kDeepestNesting) + " deep");
    if (failure != SUCCESS)
        return Error(ErrorCode::corrupt,
                     std::string("not well-formed JSON: ") + simdjson::error_message(failure));
    if (element.get(object_) != SUCCESS) return Error(ErrorCode::corrupt, "not a JSON object");
    TRY(check_shape(element, 0));
    return Fields(object_);
}

std::string JsonReader::verbatim(std::string_view name) const {
    const std::string_view text(padded_.data(), size_);
    Walker walker(text, text.find('{') + 1);
    std::string value;
    for (const auto field : object_) {
        walker.skip_to('"');
        walker.skip_string();
        walker.skip_to(':');
        value.clear();
        walker.copy_value(value);
        if (field.key == name) break;
    }
    value.erase(0, 1);  // the colon
    return value;
}

}  // namespace keepsake::model
