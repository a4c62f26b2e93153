#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "media/channel.h"
#include "media/protocol.h"
#include "os/descriptor.h"

namespace keepsake::media {

/// One keepsake-reader, from its start to its end. Thread safety: one thread at a time.
class ReaderProcess {
  public:
    /// Starts the program with one end of a new socket and nothing else that is open here, and
    /// waits until it says from within its cage that it is ready. It dies with the *thread* that
    /// calls this. Errors: not_found; unsupported with the reader's own line where it cannot cage
    /// itself; io, limit.
    static Result<ReaderProcess> start(const std::string& program, const Patience& patience,
                                       ReaderWork work = ReaderWork::look);
    ReaderProcess(ReaderProcess&& other) noexcept;
    ReaderProcess& operator=(ReaderProcess&& other) noexcept;
    ReaderProcess(const ReaderProcess&) = delete;
    ReaderProcess& operator=(const ReaderProcess&) = delete;
    /// Kills it, if it still lives, and waits for its end.
    ~ReaderProcess();

    int socket() const { return socket_.get(); }
    /// Kills it and tells how it ended: "killed by signal 11", "ended with 1". Afterwards it is
    /// only to be destroyed.
    std::string end();

  private:
    ReaderProcess(pid_t process, os::Descriptor socket)
        : process_(process), socket_(std::move(socket)) {}
    pid_t process_ = -1;
    os::Descriptor socket_;
};

}  // namespace keepsake::media
