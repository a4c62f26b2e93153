#include "server/playing.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/playable.h"
#include "server/house.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kMostJobs = 100;

}  // namespace

Playing::Playing(House& house)
    : house_(&house), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Playing::~Playing() {
    thread_.request_stop();
    stop();
}

Result<double> Playing::ask(library::PlayableWish wish) {
    const std::lock_guard guard(mutex_);
    const Key key{wish.content.content, wish.film.has_value()};
    if (const auto found = jobs_.find(key); found != jobs_.end()) {
        if (!found->second.failure) return found->second.done;
        auto failure = std::move(*found->second.failure);
        jobs_.erase(found);
        return failure;
    }
    if (jobs_.size() >= kMostJobs)
        return Error(ErrorCode::limit, "Too many films wait to be made ready.");
    jobs_.emplace(key, Job{});
    waiting_.push_back(std::move(wish));
    wanted_.notify_one();
    return 0.0;
}

void Playing::stop() {
    const std::lock_guard guard(mutex_);
    making_.request_stop();
    waiting_.clear();
    jobs_.clear();
}

void Playing::run(const std::stop_token& stop) {
    for (;;) {
        library::PlayableWish wish;
        std::stop_token making;
        {
            std::unique_lock lock(mutex_);
            if (!wanted_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
            wish = std::move(waiting_.front());
            waiting_.pop_front();
            making_ = {};
            making = making_.get_token();
        }
        make(wish, making);
    }
}

void Playing::make(const library::PlayableWish& wish, const std::stop_token& stop) {
    const Key key{wish.content.content, wish.film.has_value()};
    // The same as all others have, but for what ends it.
    auto environment = house_->environment();
    environment.stop = stop;
    auto made = library::make_playable(environment, wish, [&](double done) {
        const std::lock_guard guard(mutex_);
        if (const auto job = jobs_.find(key); job != jobs_.end()) job->second.done = done;
    });
    std::optional<Error> failure;
    if (!made) {
        failure = std::move(made).error();
    } else {
        auto kept = house_->with([&](library::Library& library) -> Result<> {
            TRY(library::keep_playable(library, wish, *made));
            return {};
        });
        if (!kept) failure = std::move(kept).error();
    }
    const std::lock_guard guard(mutex_);
    const auto job = jobs_.find(key);
    if (job == jobs_.end()) return;
    // One that is there is asked of the cache, and not of here.
    if (failure)
        job->second.failure = std::move(failure);
    else
        jobs_.erase(job);
}

}  // namespace keepsake::server
