#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.h"
#include "http/events.h"
#include "model/ids.h"
#include "server/told.h"

namespace keepsake::server {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Who is here: sessions, who each says to be, what each looks at. All of it in memory alone; of a
/// look nothing is ever written down. Thread safety: all calls from any thread.
class Visitors {
  public:
    static constexpr std::size_t kMostSessions = 64;
    static constexpr std::size_t kMostLooks = 256;  ///< of one session; the oldest end
    static constexpr std::chrono::hours kLookRest{1};
    using Clock = std::function<SteadyTime()>;

    Visitors(crypto::RandomSource& random, Clock clock);

    /// A new session's secret word (32 random bytes in hex). Of too many the one that rested
    /// longest ends.
    std::string begin();
    struct Visitor {
        std::string session;
        Viewer person;
    };
    /// The session of this word, unless it ended or rested too long. `counts`: whether this is
    /// something that a person did; asking alone does not keep it from resting.
    std::optional<Visitor> find(std::string_view word, bool counts = true);
    bool set_person(std::string_view word, const Viewer& person);
    void end(std::string_view word);
    void end_all();
    bool is_empty();
    /// Ends those that rested for too long; gives whether none is left.
    bool end_rested();

    void set_rest(std::chrono::minutes rest);
    std::chrono::minutes rest();

    std::string look_at(std::string_view word, const model::ItemId& item);
    std::string look_at(std::string_view word, const model::MomentId& moment);
    void end_look(std::string_view word, std::string_view look);
    /// All looks at these end, whoever's.
    void end_looks(const std::optional<model::ItemId>& item,
                   const std::optional<model::MomentId>& moment);
    /// What this look opened; nothing if it is none of this session's.
    Opened opened(std::string_view word, std::string_view look);

    /// Events of this session; none if it is no session.
    std::shared_ptr<http::EventChannel> listen(std::string_view word);
    void tell_all(const std::string& event, const std::string& data);

  private:
    struct Look {
        std::optional<model::ItemId> item;
        std::optional<model::MomentId> moment;
        SteadyTime used;
    };
    struct Session {
        Viewer person;
        SteadyTime used;
        std::map<std::string, Look, std::less<>> looks;
        std::vector<std::shared_ptr<http::EventChannel>> channels;
    };
    using Sessions = std::map<std::string, Session, std::less<>>;
    std::string new_word(std::size_t bytes);
    std::string add_look(std::string_view word, Look look);
    Sessions::iterator find_session(std::string_view word);
    void erase(Sessions::iterator session);

    crypto::RandomSource* random_;
    Clock clock_;
    std::mutex mutex_;
    Sessions sessions_;
    std::chrono::minutes rest_{15};
};

/// Makes guessing slow: after some failures each further try has to wait longer. Thread safety: all
/// calls from any thread.
class Gate {
  public:
    explicit Gate(Visitors::Clock clock) : clock_(std::move(clock)) {}
    /// How long to wait before another try; zero: now. Then somebody tries, and nobody else may
    /// until failed() or passed().
    std::chrono::seconds enter();
    void failed();
    void passed();
    /// It ended in another way.
    void left();

  private:
    static constexpr int kFree = 3;
    static constexpr int kLongestShift = 6;
    Visitors::Clock clock_;
    std::mutex mutex_;
    int failures_ = 0;
    bool inside_ = false;
    SteadyTime last_;
};

}  // namespace keepsake::server
