#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "http/server.h"
#include "os/file_system.h"
#include "share/guest_page.h"

namespace keepsake::server {

/// Answers guests: files of the shares on this device's shelf (share/shelf.h), by GET and HEAD, and
/// nothing else. It opens nothing, counts nothing and notes nothing of who asks. Thread safety: all
/// calls from any thread.
class Guests final : public http::Handler {
  public:
    Guests(os::FileSystem& files, const WallClock& clock, std::string shelf)
        : files_(&files), clock_(&clock), shelf_(std::move(shelf)) {}

    http::Admission admit(const http::RequestHead& head) override;
    std::optional<http::Response> answer_at_once(const http::RequestHead& head) override;
    http::Response answer(http::Request request) override;
    std::unique_ptr<http::BodySink> open_sink(const http::RequestHead& head,
                                              http::Response& refusal) override;

  private:
    http::Response answer_name(const http::RequestHead& head, const std::string& share,
                               const std::string& name);
    http::Response closed(const http::RequestHead& head, const std::string& name) const;
    http::Response file(const http::RequestHead& head, const std::string& share,
                        const std::string& name, unsigned status);
    http::Response page_file(const http::RequestHead& head, const std::string& name,
                             std::string_view text, unsigned status) const;

    os::FileSystem* files_;
    const WallClock* clock_;
    std::string shelf_;
    share::GuestPage page_;
};

/// "0.0.0.0:8421", "[::1]:8421", ":8421".
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};
std::optional<HostPort> host_and_port(std::string_view text);

/// The guests' listener, from its start to its end, on threads of its own.
class GuestListener {
  public:
    /// Errors: as http::Server::listen.
    static Result<std::unique_ptr<GuestListener>> start(
        os::FileSystem& files, const WallClock& clock, const std::string& shelf, const HostPort& at,
        std::optional<http::Certificate> certificate);
    GuestListener(const GuestListener&) = delete;
    GuestListener& operator=(const GuestListener&) = delete;
    ~GuestListener();
    const std::string& url() const { return url_; }

  private:
    GuestListener(os::FileSystem& files, const WallClock& clock, const std::string& shelf)
        : files_(&files), shelf_(shelf), guests_(files, clock, shelf) {}
    os::FileSystem* files_;
    std::string shelf_;
    Guests guests_;
    std::unique_ptr<http::Server> server_;
    std::string url_;
    std::jthread thread_;
};

}  // namespace keepsake::server
