#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

/// What stands before a body.
namespace keepsake::http {

/// "Not Found"
std::string reason_of(unsigned status);
/// Whether a response of this status is its head alone. Source: RFC 9110, 6.4.1.
bool has_no_body(unsigned status);
/// One line that says so, in plain text; the connection ends with it.
Response refusal_of(unsigned status);
/// The status line and all headers, up to the empty line. `date_line`: "Date: ...", with its end.
std::string head_text(const Response& response, std::string_view date_line);

}  // namespace keepsake::http
