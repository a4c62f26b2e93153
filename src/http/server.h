#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "http/message.h"

namespace keepsake::http {

struct Certificate {
    std::string chain_file;  ///< PEM
    std::string key_file;    ///< PEM
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any that is free
    std::optional<Certificate> certificate;
    unsigned workers = 4;
    std::size_t most_connections = 2'000;
    std::chrono::milliseconds idle{75'000};     ///< between two requests
    std::chrono::milliseconds head{10'000};     ///< from a head's first byte to its end
    std::chrono::milliseconds stalled{30'000};  ///< no byte of a body came or went
    std::chrono::milliseconds ending{5'000};    ///< what runs may finish when the server stops
};

/// HTTP/1.1 over TCP, plain or with TLS: one thread for all connections, and workers that answer.
/// What a client can cost is bounded: heads, bodies, connections, and the time for each.
/// Durability: none. Thread safety: post() from any thread.
class Server {
  public:
    /// Errors: exists if something else listens there; permission; invalid for an address that is
    /// none, or a certificate that does not fit its key.
    static Result<std::unique_ptr<Server>> listen(const ServerOptions& options, Handler& handler);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    std::uint16_t port() const;
    /// Until `stop`: then no more is accepted, idle connections end, and what runs may finish.
    void run(const std::stop_token& stop);
    /// Has a worker do this.
    void post(std::function<void()> work);

    class Engine;  ///< engine.h

  private:
    explicit Server(std::unique_ptr<Engine> engine);
    std::unique_ptr<Engine> engine_;
};

}  // namespace keepsake::http
