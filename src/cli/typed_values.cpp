#include "cli/typed_values.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "base/time.h"

namespace keepsake::cli {

void check_date(const std::string& typed) {
    constexpr std::string_view kEarliest = "0001-01-01T00:00:00Z";
    constexpr std::size_t kWholeParts[] = {0, 4, 7, 10, 13, 16, 19, 20};
    const bool is_whole = std::ranges::find(kWholeParts, typed.size()) != std::end(kWholeParts);
    if (!is_whole || !from_rfc3339(typed + std::string(kEarliest.substr(typed.size()))))
        throw UsageError{"\"" + printable(typed) +
                         "\" is no date: write 2020, 2020-09 or 2020-09-14."};
}

double percent(const std::string& typed) {
    const auto end = typed.ends_with('%') ? typed.size() - 1 : typed.size();
    double value = 0;
    const auto [rest, error] = std::from_chars(typed.data(), typed.data() + end, value);
    if (error != std::errc{} || rest != typed.data() + end || !(value > 0) || value > 100)
        throw UsageError{"\"" + printable(typed) + "\" is no part to check: write --some 10%."};
    return value;
}

std::uint32_t page_number(const std::string& typed) {
    constexpr std::uint32_t kMost = 1'000'000;
    std::uint32_t value = 0;
    const auto* const end = typed.data() + typed.size();
    const auto [rest, error] = std::from_chars(typed.data(), end, value);
    if (error != std::errc{} || rest != end || value == 0 || value > kMost)
        throw UsageError{"\"" + printable(typed) + "\" is no page: write --page 3."};
    return value;
}

std::uint16_t port_number(const std::string& typed) {
    std::uint16_t port = 0;
    const auto* const end = typed.data() + typed.size();
    const auto [stopped, failed] = std::from_chars(typed.data(), end, port);
    if (typed.empty() || failed != std::errc() || stopped != end)
        throw UsageError{"'" + typed + "' is no port: 0 to 65535."};
    return port;
}

bool is_later(const std::string& option, const std::string& when) {
    if (when != "now" && when != "later")
        throw UsageError{"Say " + option + " now, or " + option + " later."};
    return when == "later";
}

}  // namespace keepsake::cli
