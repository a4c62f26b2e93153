#include "server/serve.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "http/message.h"
#include "http/server.h"
#include "http/target.h"
#include "library/environment.h"
#include "library/library.h"
#include "server/api.h"
#include "server/guests.h"
#include "server/house.h"
#include "server/request_log.h"
#include "server/showing.h"
#include "share/end.h"
#include "share/shelf.h"

namespace keepsake::server {
namespace {

constexpr std::chrono::seconds kTending{1};
constexpr unsigned kTicksBetweenShares = 4;  // what ended is gone within 5 s

bool is_loopback(std::string_view address) {
    return address == "::1" || address.starts_with("127.");
}

std::string shown(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

Result<std::vector<std::string>> prefix_of(const std::string& typed) {
    http::RequestHead head;
    const auto path = typed.starts_with('/') || typed.empty() ? typed : "/" + typed;
    if (!path.empty() && !http::read_target(path, head))
        return Error(ErrorCode::invalid, "--prefix is a path, as /photos.");
    const bool plain = std::ranges::all_of(head.path, [](const std::string& segment) {
        return std::ranges::all_of(segment, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || c == '.';
        });
    });
    if (!plain || !head.query.empty())
        return Error(ErrorCode::invalid, "--prefix is a path of letters and digits, as /photos.");
    return head.path;
}

/// Names by which a browser on this computer may call a server on loopback. Any other name that
/// leads here was made to do so by somebody else.
std::vector<std::string> own_hosts(const std::string& address, std::uint16_t port) {
    std::vector<std::string> hosts;
    for (const auto& name : {shown(address), std::string("localhost"), std::string("127.0.0.1"),
                             std::string("[::1]")}) {
        hosts.push_back(name + ":" + std::to_string(port));
        if (port == 80 || port == 443) hosts.push_back(name);
    }
    return hosts;
}

/// None where none is asked for.
Result<std::unique_ptr<GuestListener>> listen_for_guests(const library::Environment& environment,
                                                         const ServeOptions& options) {
    if (!options.guests) return std::unique_ptr<GuestListener>();
    const auto at = host_and_port(*options.guests);
    if (!at) return Error(ErrorCode::invalid, "--guests is HOST:PORT, as 0.0.0.0:8421.");
    return GuestListener::start(environment.files, environment.clock,
                                share::shelf_folder(environment.state_folder), *at,
                                options.certificate);
}

/// Errors: invalid for addresses that are none; not_found.
Result<ShareWays> ways_to_show(const library::Environment& environment,
                               const ServeOptions& options) {
    ShareWays ways{
        .guests_url = options.guests_url, .folder = {}, .folder_url = options.shares_url};
    for (const auto& url : {options.guests_url, options.shares_url})
        if (!url.empty() && (!is_utf8(url) || !url.starts_with("http") ||
                             url.find_first_of("# \t\r\n") != std::string::npos))
            return Error(ErrorCode::invalid,
                         "The addresses of --shares-at and KEEPSAKE_GUESTS_URL are URLs without a "
                         "# in them.");
    if (!options.shares_folder) return ways;
    const auto folder = environment.files.real_path(*options.shares_folder);
    if (!folder)
        return Error(folder.error().code(),
                     "There is no folder " + printable(*options.shares_folder) + ".");
    ways.folder = *folder;
    return ways;
}

/// What has ended, here or on another keeper's device, is removed. What cannot be waits.
void tend_shares(House& house) {
    // Not by the notes alone: another device may have given it more time, and what is noted here is
    // brought to date first. Until then nothing of it is served.
    if (!house.is_open()) return;
    static_cast<void>(house.with([](library::Library& library) -> Result<> {
        TRY(share::remove_what_is_over(library));
        return {};
    }));
}

/// The handler must know the port, which is told once something listens.
struct Later final : http::Handler {
    std::unique_ptr<Api> api;
    std::unique_ptr<RequestLog> log;
    std::unique_ptr<LoggingHandler> logging;

    void begin(std::unique_ptr<Api> made) {
        api = std::move(made);
        if (log) logging = std::make_unique<LoggingHandler>(*api, *api, *log);
    }
    http::Handler& answers() { return logging ? static_cast<http::Handler&>(*logging) : *api; }
    http::Admission admit(const http::RequestHead& head) override { return answers().admit(head); }
    std::optional<http::Response> answer_at_once(const http::RequestHead& head) override {
        return answers().answer_at_once(head);
    }
    http::Response answer(http::Request request) override {
        return answers().answer(std::move(request));
    }
    std::unique_ptr<http::BodySink> open_sink(const http::RequestHead& head,
                                              http::Response& refusal) override {
        return answers().open_sink(head, refusal);
    }
    void refused(unsigned status) override { answers().refused(status); }
};

}  // namespace

Result<> serve(const library::Environment& environment, const ServeOptions& options,
               const std::function<void(const std::string& url, const std::string& guests)>& ready,
               const std::stop_token& stop) {
    const bool loopback = is_loopback(options.address);
    if (!loopback && !options.certificate && !options.behind_proxy)
        return Error(ErrorCode::invalid,
                     "At " + options.address +
                         " others in the network could read along. Give a certificate (--cert, "
                         "--key), or say --behind-proxy if something in front of it encrypts.");
    TRY_LET(const auto prefix, prefix_of(options.prefix));
    TRY_LET(const auto shares, ways_to_show(environment, options));
    House house(environment, options.archive_path, options.chosen);
    Later handler;
    if (options.log_file) {
        TRY_LET(handler.log,
                RequestLog::open(environment.files, environment.clock, *options.log_file));
    }
    http::ServerOptions listening;
    listening.address = options.address;
    listening.port = options.port;
    listening.certificate = options.certificate;
    TRY_LET(const auto server, http::Server::listen(listening, handler));
    const bool secure = options.certificate.has_value() || options.behind_proxy;
    handler.begin(std::make_unique<Api>(
        house, ApiOptions{.prefix = prefix,
                          .hosts = own_hosts(options.address, server->port()),
                          .names = options.hosts,
                          .any_host = (!loopback || options.behind_proxy) && options.hosts.empty(),
                          .secure = secure,
                          .loopback = loopback && !options.behind_proxy,
                          .nearby = options.nearby,
                          .shares = shares,
                          .clock = [] { return std::chrono::steady_clock::now(); }}));
    std::string url = (options.certificate ? "https://" : "http://") + shown(options.address) +
                      ":" + std::to_string(server->port()) + "/";
    for (const auto& segment : prefix) url += segment + "/";
    TRY_LET(const auto guests, listen_for_guests(environment, options));
    ready(url, guests ? guests->url() : "");
    {
        const std::jthread tending([&](const std::stop_token& end) {
            std::mutex mutex;
            std::condition_variable_any wake;
            std::unique_lock lock(mutex);
            for (unsigned tick = 0;
                 !wake.wait_for(lock, end, kTending, [&] { return end.stop_requested(); });
                 ++tick) {
                handler.api->tend();
                if (tick % kTicksBetweenShares == 0) tend_shares(house);
            }
        });
        server->run(stop);
    }
    handler.api->stop();
    return {};
}

}  // namespace keepsake::server
