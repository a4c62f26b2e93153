#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/target.h"

/// What stands before a body.
namespace keepsake::http {

/// "Not Found"
std::string reason_of(unsigned status);
/// Whether a response of this status is its head alone. Source: RFC 9110, 6.4.1.
bool has_no_body(unsigned status);
/// One line that says so, in plain text; the connection ends with it.
Response refusal_of(unsigned status);
/// Which bytes of a body of `size_bytes` are sent: all, or those that `asked`, a Range header's
/// value
/// ("" for none), is for; then `response` becomes a 206 that says which. None where it has no such
/// bytes: a 416 is due, with unsatisfied_range(). Source: RFC 9110, 14.2.
std::optional<Range> take_range(Response& response, std::string_view asked,
                                std::uint64_t size_bytes);
/// A 416's Content-Range: "bytes */1234".
std::string unsatisfied_range(std::uint64_t size_bytes);
/// The status line and all headers, up to the empty line. `date_line`: "Date: ...", with its end.
std::string head_text(const Response& response, std::string_view date_line);

}  // namespace keepsake::http
