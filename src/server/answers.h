#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "crypto/secret.h"
#include "http/message.h"

/// Answers in the form that docs/api/openapi.yaml describes.
namespace keepsake::server {

using Json = nlohmann::ordered_json;

http::Response json_answer(unsigned status, const Json& json);
http::Response nothing();  ///< 204
http::Response error_answer(unsigned status, std::string_view code, std::string_view message);
/// What an error of the library means over HTTP, in words without names of files or paths.
http::Response error_answer(const Error& error);
/// The same of what found no room: so many bytes are free there.
http::Response error_answer(const Error& error, std::uint64_t free);

/// An error in words for a person, without names of files or paths.
std::string words_of(const Error& error);

/// An object from a request's body, not too deep. Errors: invalid.
Result<Json> json_body(const http::Request& request);
/// A member of it: Errors: invalid where it is of another type; none where it is not there or null.
Result<std::optional<std::string>> text_member(const Json& json, const char* name,
                                               std::size_t most_bytes);
/// The same for what is secret: its copies are wiped, as far as they can be reached.
Result<std::optional<crypto::Secret>> secret_member(const Json& json, const char* name,
                                                    std::size_t most_bytes);
Result<std::optional<bool>> bool_member(const Json& json, const char* name);
Result<std::optional<std::uint64_t>> number_member(const Json& json, const char* name,
                                                   std::uint64_t least, std::uint64_t most);
/// Errors: invalid if a member stands there that is none of these.
Result<> only_members(const Json& json, std::initializer_list<std::string_view> names);

/// Compresses the body where that is worth it and the client takes it.
void compress(const http::RequestHead& head, http::Response& response);
/// gzip, fast.
std::string gzip(std::string_view text);

}  // namespace keepsake::server
