#include "http/server.h"

#include <openssl/ssl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "http/connection.h"
#include "http/engine.h"
#include "http/message.h"

namespace keepsake::http {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::size_t kOtherDescriptors = 512;

/// Enough for all connections and what they are answered from: programs begin with 1,024.
void allow_descriptors(std::size_t connections) {
    rlimit limit{};
    const rlim_t wanted = connections + kOtherDescriptors;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    // Where it may not be: more connections wait until others end.
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

Result<> end_workers(asio::thread_pool& workers) {
    workers.join();
    return {};
}

}  // namespace

Server::Engine::Engine(ServerOptions given, Handler& answers)
    : options(std::move(given)), handler(&answers), workers(std::max(1U, options.workers)) {}

Server::Engine::~Engine() { static_cast<void>(end_workers(workers)); }

Result<> Server::Engine::listen() {
    allow_descriptors(options.most_connections);
    beast::error_code failed;
    const auto address = asio::ip::make_address(options.address, failed);
    if (failed) return Error(ErrorCode::invalid, options.address + " is no address.");
    const tcp::endpoint endpoint(address, options.port);
    if (!failed) acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (!failed) return {};
    const auto where = options.address + ", port " + std::to_string(options.port);
    if (failed == asio::error::address_in_use)
        return Error(ErrorCode::exists, "Something else already answers at " + where + ".");
    return Error::from_errno(failed.value(), "listen at " + where);
}

Result<> Server::Engine::load_certificate() {
    if (!options.certificate) return {};
    tls.emplace(asio::ssl::context::tls_server);
    beast::error_code failed;
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                         asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression,
                     failed);
    tls->use_certificate_chain_file(options.certificate->chain_file, failed);
    if (failed)
        return Error(ErrorCode::invalid, "The certificate cannot be read (--cert): PEM is wanted.");
    tls->use_private_key_file(options.certificate->key_file, asio::ssl::context::pem, failed);
    if (failed || ::SSL_CTX_check_private_key(tls->native_handle()) != 1)
        return Error(ErrorCode::invalid,
                     "The key cannot be read, or is another certificate's "
                     "(--key): PEM without a passphrase is wanted.");
    return {};
}

asio::awaitable<void> Server::Engine::accept_all() {
    asio::steady_timer pause(io);
    while (!stopping) {
        auto [failed, socket] = co_await acceptor.async_accept(kAwait);
        if (stopping) co_return;
        if (failed) {  // no more descriptors, or a client that was gone already
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(kAwait);
            continue;
        }
        if (links.size() >= options.most_connections) continue;  // closed
        beast::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        if (tls)
            asio::co_spawn(io, serve_tls(this, std::move(socket)), asio::detached);
        else
            asio::co_spawn(io, serve_plain(this, std::move(socket)), asio::detached);
    }
}

void Server::Engine::begin_to_stop() {
    stopping = true;
    beast::error_code ignored;
    acceptor.close(ignored);
    for (auto& link : links) {
        if (link.events) link.events->close();
        if (link.idle) link.stream->cancel();
    }
    stop_if_idle();
}

void Server::Engine::stop_if_idle() {
    if (stopping && links.empty()) io.stop();
}

void Server::Engine::run(const std::stop_token& stop) {
    asio::co_spawn(io, accept_all(), asio::detached);
    asio::steady_timer last(io);
    const std::stop_callback on_stop(stop, [this, &last] {
        asio::post(io, [this, &last] {
            last.expires_after(options.ending);
            last.async_wait([this](const beast::error_code& failed) {
                if (!failed) io.stop();
            });
            begin_to_stop();
        });
    });
    io.run();
}

std::string Server::Engine::date_line() {
    const auto now = std::time(nullptr);
    if (date.empty() || now != date_second) {
        std::tm parts{};
        ::gmtime_r(&now, &parts);
        constexpr auto kDays =
            std::to_array<const char*>({"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"});
        constexpr auto kMonths = std::to_array<const char*>(
            {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
        std::array<char, 64> text{};
        const auto size = std::strftime(text.data(), text.size(), "%d @ %Y %H:%M:%S GMT", &parts);
        std::string line(text.data(), size);  // names of days do not depend on the locale
        line.replace(line.find('@'), 1, kMonths.at(static_cast<std::size_t>(parts.tm_mon)));
        date = "Date: " + std::string(kDays.at(static_cast<std::size_t>(parts.tm_wday))) + ", " +
               line + "\r\n";
        date_second = now;
    }
    return date;
}

Server::Server(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::listen(const ServerOptions& options, Handler& handler) {
    auto engine = std::make_unique<Engine>(options, handler);
    TRY(engine->load_certificate());
    TRY(engine->listen());
    return std::unique_ptr<Server>(new Server(std::move(engine)));
}

std::uint16_t Server::port() const {
    beast::error_code failed;
    const auto endpoint = engine_->acceptor.local_endpoint(failed);
    return failed ? engine_->options.port : endpoint.port();
}

void Server::run(const std::stop_token& stop) { engine_->run(stop); }

void Server::post(std::function<void()> work) { asio::post(engine_->workers, std::move(work)); }

}  // namespace keepsake::http
