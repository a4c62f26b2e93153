#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Writes JSON in a fixed order of fields, without white space. For this layer's own use.
namespace keepsake::model {

/// One object or array after the other into a text; commas are put where they belong.
class JsonWriter {
  public:
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_list();
    JsonWriter& end_list();
    JsonWriter& name(std::string_view name);
    /// RFC 8259 string; UTF-8 as it is, ill-formed bytes as U+FFFD.
    JsonWriter& text(std::string_view text);
    /// A number up to 2^53 - 1, past that a decimal string.
    JsonWriter& number(std::uint64_t value);
    JsonWriter& null();
    /// Requires: well-formed JSON without LF.
    JsonWriter& verbatim(std::string_view json);

    std::string take() { return std::exchange(out_, {}); }

  private:
    void separate();
    void quote(std::string_view utf8);
    std::string out_;
};

}  // namespace keepsake::model
