#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace keepsake::http {

/// Server-sent events on their way to one client. Bounded: of a client that does not take them the
/// channel ends. Thread safety: all calls from any thread.
class EventChannel {
  public:
    static constexpr std::size_t kMostWaiting = 256;

    /// `event` and `data` are single lines.
    void push(const std::string& event, const std::string& data);
    /// Nothing more comes; what waits is still sent.
    void close();
    bool is_closed() const;

    /// All that waits, as it goes over the wire; "" where nothing does. For the connection.
    std::string take();
    /// Called after each push and close, from whatever thread these are called. For the connection.
    void on_change(std::function<void()> wake);

  private:
    void wake();
    mutable std::mutex mutex_;
    std::deque<std::string> waiting_;
    std::function<void()> wake_;
    bool closed_ = false;
};

}  // namespace keepsake::http
