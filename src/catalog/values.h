#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What the catalog reads in the JSON values of set, link and facts entries. Values are a family
/// member's or a newer version's: what does not fit is passed over.
namespace keepsake::catalog {

/// Whether the value takes its field or link away.
bool is_null_value(std::string_view json);
/// A JSON string's text.
std::optional<std::string> string_value(std::string_view json);
/// The text under `key` of a JSON object.
std::optional<std::string> string_member(std::string_view json, std::string_view key);
/// Whether `key` of a JSON object is true.
bool true_member(std::string_view json, std::string_view key);
/// A date that items can be listed by: RFC 3339 or the start of it, at most 40 characters.
bool is_listable_date(std::string_view date);
/// "from" of a hand-written `taken` that can be listed by.
std::optional<std::string> hand_date(std::string_view json);

}  // namespace keepsake::catalog
