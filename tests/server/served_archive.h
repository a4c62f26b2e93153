#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "crypto/random.h"
#include "library/environment.h"
#include "os/posix_file_system.h"
#include "server/serve.h"
#include "support/scratch_directory.h"

/// A server over an archive in a scratch folder, and a client that can be as rude as it likes.
namespace keepsake::server::testing {

struct Reply {
    int status = 0;                              ///< 0: the connection ended without an answer
    std::map<std::string, std::string> headers;  ///< names in lower case; of several the last
    std::string body;
    nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

/// Sees a photograph in whatever begins as a JPEG does, and a film in what begins with RIFF.
class SeesPhotographs final : public library::Looker {
  public:
    Result<media::Answer> look(media::Source& source, const media::Question& question,
                               std::stop_token stop) override;
    /// Head and body of what it made of a film; of one that says "broken" nothing can be made, and
    /// one that says "long" takes until it is stopped.
    Result<media::PlayableAnswer> make_playable(media::Source& source,
                                                const media::PlayableQuestion& question,
                                                media::PlayableSink& sink,
                                                const std::stop_token& stop) override;
};

/// Tells of as little room as a test wants. Thread safety: all calls from any thread.
class NarrowDisk final : public os::PosixFileSystem {
  public:
    /// Below this folder so much is free; none: as much as there is.
    void leave(const std::string& folder, std::optional<std::uint64_t> bytes);
    Result<std::uint64_t> free_bytes(const std::string& path) override;

  private:
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> free_;
};

class ServedArchive {
  public:
    explicit ServedArchive(std::string prefix = "", bool behind_proxy = false,
                           std::vector<std::string> hosts = {},
                           std::function<void(ServeOptions&)> more = {});
    ~ServedArchive();

    std::uint16_t port() const { return port_; }
    const std::string& folder() const { return archive_; }
    const library::Environment& environment() const { return *environment_; }
    /// Where the server keeps what is its own.
    std::string state_folder() const { return scratch_.path() + "/state"; }
    std::string log_file() const { return scratch_.path() + "/log"; }
    /// Sends these bytes over a connection of its own, and gives what came back until the server
    /// closed it or had answered once.
    std::string raw(const std::string& bytes) const;
    /// As raw(), with something done after the first bytes and before the rest.
    std::string raw_in_two(const std::string& first, const std::function<void()>& between,
                           const std::string& rest) const;
    /// A connection; the caller closes it.
    int connected() const;
    /// Sends these bytes and hangs up.
    void send_and_break(const std::string& bytes) const;
    Reply ask(const std::string& method, const std::string& target, const std::string& body = "",
              std::vector<std::pair<std::string, std::string>> headers = {}) const;
    NarrowDisk& disk() { return files_; }
    /// Makes the archive and remembers the session.
    void make_archive();
    /// Opens what is locked, and remembers the session.
    void unlock();
    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Sends a file by tus; gives the upload's path.
    std::string send(const std::string& keep, const std::string& path, const std::string& bytes);
    std::string begin_keep();
    /// Waits until nothing of it arrives or waits any more.
    nlohmann::json wait_kept(const std::string& keep);
    /// Ends the program, and begins another over the same folders.
    void restart();

    std::string cookie;
    std::string prefix;

  private:
    std::string exchange(const std::string& bytes, bool wait,
                         const std::function<void()>& between = {},
                         const std::string& rest = "") const;
    void begin();
    void end();

    keepsake::testing::ScratchDirectory scratch_;
    std::string archive_;
    bool behind_proxy_;
    std::vector<std::string> hosts_;
    std::function<void(ServeOptions&)> more_;
    NarrowDisk files_;
    crypto::SystemRandom random_;
    SystemWallClock clock_;
    SeesPhotographs looker_;
    std::unique_ptr<library::Environment> environment_;
    std::uint16_t port_ = 0;
    std::stop_source stop_;
    std::thread thread_;
};

/// What SeesPhotographs makes of a film.
inline const std::string kPlayableHead = "the head and ";
inline const std::string kPlayableBody(100'000, 'f');

/// Bytes that SeesPhotographs knows as one, different for each number.
std::string photograph(int number);
std::string base64(const std::string& text);

}  // namespace keepsake::server::testing
