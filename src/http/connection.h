#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "http/beast_head.h"
#include "http/engine.h"
#include "http/events.h"
#include "http/head.h"
#include "http/message.h"
#include "http/responses.h"

/// One client's connection, plain or with TLS; included by server.cpp alone, as engine.h is.
namespace keepsake::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

// An operation that failed is told by its code, never thrown.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
inline constexpr std::size_t kPieceBytes = 256UL << 10U;
inline constexpr std::size_t kReadBytes = 64UL << 10U;
inline constexpr std::size_t kMostDrainedBytes = 1UL << 20U;
inline constexpr std::chrono::seconds kDraining{2};
inline constexpr std::chrono::seconds kHeartbeat{20};

template <class Work>
asio::awaitable<std::invoke_result_t<Work>> do_work(Work work) {
    co_return work();
}

/// Wakes the connection that sends a channel's events; does nothing once that is gone.
class Waking {
  public:
    explicit Waking(const asio::any_io_executor& executor)
        : timer_(std::make_shared<asio::steady_timer>(executor)) {}
    std::function<void()> waker() const {
        return
            [timer = timer_] { asio::post(timer->get_executor(), [timer] { timer->cancel(); }); };
    }
    asio::steady_timer& timer() { return *timer_; }

  private:
    std::shared_ptr<asio::steady_timer> timer_;
};

/// One client's requests, one after another.
template <class Stream>
class Connection {
  public:
    Connection(Server::Engine& engine, Stream& stream, Link& link)
        : engine_(&engine), stream_(&stream), link_(&link) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    asio::awaitable<void> run() {
        while (true) {
            const bool next = co_await serve_one();
            if (!next || engine_->stopping) break;
        }
        co_await end();
    }

  private:
    /// Has a worker do it; goes on with what it gives. Requires: it does not throw but for bugs.
    template <class Work>
    asio::awaitable<std::invoke_result_t<Work>> on_worker(Work work) {
        co_return co_await asio::co_spawn(engine_->workers, do_work(std::move(work)),
                                          asio::use_awaitable);
    }

    void expire(std::chrono::milliseconds after) {
        beast::get_lowest_layer(*stream_).expires_after(after);
    }

    Response refuse(unsigned status) {
        engine_->handler->refused(status);
        return refusal_of(status);
    }

    /// Whether another request may follow.
    asio::awaitable<bool> serve_one() {
        link_->idle = true;
        if (buffer_.size() == 0) {
            expire(engine_->options.idle);
            const auto [failed, count] =
                co_await stream_->async_read_some(buffer_.prepare(4096), kAwait);
            if (failed || count == 0) co_return false;
            buffer_.commit(count);
        }
        link_->idle = false;
        expire(engine_->options.head);
        parser_.emplace();
        prepare(*parser_);
        const auto [failed, count] =
            co_await beast::http::async_read_header(*stream_, buffer_, *parser_, kAwait);
        if (failed) {
            const bool malformed =
                failed.category() == beast::http::make_error_code(beast::http::error{}).category();
            if (malformed && failed != beast::http::error::end_of_stream &&
                failed != beast::http::error::partial_message)
                co_await send(refuse(failed == beast::http::error::header_limit ? 431 : 400),
                              false);
            co_return false;
        }
        auto head = head_of(*parser_);
        if (!head) {
            co_await send(refuse(head.error().code() == ErrorCode::limit ? 431 : 400), false);
            co_return false;
        }
        co_return co_await answer(*std::move(head));
    }

    asio::awaitable<bool> answer(RequestHead head) {
        const bool head_only = head.method == Method::head;
        const bool keep = head.keep_alive;
        auto admission = engine_->handler->admit(head);
        if (!admission.refusal && !head.has_body()) {
            if (auto response = engine_->handler->answer_at_once(head)) {
                response->close = response->close || !keep;
                co_return co_await send(std::move(*response), head_only);
            }
        }
        if (!admission.refusal && head.content_length.value_or(0) > admission.most_bytes)
            admission.refusal = refuse(413);
        if (!admission.refusal && head.chunked && admission.most_bytes == 0)
            admission.refusal = refuse(400);
        if (admission.refusal) {
            auto response = std::move(*admission.refusal);
            response.close = response.close || !keep || head.has_body();
            co_return co_await send(std::move(response), head_only);
        }
        const auto expect = head.header("expect");
        if (head.has_body() && expect && *expect == "100-continue") {
            const bool sent = co_await send_text("HTTP/1.1 100 Continue\r\n\r\n");
            if (!sent) co_return false;
        }
        Response response;
        if (admission.streamed)
            response = co_await take_streamed(std::move(head), admission.most_bytes);
        else
            response = co_await take_whole(std::move(head), admission.most_bytes);
        response.close = response.close || !keep;
        co_return co_await send(std::move(response), head_only);
    }

    /// What the next bytes of a body are, into `piece_`; false where no more come.
    asio::awaitable<bool> read_piece() {
        auto& body = parser_->get().body();
        body.data = piece_.data() + filled_;
        body.size = piece_.size() - filled_;
        body.more = true;
        const auto [failed, count] =
            co_await beast::http::async_read_some(*stream_, buffer_, *parser_, kAwait);
        filled_ = piece_.size() - body.size;
        co_return !failed || failed == beast::http::error::need_buffer;
    }

    asio::awaitable<Response> take_whole(RequestHead head, std::uint64_t most) {
        Request request{std::move(head), {}};
        if (!parser_->is_done()) {
            piece_.resize(kReadBytes);
            expire(2 * engine_->options.stalled);
        }
        while (!parser_->is_done()) {
            filled_ = 0;
            const bool good = co_await read_piece();
            if (request.body.size() + filled_ > most) co_return refuse(413);
            request.body.append(reinterpret_cast<const char*>(piece_.data()), filled_);
            if (!good) co_return refuse(400);
        }
        piece_ = {};
        co_return co_await on_worker([handler = engine_->handler, &request]() -> Response {
            return handler->answer(std::move(request));
        });
    }

    asio::awaitable<Response> take_streamed(RequestHead head, std::uint64_t most) {
        std::unique_ptr<BodySink> sink;
        Response response;
        co_await on_worker([handler = engine_->handler, &head, &sink, &response]() -> bool {
            sink = handler->open_sink(head, response);
            return sink != nullptr;
        });
        if (!sink) {
            response.close = response.close || head.has_body();
            co_return response;
        }
        piece_.resize(kPieceBytes);
        std::uint64_t taken = 0;
        bool going = true;
        bool takes = true;
        while (going && takes && !parser_->is_done()) {
            filled_ = 0;
            while (going && filled_ < piece_.size() && !parser_->is_done()) {
                expire(engine_->options.stalled);
                going = co_await read_piece();
            }
            taken += filled_;
            takes = taken <= most && co_await write_piece(sink.get());
        }
        piece_ = {};
        const bool whole = takes && parser_->is_done();
        response = co_await on_worker([&sink, whole]() -> Response { return sink->finish(whole); });
        response.close = response.close || !whole;
        co_return response;
    }

    asio::awaitable<bool> write_piece(BodySink* sink) {
        co_return co_await on_worker([this, sink]() -> bool {
            return filled_ == 0 || sink->write(ByteView(piece_).first(filled_));
        });
    }

    asio::awaitable<bool> send_text(std::string text) {
        expire(engine_->options.stalled);
        const auto [failed, count] =
            co_await asio::async_write(*stream_, asio::buffer(text), kAwait);
        co_return !failed;
    }

    /// Whether another request may follow.
    asio::awaitable<bool> send(Response response, bool head_only) {
        const bool stream = std::holds_alternative<std::shared_ptr<EventChannel>>(response.body);
        response.close = response.close || stream;
        response.close = response.close || engine_->stopping;
        const auto text = head_text(response, engine_->date_line());
        const bool silent = head_only || has_no_body(response.status);
        ByteView body;
        if (const auto* owned = std::get_if<std::string>(&response.body); owned != nullptr)
            body = as_bytes(*owned);
        if (const auto* shared = std::get_if<1>(&response.body); shared != nullptr)
            body = as_bytes(**shared);
        if (silent) body = {};
        const std::array<asio::const_buffer, 2> both{asio::buffer(text),
                                                     asio::const_buffer(body.data(), body.size())};
        expire(engine_->options.stalled);
        const auto [failed, count] = co_await asio::async_write(*stream_, both, kAwait);
        if (failed) co_return false;
        bool good = true;
        if (!silent && std::holds_alternative<std::unique_ptr<BodySource>>(response.body))
            good = co_await send_source(
                std::move(std::get<std::unique_ptr<BodySource>>(response.body)));
        if (!silent && stream)
            co_await send_events(std::get<std::shared_ptr<EventChannel>>(response.body));
        co_return good && !response.close;
    }

    asio::awaitable<bool> send_source(std::unique_ptr<BodySource> source) {
        auto left = source->size_bytes();
        Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, kPieceBytes)));
        while (left > 0) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
            const bool read = co_await on_worker([&source, &piece, size]() -> bool {
                return source->read(MutableBytes(piece).first(size)).has_value();
            });
            if (!read) co_return false;
            expire(engine_->options.stalled);
            const auto [failed, count] =
                co_await asio::async_write(*stream_, asio::buffer(piece.data(), size), kAwait);
            if (failed) co_return false;
            left -= size;
        }
        co_return true;
    }

    asio::awaitable<void> send_events(std::shared_ptr<EventChannel> channel) {
        Waking waking(stream_->get_executor());
        channel->on_change(waking.waker());
        link_->events = channel;
        bool going = !engine_->stopping;
        while (going) {
            auto text = channel->take();
            if (text.empty()) {
                if (channel->is_closed()) break;
                waking.timer().expires_after(kHeartbeat);
                const auto [woken] = co_await waking.timer().async_wait(kAwait);
                if (woken) continue;
                text = ":\n\n";
            }
            going = co_await send_text(std::move(text));
        }
        link_->events.reset();
        channel->on_change({});
        channel->close();
    }

    /// The client may still be sending: closed at once, it would not read what it was told.
    asio::awaitable<void> end() {
        auto& socket = beast::get_lowest_layer(*stream_).socket();
        beast::error_code ignored;
        socket.shutdown(tcp::socket::shutdown_send, ignored);
        if (ignored || engine_->stopping) co_return;
        expire(kDraining);
        std::array<char, 4096> unread{};
        std::size_t drained = 0;
        while (drained < kMostDrainedBytes) {
            const auto [failed, count] = co_await beast::get_lowest_layer(*stream_).async_read_some(
                asio::buffer(unread), kAwait);
            if (failed) co_return;
            drained += count;
        }
    }

    Server::Engine* engine_;
    Stream* stream_;
    Link* link_;
    std::optional<Parser> parser_;  ///< of the request that is answered
    beast::flat_buffer buffer_{kReadBytes + kLargestHeadBytes};
    Bytes piece_;
    std::size_t filled_ = 0;
};

/// Takes itself out of the engine's list, however the connection ends.
class Listed {
  public:
    Listed(Server::Engine& engine, beast::tcp_stream& stream)
        : engine_(&engine),
          link_(engine.links.insert(engine.links.end(), Link{&stream, true, {}})) {}
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;
    ~Listed() {
        engine_->links.erase(link_);
        engine_->stop_if_idle();
    }
    Link& link() { return *link_; }

  private:
    Server::Engine* engine_;
    std::list<Link>::iterator link_;
};

inline asio::awaitable<void> serve_plain(Server::Engine* engine, tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    Listed listed(*engine, stream);
    Connection connection(*engine, stream, listed.link());
    co_await connection.run();
}

inline asio::awaitable<void> serve_tls(Server::Engine* engine, tcp::socket socket) {
    beast::ssl_stream<beast::tcp_stream> stream(std::move(socket), *engine->tls);
    Listed listed(*engine, beast::get_lowest_layer(stream));
    beast::get_lowest_layer(stream).expires_after(engine->options.head);
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (failed) co_return;
    Connection connection(*engine, stream, listed.link());
    co_await connection.run();
}

}  // namespace keepsake::http
