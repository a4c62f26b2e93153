#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "http/events.h"
#include "http/message.h"
#include "http/server.h"

/// What a server consists of; seen by server.cpp and connection.h alone, as Boost takes long to
/// compile.
namespace keepsake::http {

/// A connection, as the engine sees it.
struct Link {
    boost::beast::tcp_stream* stream = nullptr;
    bool idle = true;  ///< between two requests
    std::shared_ptr<EventChannel> events;
};

class Server::Engine {
  public:
    Engine(ServerOptions options, Handler& handler);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    Result<> listen();
    Result<> load_certificate();
    void run(const std::stop_token& stop);

    boost::asio::awaitable<void> accept_all();
    void begin_to_stop();
    void stop_if_idle();
    std::string date_line();

    ServerOptions options;
    Handler* handler;
    /// Before `io`: a connection that is cut takes itself out of the list while `io` is destroyed.
    std::list<Link> links;
    bool stopping = false;
    boost::asio::io_context io{1};
    std::optional<boost::asio::ssl::context> tls;
    boost::asio::ip::tcp::acceptor acceptor{io};
    std::string date;  ///< as of `date_second`
    std::int64_t date_second = 0;
    /// After `io`: what workers still do, they hand to it.
    boost::asio::thread_pool workers;
};

}  // namespace keepsake::http
