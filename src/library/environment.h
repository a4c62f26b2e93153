#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "crypto/random.h"
#include "media/reader_pool.h"
#include "os/file_system.h"

namespace keepsake::library {

/// Looks at an original's bytes, in a cage (media::ReaderPool), or as a test has it.
class Looker {
  public:
    virtual ~Looker() = default;
    /// Errors: unsupported or not_found where nothing can be looked at on this computer; those of
    /// `source`; cancelled. Thread safety: from any thread; waits while all readers are busy.
    virtual Result<media::Answer> look(media::Source& source, const media::Question& question,
                                       std::stop_token stop) = 0;
    /// Errors: as look(); those of `sink`.
    virtual Result<media::PlayableAnswer> make_playable(media::Source& source,
                                                        const media::PlayableQuestion& question,
                                                        media::PlayableSink& sink,
                                                        const std::stop_token& stop);
};

/// What the use cases stand on, wired in main() or by a test.
struct Environment {
    os::FileSystem& files;
    crypto::RandomSource& random;
    const WallClock& clock;
    std::string state_folder;  ///< local state; made where missing, mode 0700
    std::stop_token stop;      ///< Ctrl-C and SIGTERM
    unsigned threads = 2;
    bool catalog_in_memory = false;  ///< for tests and for places where nothing may be written
    Looker* looker = nullptr;        ///< none: originals are kept and not looked at
};

/// How far long work has come. Called from the thread that called the use case, at most some ten
/// times a second.
struct Progress {
    std::string_view doing;  ///< "Reading", "Checking", ... for the person
    std::uint64_t files_done = 0;
    std::uint64_t files_total = 0;  ///< 0: not known
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
};

/// What a use case tells while it runs. Thread safety: called from one thread at a time.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void progress(const Progress& progress) = 0;
    /// A source, an item or a file that could not be dealt with: named, with why, in one line.
    virtual void problem(const std::string& name, const std::string& why) = 0;
    /// Something worth saying that is no failure ("This copy lacks 3 changes from Ana's laptop.").
    virtual void note(const std::string& line) = 0;
    /// Before a passphrase is stretched (about a second each).
    virtual void unlocking() = 0;
};

}  // namespace keepsake::library
