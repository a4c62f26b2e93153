#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "library/library.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/house.h"
#include "share/guest_page.h"
#include "share/show.h"
#include "share/wish.h"

namespace keepsake::server {

/// Where the pages may put what is shown. Nobody who asks names a path: the command line did.
struct ShareWays {
    std::string
        guests_url;      ///< at which guests reach this device's listener; "": as it says itself
    std::string folder;  ///< below it each share gets a folder; "": nowhere
    std::string folder_url;  ///< at which a web server serves that; "": nobody said
};

/// Makes what is shown to somebody, in a thread of its own, one at a time. A page to look at first,
/// and a file to be saved, wait an hour in this device's state folder, sealed, and are removed when
/// the archive locks. Thread safety: all calls from any thread.
class Showing {
  public:
    enum class Way : std::uint8_t { guests, folder, download, look };
    struct Order {
        share::Wish wish;
        Way way = Way::guests;
        bool with_key = false;
    };
    /// `showing`: of one under way something became, without its link; `shares`: the list is
    /// another.
    struct Tell {
        std::function<void(const Json&)> showing;
        std::function<void()> shares;
    };
    Showing(House& house, ShareWays ways, Tell tell);
    Showing(const Showing&) = delete;
    Showing& operator=(const Showing&) = delete;
    ~Showing();

    /// Begins one and gives its id. Errors: invalid where the wish makes no sense, or that way is
    /// not open; exists while one is made.
    Result<std::string> begin(Order order);
    /// `Showing` of the API, with its link; none for what is not known (any more).
    std::optional<Json> state(std::string_view id);
    /// Stops it, or removes what waits. What is shown by now stays shown.
    void end(std::string_view id);
    /// All of them, and what was made is forgotten: the archive locks.
    void end_all();
    /// Removes what waited for too long. Called now and then.
    void tend();
    /// What waits of a share that has ended is not handed out any more.
    void end_share(const model::ShareId& share);
    /// A page or file that waits.
    struct Waiting {
        std::string path;
        std::string name;                            ///< "" for a page to look at
        std::optional<model::PersonId> viewer = {};  ///< who may look at the page
        std::optional<model::ShareId> share = {};    ///< whose file it is
    };
    /// Whoever asks makes it wait on.
    std::optional<Waiting> waiting(std::string_view id);
    /// Where guests find what this device serves, now; "" where nothing does.
    std::string guests_at() const;
    const ShareWays& ways() const { return ways_; }

  private:
    struct State {
        std::string_view name = "making";
        Way way = Way::guests;
        library::Progress progress;
        share::Report report;
        Waiting waiting;
        std::string link;
        std::string message;
        std::chrono::steady_clock::time_point settled;
    };
    class Listening;
    void run(const std::stop_token& stop, const std::string& id, const Order& order);
    Result<> make_safely(const std::stop_token& stop, const std::string& id, const Order& order,
                         State& made);
    Result<> make(const std::stop_token& stop, const std::string& id, const Order& order,
                  State& made);
    Result<> make_download(library::Library& library, const Order& order,
                           library::Listener& listener, State& made);
    share::Target target_for(const Order& order) const;
    void tell_of(const std::string& id);
    void remove_file(const Waiting& waiting) const;
    /// These are known no more, and what waits of them goes. Requires: mutex_ is held.
    void drop(const std::function<bool(std::string_view id, const State&)>& is_over);
    Result<> open_folder();
    void remove_leftovers() const;
    Json json_of(const std::string& id, const State& state) const;
    std::string new_name() const;

    House* house_;
    ShareWays ways_;
    Tell tell_;
    std::string folder_;                         ///< where things wait, of this process alone
    std::unique_ptr<os::FileLock> folder_lock_;  ///< once there is something: the folder is in use
    share::GuestPage page_;
    std::mutex mutex_;
    std::map<std::string, State, std::less<>> all_;
    std::string under_way_;    ///< the id of the one that is made; "" while none is
    std::mutex thread_mutex_;  ///< before mutex_; never taken by the thread itself
    std::jthread thread_;      // last: it ends before the rest goes
};

}  // namespace keepsake::server
