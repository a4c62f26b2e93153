#include "http/events.h"

#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace keepsake::http {

void EventChannel::push(const std::string& event, const std::string& data) {
    {
        const std::lock_guard guard(mutex_);
        if (closed_) return;
        waiting_.push_back("event: " + event + "\ndata: " + data + "\n\n");
        if (waiting_.size() > kMostWaiting) closed_ = true;
    }
    wake();
}

void EventChannel::close() {
    {
        const std::lock_guard guard(mutex_);
        closed_ = true;
    }
    wake();
}

bool EventChannel::is_closed() const {
    const std::lock_guard guard(mutex_);
    return closed_;
}

std::string EventChannel::take() {
    const std::lock_guard guard(mutex_);
    std::string all;
    for (const auto& event : waiting_) all += event;
    waiting_.clear();
    return all;
}

void EventChannel::on_change(std::function<void()> wake) {
    const std::lock_guard guard(mutex_);
    wake_ = std::move(wake);
}

void EventChannel::wake() {
    // Under the lock: once on_change({}) returned, the connection may go.
    const std::lock_guard guard(mutex_);
    if (wake_) wake_();
}

}  // namespace keepsake::http
