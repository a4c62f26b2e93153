#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "model/hybrid_clock.h"

/// Strict reading of small JSON objects from outside. For this layer's own use.
namespace keepsake::model {

inline constexpr std::size_t kDeepestNesting = 32;
/// What SQLite and every other reader can hold; larger sizes and numbers are refused.
inline constexpr std::uint64_t kLargestNumber = (1ULL << 63U) - 1;

/// corrupt: `field "name": what`.
Error wrong_field(std::string_view name, std::string_view what);

/// The typed value, or the word that the field holds something else.
template <class T>
Result<T> field_value(std::optional<T> value, std::string_view name, std::string_view what) {
    if (!value) return wrong_field(name, what);
    return *std::move(value);
}

/// An integer as a JSON number or as a decimal string without leading zeros.
std::optional<std::uint64_t> integer_of(simdjson::dom::element element);

/// The fields of one object. Views into the reader's memory, valid until it reads again.
/// Errors of all: corrupt with the field's name; limit where a count is passed.
class Fields {
  public:
    explicit Fields(simdjson::dom::object object) : object_(object) {}

    bool has(std::string_view name) const;
    Result<simdjson::dom::element> value(std::string_view name) const;
    /// UTF-8 of at most `most_bytes`, without U+0000.
    Result<std::string_view> text(std::string_view name, std::size_t most_bytes) const;
    Result<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                 std::uint64_t most = kLargestNumber) const;
    Result<Fields> object(std::string_view name) const;
    /// At most `most` elements.
    Result<simdjson::dom::array> list(std::string_view name, std::size_t most) const;
    Result<Instant> instant(std::string_view name) const;
    Result<HybridTime> clock(std::string_view name) const;
    template <class Id>
    Result<Id> id(std::string_view name) const {
        return from_text<Id>(name, Id::from_hex, "is not an id in lower-case hexadecimal digits");
    }
    /// A list of texts, each read by `read` (std::string_view to std::optional<T>).
    template <class T, class Read>
    Result<std::vector<T>> texts(std::string_view name, std::size_t most, Read read) const;
    simdjson::dom::object raw() const { return object_; }

  private:
    template <class T, class Read>
    Result<T> from_text(std::string_view name, Read read, std::string_view what) const {
        TRY_LET(const auto element, value(name));
        std::string_view found;
        if (element.get(found) != simdjson::SUCCESS) return wrong_field(name, "is not a text");
        return field_value<T>(read(found), name, what);
    }

    simdjson::dom::object object_;
};

template <class T, class Read>
Result<std::vector<T>> Fields::texts(std::string_view name, std::size_t most, Read read) const {
    TRY_LET(const auto elements, list(name, most));
    std::vector<T> values;
    values.reserve(elements.size());
    for (const auto element : elements) {
        std::string_view found;
        if (element.get(found) != simdjson::SUCCESS)
            return wrong_field(name, "holds something that is not a text");
        std::optional<T> value = read(found);
        if (!value) return wrong_field(name, "holds a malformed text");
        values.push_back(*std::move(value));
    }
    return values;
}

/// Reads one object after the other in the same memory. Thread safety: one thread at a time.
class JsonReader {
  public:
    /// The one object that `text` is. Well-formed UTF-8, at most kDeepestNesting deep, no name
    /// twice in any object: two readers must not see two things in one signed line.
    /// Errors: corrupt; limit for size and depth.
    Result<Fields> read_object(std::string_view text, std::size_t most_bytes);

    /// A field of the object read last: its JSON as it was written, less insignificant white
    /// space. Requires: the field is there.
    std::string verbatim(std::string_view name) const;

  private:
    std::string padded_;
    std::size_t size_ = 0;
    simdjson::dom::parser parser_;
    simdjson::dom::object object_;
};

}  // namespace keepsake::model
