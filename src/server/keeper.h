#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "library/library.h"
#include "library/parity_upkeep.h"
#include "server/house.h"
#include "server/uploads.h"

namespace keepsake::server {

/// Keeps what has arrived, in a thread of its own, by the same way as `keepsake keep`: sealed, read
/// back, journaled; then its repair data, and what it shows. Thread safety: all calls from any
/// thread.
class Keeper {
  public:
    /// `tell_keep`: of a keep something became; `tell_kept`: something new stands in the archive.
    struct Tell {
        std::function<void(const std::string& keep)> keep;
        std::function<void()> kept;
    };
    Keeper(House& house, Uploads& uploads, Tell tell);
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    /// What is being kept now is finished, as far as it was sealed; the rest waits.
    ~Keeper();

    /// It ends once nothing waits any more: then no key is left with it.
    void end_when_done();

  private:
    struct Outcome {
        model::ItemId item;
        bool before = false;
    };
    /// What is kept at once.
    struct Group {
        std::vector<Upload> uploads;
        bool may_fit = true;  ///< no: one that finds no room, unless it is kept already
    };
    /// Why something goes on waiting.
    struct Hindrance {
        std::string why;
        std::optional<std::uint64_t> free;  ///< there is too little room
    };
    void run(const std::stop_token& stop);
    bool keep_some(const std::stop_token& stop);
    Group next_group();
    std::uint64_t free_bytes();
    std::vector<Upload> lay_out(const std::vector<Upload>& waiting);
    void settle(const std::vector<Upload>& group, const std::map<std::string, Outcome>& kept,
                const std::map<std::string, std::string>& problems, const Hindrance& hindrance);
    void note_givers(const std::vector<Upload>& group, const std::map<std::string, Outcome>& kept);
    void clear_away(const std::string& folder, int depth);

    House* house_;
    Uploads* uploads_;
    Tell tell_;
    std::optional<library::Library> library_;
    std::atomic<bool> ending_ = false;
    std::jthread thread_;
};

}  // namespace keepsake::server
