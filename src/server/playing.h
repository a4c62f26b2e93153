#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "library/playable.h"
#include "model/ids.h"
#include "server/house.h"

namespace keepsake::server {

/// Copies of films that somebody wants to play and that are to be made first: one at a time, in a
/// thread of its own, in the order in which they were asked for. Thread safety: all calls from any
/// thread.
class Playing {
  public:
    explicit Playing(House& house);
    Playing(const Playing&) = delete;
    Playing& operator=(const Playing&) = delete;
    ~Playing();

    /// How much of the copy is done, 0 to 1; it is begun where nobody asked for it before. Errors:
    /// why it could not be made, once; limit where too many wait.
    Result<double> ask(library::PlayableWish wish);
    /// Ends what is being made and forgets what waits: the archive is locked.
    void stop();

  private:
    using Key = std::pair<model::ContentId, bool>;  // and whether it is inside of a photograph
    struct Job {
        double done = 0;
        std::optional<Error> failure;
    };
    void run(const std::stop_token& stop);
    void make(const library::PlayableWish& wish, const std::stop_token& stop);

    House* house_;
    std::mutex mutex_;
    std::condition_variable_any wanted_;
    std::map<Key, Job> jobs_;
    std::deque<library::PlayableWish> waiting_;
    std::stop_source making_;  ///< ends the one that is being made
    std::jthread thread_;      // last: it ends before the rest goes
};

}  // namespace keepsake::server
