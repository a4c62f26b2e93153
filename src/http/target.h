#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

/// The small grammars inside of a request: targets, ranges, lists. Pure, strict, bounded by what is
/// given.
namespace keepsake::http {

/// Takes "/a/b%20c?d=e" apart into `head`. Errors: invalid: another form, bytes that are none of a
/// target, escapes that are none or that hide a '/', a NUL or a control character, "." and "..",
/// text that is not UTF-8.
Result<> read_target(std::string_view target, RequestHead& head);
/// "%20" and the like; with `plus`, '+' is a space. None where an escape is none.
std::optional<std::string> decoded(std::string_view text, bool plus);

/// The bytes of a body that are to be sent.
struct Range {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    friend bool operator==(const Range&, const Range&) = default;
};
enum class RangeKind : std::uint8_t { whole, part, unsatisfiable };
/// A Range header against a size. What is malformed, or asks for several ranges, is passed over, as
/// RFC 9110 has it: the whole is sent.
RangeKind read_range(std::string_view header, std::uint64_t size_bytes, Range& range);

/// Digits alone, at most what fits.
std::optional<std::uint64_t> number_from(std::string_view text);
/// Whether a comma-separated list (Accept-Encoding, If-None-Match) names this; a weight of zero
/// takes it out.
bool list_has(std::string_view list, std::string_view wanted);

}  // namespace keepsake::http
