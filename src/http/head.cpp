#include "http/head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/none.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "http/beast_head.h"
#include "http/message.h"
#include "http/target.h"

namespace keepsake::http {
namespace {

namespace beast = boost::beast;

Method method_of(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
            return Method::get;
        case beast::http::verb::head:
            return Method::head;
        case beast::http::verb::post:
            return Method::post;
        case beast::http::verb::put:
            return Method::put;
        case beast::http::verb::patch:
            return Method::patch;
        case beast::http::verb::delete_:
            return Method::del;
        case beast::http::verb::options:
            return Method::options;
        default:
            return Method::other;
    }
}

std::string lower(std::string_view text) {
    std::string small(text);
    for (auto& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

Error ambiguous() { return {ErrorCode::invalid, "this request can be read in two ways"}; }

/// How long the body is, told once and in one way.
Result<> read_length(RequestHead& head) {
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    for (const auto& [name, value] : head.headers) {
        if (name == "content-length") {
            ++lengths;
            head.content_length = number_from(value);
            if (!head.content_length) return ambiguous();
        } else if (name == "transfer-encoding") {
            ++encodings;
            head.chunked = lower(value) == "chunked";
            if (!head.chunked) return ambiguous();
        }
    }
    if (lengths > 1 || encodings > 1 || (lengths > 0 && encodings > 0)) return ambiguous();
    return {};
}

}  // namespace

void prepare(Parser& parser) {
    parser.header_limit(kLargestHeadBytes);
    // The body is bounded by whoever reads it, once the head says what it is.
    parser.body_limit(boost::none);
}

Result<RequestHead> head_of(const Parser& parser) {
    const auto& message = parser.get();
    RequestHead head;
    head.method = method_of(message.method());
    head.keep_alive = parser.keep_alive();
    std::size_t hosts = 0;
    for (const auto& field : message.base()) {
        if (head.headers.size() == kMostHeaders)
            return Error(ErrorCode::limit, "this request has too many headers");
        auto name = lower(std::string_view(field.name_string().data(), field.name_string().size()));
        hosts += name == "host" ? 1U : 0U;
        head.headers.emplace_back(std::move(name),
                                  std::string(field.value().data(), field.value().size()));
    }
    if (hosts > 1) return ambiguous();
    TRY(read_length(head));
    TRY(read_target(std::string_view(message.target().data(), message.target().size()), head));
    return head;
}

Result<RequestHead> read_head(ByteView bytes) {
    Parser parser;
    prepare(parser);
    beast::error_code failed;
    std::size_t offset = 0;
    while (!parser.is_header_done()) {
        const auto used = parser.put(
            boost::asio::const_buffer(bytes.data() + offset, bytes.size() - offset), failed);
        if (failed) return Error(ErrorCode::invalid, "malformed request");
        offset += used;
        if (used == 0) break;
    }
    if (!parser.is_header_done()) return Error(ErrorCode::invalid, "the request is cut off");
    return head_of(parser);
}

}  // namespace keepsake::http
