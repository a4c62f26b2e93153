#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/result.h"
#include "http/message.h"

/// Between Boost.Beast's parser and ours; included by head.cpp and server.cpp alone.
namespace keepsake::http {

using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// Bounds what it reads.
void prepare(Parser& parser);
/// What a parser read. Requires: parser.is_header_done(). Errors: invalid, see read_head.
Result<RequestHead> head_of(const Parser& parser);

}  // namespace keepsake::http
