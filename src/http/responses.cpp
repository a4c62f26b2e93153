#include "http/responses.h"

#include <boost/beast/http/status.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"
#include "http/target.h"

namespace keepsake::http {
namespace {

std::optional<std::uint64_t> length_of(const Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body); text != nullptr)
        return response.length ? *response.length : text->size();
    if (const auto* shared = std::get_if<1>(&response.body); shared != nullptr)
        return (*shared)->size();
    if (const auto* source = std::get_if<2>(&response.body); source != nullptr)
        return (*source)->size_bytes();
    return std::nullopt;
}

}  // namespace

std::string reason_of(unsigned status) {
    switch (status) {
        case 460:
            return "Checksum Mismatch";
        case 507:
            return "Insufficient Storage";
        default:
            return std::string(
                boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status)));
    }
}

bool has_no_body(unsigned status) { return status == 204 || status == 304; }

Response refusal_of(unsigned status) {
    Response response;
    response.status = status;
    response.body = reason_of(status) + "\n";
    response.headers = {{"Content-Type", "text/plain"}};
    response.close = true;
    return response;
}

std::optional<Range> take_range(Response& response, std::string_view asked,
                                std::uint64_t size_bytes) {
    Range range{.first = 0, .count = size_bytes};
    const auto kind = read_range(asked, size_bytes, range);
    if (kind == RangeKind::unsatisfiable) return std::nullopt;
    if (kind == RangeKind::part) {
        response.status = 206;
        response.with("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                           std::to_string(range.first + range.count - 1) + "/" +
                                           std::to_string(size_bytes));
    }
    return range;
}

std::string unsatisfied_range(std::uint64_t size_bytes) {
    return "bytes */" + std::to_string(size_bytes);
}

std::string head_text(const Response& response, std::string_view date_line) {
    std::string text =
        "HTTP/1.1 " + std::to_string(response.status) + " " + reason_of(response.status) + "\r\n";
    text += date_line;
    for (const auto& [name, value] : response.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    if (const auto length = length_of(response); length && !has_no_body(response.status))
        text += "Content-Length: " + std::to_string(*length) + "\r\n";
    return text + (response.close ? "Connection: close\r\n\r\n" : "\r\n");
}

}  // namespace keepsake::http
