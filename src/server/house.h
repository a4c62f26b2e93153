#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "server/timeline.h"
#include "server/told.h"

namespace keepsake::server {

/// What a page is told where the archive's disk was taken away.
inline constexpr std::string_view kGone =
    "The disk with your archive is not there. Nothing is lost. Connect it and try again.";

/// Tells nobody: for use cases whose outcome is all that counts here.
class Quietly : public library::Listener {
  public:
    void progress(const library::Progress& /*progress*/) override {}
    void problem(const std::string& /*name*/, const std::string& /*why*/) override {}
    void note(const std::string& /*line*/) override {}
    void unlocking() override {}
};

enum class HouseState : std::uint8_t { none, locked, open, gone };

/// The archive that is served, opened or not. It is opened once, for all who are here. Thread
/// safety: all calls from any thread; one at a time uses the library.
class House {
  public:
    /// `chosen`: by choose() once, and served in place of `archive_path` until another one is.
    House(const library::Environment& environment, std::string archive_path,
          const std::optional<std::string>& chosen = {});
    House(const House&) = delete;
    House& operator=(const House&) = delete;
    ~House();

    const library::Environment& environment() const { return *environment_; }
    std::string archive_path() const {
        const std::lock_guard guard(path_mutex_);
        return archive_path_;
    }
    /// Whether an archive stands here, whether its disk is there, whether it is open.
    HouseState state();
    bool is_open() const { return open_; }
    /// Asks the disk at most once a second.
    bool is_there();

    /// Makes the archive and opens it. Gives recovery words if they were asked for. Errors: exists;
    /// io with kGone where its disk is away; those of library::new_archive.
    Result<std::optional<crypto::Secret>> make(const crypto::Secret& passphrase, bool recovery,
                                               const std::string& name);
    /// Whether there is none yet, or one was chosen and nobody has opened it since the program
    /// began.
    bool may_choose();
    /// The archive is this one from now on, and the next time, too, once somebody has opened it;
    /// none: the one that would be here without choosing. Errors: exists where it may not be
    /// chosen; not_found.
    Result<> choose(const std::optional<std::string>& path);
    /// Proves that this is a way in, and opens what is not open yet. About a second.
    Result<> open(const crypto::Secret& passphrase);
    /// The keys leave memory; others of another() stay with whoever has them.
    void close();
    /// Another library of the same archive, for long work beside this one.
    Result<library::Library> another(const std::stop_token& stop);

    /// Uses the library. Errors: wrong_key while it is not open; io with kGone.
    template <class Work>
    std::invoke_result_t<Work, library::Library&> with(Work work) {
        const std::lock_guard guard(library_mutex_);
        if (!library_) return Error(ErrorCode::wrong_key, "locked");
        if (!is_there()) return Error(ErrorCode::io, std::string(kGone));
        return work(*library_);
    }

    /// Snapshots. Requires: called from within with(), with its library.
    Result<std::shared_ptr<const Told>> told(library::Library& library);
    struct Outline {
        std::shared_ptr<const Timeline> timeline;
        std::string revision;
    };
    Result<Outline> outline(library::Library& library);
    /// What was last read, if nothing changed since; for whoever must not wait.
    std::shared_ptr<const Told> told_now();

    /// Called after what people said changed; `timeline`: also what is listed, or where.
    void changed(bool timeline);
    /// Called after other programs, or other()s, wrote: takes their changes in.
    Result<> refresh();
    /// Told when the timeline's revision went on.
    void on_timeline(std::function<void()> tell) { on_timeline_ = std::move(tell); }

  private:
    Result<> open_with(const crypto::Secret& passphrase);
    Result<> name_it(library::Library& library, const std::string& name);

    const library::Environment* environment_;
    std::string own_path_;
    mutable std::mutex path_mutex_;
    std::string archive_path_;
    std::atomic<bool> open_ = false;
    std::atomic<std::int64_t> looked_ms_ = 0;
    std::atomic<bool> was_there_ = true;
    std::atomic<bool> is_chosen_ = false;     ///< by choose(), and not opened since
    std::atomic<bool> seen_archive_ = false;  ///< one stood there since the program began

    std::mutex library_mutex_;
    std::optional<library::Library> library_;
    model::HybridTime seen_;  ///< what the catalog held when it was last refreshed

    std::mutex snapshots_mutex_;
    std::shared_ptr<const Told> told_;
    std::shared_ptr<const Timeline> timeline_;
    std::shared_ptr<const Timeline> last_timeline_;
    std::string run_;  ///< random: revisions of another run are other ones
    std::uint64_t revision_ = 0;
    std::function<void()> on_timeline_;
};

}  // namespace keepsake::server
