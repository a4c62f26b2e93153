#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/events.h"

/// Requests and answers as values, and what answers them. Nothing here knows a socket.
namespace keepsake::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

/// What stands before a request's body. Names of headers are in lower case.
struct RequestHead {
    Method method = Method::other;
    std::vector<std::string> path;  ///< decoded segments, none of them empty, "." or ".."
    bool ends_in_slash = false;     ///< the path, as it was asked for
    std::map<std::string, std::string> query;  ///< decoded; of a name that stands twice the first
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = false;

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
    /// The header's value; none where it does not stand, or stands twice.
    std::optional<std::string_view> header(std::string_view name) const;
    /// A value from the Cookie header.
    std::optional<std::string_view> cookie(std::string_view name) const;
    std::optional<std::string_view> parameter(const std::string& name) const;
};

struct Request {
    RequestHead head;
    std::string body;
};

/// A body that is made while it is sent. Used by one worker at a time.
class BodySource {
  public:
    virtual ~BodySource() = default;
    virtual std::uint64_t size_bytes() const = 0;
    /// Fills all of `out`, which never reaches past the end. An error cuts the connection.
    virtual Result<> read(MutableBytes out) = 0;
};

struct Response {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::variant<std::string, std::shared_ptr<const std::string>, std::unique_ptr<BodySource>,
                 std::shared_ptr<EventChannel>>
        body;
    /// What is told of the length where there is no body (an answer to HEAD).
    std::optional<std::uint64_t> length;
    bool close = false;  ///< the connection ends with this answer

    Response& with(std::string name, std::string value) & {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    Response&& with(std::string name, std::string value) && {
        headers.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }
};

/// Takes a body as it arrives. Used by one worker at a time.
class BodySink {
  public:
    virtual ~BodySink() = default;
    /// False: it takes no more; finish() tells why, and the connection ends.
    virtual bool write(ByteView bytes) = 0;
    /// `whole`: whether the body came to its end.
    virtual Response finish(bool whole) = 0;
};

/// How a request's body is to be treated, decided by its head alone.
struct Admission {
    std::optional<Response> refusal;
    std::uint64_t most_bytes = 0;  ///< of a body
    bool streamed = false;         ///< open_sink() instead of answer()
};

/// Answers requests.
class Handler {
  public:
    virtual ~Handler() = default;
    /// On the thread of all connections: must not wait for anything.
    virtual Admission admit(const RequestHead& head) = 0;
    /// As well; none: a worker is to answer.
    virtual std::optional<Response> answer_at_once(const RequestHead& head) = 0;
    /// By a worker.
    virtual Response answer(Request request) = 0;
    /// By a worker; none: `refusal` says why.
    virtual std::unique_ptr<BodySink> open_sink(const RequestHead& head, Response& refusal) = 0;
    /// On the thread of all connections: what came was no request, or more than may come, and was
    /// answered with this status.
    virtual void refused(unsigned status) { static_cast<void>(status); }
};

}  // namespace keepsake::http
