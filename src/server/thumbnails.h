#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "model/ids.h"

namespace keepsake::server {

/// Thumbnails that were sent lately, in memory, so that a page that scrolls back asks no disk. The
/// ones that nobody asked for longest go first. Thread safety: all calls from any thread.
class Thumbnails {
  public:
    static constexpr std::size_t kMostBytes = 48UL << 20U;

    struct Held {
        std::shared_ptr<const std::string> jpeg;
        std::string mark;
    };
    std::optional<Held> get(const model::ItemId& item);
    void put(const model::ItemId& item, Held held);
    void clear();

  private:
    using Order = std::list<std::pair<model::ItemId, Held>>;
    std::mutex mutex_;
    Order order_;  // the one asked for last first
    std::unordered_map<model::ItemId, Order::iterator> by_item_;
    std::size_t bytes_ = 0;
};

}  // namespace keepsake::server
