#include "catalog/values.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace keepsake::catalog {
namespace {

using nlohmann::json;

json parse(std::string_view text) { return json::parse(text, nullptr, false); }

std::optional<std::string> text_of(const json& value) {
    if (!value.is_string()) return std::nullopt;
    return value.get_ref<const json::string_t&>();
}

std::optional<std::string> member_of(const json& object, std::string_view key) {
    if (!object.is_object()) return std::nullopt;
    const auto found = object.find(std::string(key));
    return found == object.end() ? std::nullopt : text_of(*found);
}

std::optional<std::string> only_listable(std::optional<std::string> date) {
    return date && is_listable_date(*date) ? date : std::nullopt;
}

}  // namespace

bool is_null_value(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return true;
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1) == "null";
}

std::optional<std::string> string_value(std::string_view text) { return text_of(parse(text)); }

std::optional<std::string> string_member(std::string_view text, std::string_view key) {
    return member_of(parse(text), key);
}

bool true_member(std::string_view text, std::string_view key) {
    const auto object = parse(text);
    if (!object.is_object()) return false;
    const auto found = object.find(std::string(key));
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

bool is_listable_date(std::string_view date) {
    constexpr std::size_t kYearDigits = 4;
    constexpr std::size_t kMostCharacters = 40;
    if (date.size() < kYearDigits || date.size() > kMostCharacters) return false;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return std::ranges::all_of(date.substr(0, kYearDigits), is_digit) &&
           std::ranges::all_of(date.substr(kYearDigits), [&](char c) {
               return is_digit(c) || std::string_view("-:.+TZ").find(c) != std::string_view::npos;
           });
}

std::optional<std::string> hand_date(std::string_view text) {
    return only_listable(string_member(text, "from"));
}

}  // namespace keepsake::catalog
