#include "server/thumbnails.h"

#include <mutex>
#include <optional>
#include <utility>

#include "model/ids.h"

namespace keepsake::server {

std::optional<Thumbnails::Held> Thumbnails::get(const model::ItemId& item) {
    const std::lock_guard guard(mutex_);
    const auto found = by_item_.find(item);
    if (found == by_item_.end()) return std::nullopt;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
}

void Thumbnails::put(const model::ItemId& item, Held held) {
    const std::lock_guard guard(mutex_);
    if (by_item_.contains(item)) return;
    bytes_ += held.jpeg->size();
    order_.emplace_front(item, std::move(held));
    by_item_.emplace(item, order_.begin());
    while (bytes_ > kMostBytes) {
        bytes_ -= order_.back().second.jpeg->size();
        by_item_.erase(order_.back().first);
        order_.pop_back();
    }
}

void Thumbnails::clear() {
    const std::lock_guard guard(mutex_);
    by_item_.clear();
    order_.clear();
    bytes_ = 0;
}

}  // namespace keepsake::server
