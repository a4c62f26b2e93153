#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/house.h"

namespace keepsake::server {

/// The check or the restore test that somebody asked for on the page Care, in a thread of its own.
/// Thread safety: all calls from any thread.
class Checking {
  public:
    /// `tell`: called some times a second while it runs, and at its end.
    Checking(House& house, std::function<void(const Json&)> tell);
    Checking(const Checking&) = delete;
    Checking& operator=(const Checking&) = delete;
    ~Checking() = default;

    enum class What : std::uint8_t { check, repair, restore };
    /// Errors: exists while one runs.
    Result<> begin(What what);
    void stop();
    /// `Check` of the API.
    Json state();
    /// What the last check found damaged or missing, of originals.
    std::vector<model::ObjectId> hurt();

  private:
    struct State {
        std::string_view name = "none";
        What what = What::check;
        library::Progress progress;
        std::uint64_t damaged = 0;
        std::uint64_t missing = 0;
        std::uint64_t healed = 0;
        std::vector<model::ObjectId> hurt;
        std::string message;
    };
    class Listening;
    void run(const std::stop_token& stop, What what);
    void check(library::Library& library, bool repair);
    void restore(library::Library& library);
    void end_with(const Error& error);

    House* house_;
    std::function<void(const Json&)> tell_;
    std::mutex mutex_;
    State state_;
    std::mutex thread_mutex_;  ///< before mutex_; never taken by the thread itself
    std::jthread thread_;
};

}  // namespace keepsake::server
