#pragma once

#include <cstdint>
#include <string>

/// What a person types as an option's value. Each throws UsageError, which the parser turns into
/// one line.
namespace keepsake::cli {

struct UsageError {
    std::string message;
};

/// "2020", "2020-09", "2020-09-14", and on into the hours; "" for none.
void check_date(const std::string& typed);

/// "10%", "10", "0.5%": more than 0 and at most 100.
double percent(const std::string& typed);

/// "1" to "1000000": of a document's pages or a film's frames.
std::uint32_t page_number(const std::string& typed);
/// 0 to 65535.
std::uint16_t port_number(const std::string& typed);

/// Of "now" and "later", which of them `option` was given.
bool is_later(const std::string& option, const std::string& when);

}  // namespace keepsake::cli
