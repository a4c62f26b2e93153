#include "server/answers.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "http/message.h"
#include "http/target.h"
#include "server/house.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kMostBrackets = 1'000;
constexpr std::size_t kWorthCompressing = 1024;
constexpr int kGzipWindow = 15 + 16;
constexpr int kGzipMemory = 8;

struct Meaning {
    unsigned status;
    std::string_view code;
};

Meaning meaning_of(const Error& error) {
    if (error.code() == ErrorCode::io && error.message() == kGone) return {503, "gone"};
    switch (error.code()) {
        case ErrorCode::invalid:
            return {400, "invalid"};
        case ErrorCode::wrong_key:
            return error.message() == "locked" ? Meaning{401, "locked"} : Meaning{401, "wrong_key"};
        case ErrorCode::not_found:
            return {404, "not_found"};
        case ErrorCode::exists:
            return {409, "exists"};
        case ErrorCode::limit:
            return {413, "limit"};
        case ErrorCode::unsupported:
            return {501, "unsupported"};
        case ErrorCode::read_only:
        case ErrorCode::permission:
            return {503, "read_only"};
        case ErrorCode::no_space:
            return {507, "no_space"};
        case ErrorCode::cancelled:
            return {503, "gone"};
        case ErrorCode::corrupt:
            return {500, "corrupt"};
        default:
            return {500, "io"};
    }
}

/// Ours are whole sentences; the system's hold paths.
std::string words_of(const Error& error, std::string_view code) {
    const auto message = error.message();
    if (code == "locked") return "This archive is locked.";
    if (error.system_code() == 0 && message.find("catalog: ") == std::string::npos)
        return printable(message);
    if (code == "no_space") return "The disk is full. What was kept before stands.";
    if (code == "read_only")
        return "This archive cannot be written: its disk is read-only, or it belongs to somebody "
               "else.";
    if (code == "not_found") return "This is not here.";
    return "Something could not be read or written. What is kept stands.";
}

std::size_t depth_of(std::string_view text) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    for (const char c : text) {
        if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
        if ((c == '}' || c == ']') && depth > 0) --depth;
    }
    return deepest;
}

Error malformed(std::string_view name) {
    return {ErrorCode::invalid,
            "The request's '" + std::string(name) + "' is not as it should be."};
}

}  // namespace

http::Response json_answer(unsigned status, const Json& json) {
    http::Response response;
    response.status = status;
    response.with("Content-Type", "application/json").with("Cache-Control", "no-store");
    response.body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return response;
}

http::Response nothing() {
    http::Response response;
    response.status = 204;
    return response;
}

http::Response error_answer(unsigned status, std::string_view code, std::string_view message) {
    Json json;
    json["error"] = {{"code", code}, {"message", message}};
    return json_answer(status, json);
}

http::Response error_answer(const Error& error) {
    const auto meaning = meaning_of(error);
    return error_answer(meaning.status, meaning.code, words_of(error, meaning.code));
}

http::Response error_answer(const Error& error, std::uint64_t free) {
    const auto meaning = meaning_of(error);
    Json json;
    json["error"] = {
        {"code", meaning.code}, {"message", words_of(error, meaning.code)}, {"free", free}};
    return json_answer(meaning.status, json);
}

std::string words_of(const Error& error) { return words_of(error, meaning_of(error).code); }

Result<Json> json_body(const http::Request& request) {
    const auto type = request.head.header("content-type").value_or("");
    if (!request.body.empty() && !type.starts_with("application/json"))
        return Error(ErrorCode::invalid, "A body of application/json is wanted.");
    // Stray braces in texts are counted, too: no person's words have so many.
    if (depth_of(request.body) > kMostBrackets) return malformed("body");
    auto json = Json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
    if (!json.is_object()) return malformed("body");
    return json;
}

Result<std::optional<std::string>> text_member(const Json& json, const char* name,
                                               std::size_t most_bytes) {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return std::optional<std::string>();
    if (!found->is_string()) return malformed(name);
    auto text = found->get<std::string>();
    if (text.size() > most_bytes || text.find('\0') != std::string::npos) return malformed(name);
    return std::optional(std::move(text));
}

Result<std::optional<crypto::Secret>> secret_member(const Json& json, const char* name,
                                                    std::size_t most_bytes) {
    TRY_LET(auto typed, text_member(json, name, most_bytes));
    if (!typed) return std::optional<crypto::Secret>();
    crypto::Secret secret{std::string_view(*typed)};
    crypto::wipe({reinterpret_cast<std::uint8_t*>(typed->data()), typed->size()});
    return std::optional(std::move(secret));
}

Result<std::optional<bool>> bool_member(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return std::optional<bool>();
    if (!found->is_boolean()) return malformed(name);
    return std::optional(found->get<bool>());
}

Result<std::optional<std::uint64_t>> number_member(const Json& json, const char* name,
                                                   std::uint64_t least, std::uint64_t most) {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return std::optional<std::uint64_t>();
    if (!found->is_number_unsigned()) return malformed(name);
    const auto value = found->get<std::uint64_t>();
    if (value < least || value > most) return malformed(name);
    return std::optional(value);
}

Result<> only_members(const Json& json, std::initializer_list<std::string_view> names) {
    for (const auto& [name, value] : json.items())
        if (std::ranges::find(names, std::string_view(name)) == names.end())
            return malformed(printable(name));
    return {};
}

std::string gzip(std::string_view text) {
    z_stream stream{};
    if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kGzipMemory,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string out(::deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // read only
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int ended = ::deflate(&stream, Z_FINISH);
    out.resize(ended == Z_STREAM_END ? out.size() - stream.avail_out : 0);
    ::deflateEnd(&stream);
    return out;
}

void compress(const http::RequestHead& head, http::Response& response) {
    auto* const text = std::get_if<std::string>(&response.body);
    if (text == nullptr || text->size() < kWorthCompressing || head.method == http::Method::head)
        return;
    const bool done = std::ranges::any_of(response.headers, [](const auto& header) {
        return header.first == "Content-Encoding" || header.second == "image/jpeg";
    });
    if (done || text->size() > std::numeric_limits<uInt>::max() / 2) return;
    response.with("Vary", "Accept-Encoding");
    if (!http::list_has(head.header("accept-encoding").value_or(""), "gzip")) return;
    auto compressed = gzip(*text);
    if (compressed.empty()) return;
    *text = std::move(compressed);
    response.with("Content-Encoding", "gzip");
}

}  // namespace keepsake::server
