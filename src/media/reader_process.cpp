#include "media/reader_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "media/channel.h"
#include "media/protocol.h"
#include "os/descriptor.h"

namespace keepsake::media {
namespace {

struct SocketPair {
    os::Descriptor ours;
    os::Descriptor theirs;
};

Result<SocketPair> make_sockets() {
    int ends[2] = {};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error::from_errno(errno, "make a socket for a reader");
    return SocketPair{.ours = os::Descriptor(ends[0]), .theirs = os::Descriptor(ends[1])};
}

/// posix_spawn's two objects, which must be given back.
class SpawnSettings {
  public:
    SpawnSettings() {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    /// Nothing of ours but one end of the socket; no signal ignored or held back.
    bool prepare(int socket) {
        bool done = true;
        for (const int standard : {0, 1, 2})
            done &=
                posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0) == 0;
        done &= posix_spawn_file_actions_adddup2(&actions_, socket, kReaderControl) == 0;
        done &= posix_spawn_file_actions_addclosefrom_np(&actions_, kReaderControl + 1) == 0;
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        done &= posix_spawnattr_setsigmask(&attributes_, &none) == 0;
        done &= posix_spawnattr_setsigdefault(&attributes_, &all) == 0;
        // In a group of its own, so that Ctrl-C at the terminal reaches the parent alone.
        done &= posix_spawnattr_setpgroup(&attributes_, 0) == 0;
        done &=
            posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                       POSIX_SPAWN_SETPGROUP) == 0;
        return done;
    }
    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

Result<pid_t> spawn(const std::string& program, int socket, ReaderWork work) {
    SpawnSettings settings;
    if (!settings.prepare(socket)) return Error(ErrorCode::io, "prepare a reader");
    auto parent = std::to_string(::getpid());
    std::string name = program;
    std::string word(kPlayWord);
    char* const arguments[] = {name.data(), parent.data(),
                               work == ReaderWork::play ? word.data() : nullptr, nullptr};
    // Nothing of the person's own settings: neither paths nor options of the libraries.
    std::string language = "LC_ALL=C.UTF-8";
    std::string threads = "OMP_NUM_THREADS=1";  // read before the reader's main() begins
    char* const environment[] = {language.data(), threads.data(), nullptr};
    pid_t process = -1;
    const int failed = ::posix_spawn(&process, program.c_str(), settings.actions(),
                                     settings.attributes(), arguments, environment);
    if (failed != 0) return Error::from_errno(failed, "start " + printable(program));
    return process;
}

std::string describe_end(int status) {
    // NOLINTBEGIN(misc-include-cleaner): sys/wait.h has them
    if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
    return "ended with " + std::to_string(WEXITSTATUS(status));
    // NOLINTEND(misc-include-cleaner)
}

}  // namespace

ReaderProcess::ReaderProcess(ReaderProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)), socket_(std::move(other.socket_)) {}

ReaderProcess& ReaderProcess::operator=(ReaderProcess&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(socket_, other.socket_);
    return *this;
}

ReaderProcess::~ReaderProcess() { end(); }

std::string ReaderProcess::end() {
    if (process_ < 0) return {};
    // Whoever is dying by himself is let to: how he ended says more than that he was killed.
    int status = 0;
    pid_t ended = 0;
    constexpr std::chrono::milliseconds kStep{2};
    char byte = 0;
    const bool hung_up = ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
    for (int tries = 0; ended == 0 && hung_up && tries < 50; ++tries) {
        // NOLINTNEXTLINE(misc-include-cleaner): sys/wait.h has it
        ended = ::waitpid(process_, &status, WNOHANG);
        if (ended == 0) std::this_thread::sleep_for(kStep);
    }
    if (ended == 0) {
        ::kill(process_, SIGKILL);
        do {
            ended = ::waitpid(process_, &status, 0);
        } while (ended < 0 && errno == EINTR);
    }
    process_ = -1;
    socket_ = {};
    return ended < 0 ? "ended" : describe_end(status);
}

Result<ReaderProcess> ReaderProcess::start(const std::string& program, const Patience& patience,
                                           ReaderWork work) {
    TRY_LET(auto sockets, make_sockets());
    TRY_LET(const auto process, spawn(program, sockets.theirs.get(), work));
    ReaderProcess reader(process, std::move(sockets.ours));
    sockets.theirs = {};
    auto first = receive_message(reader.socket(), patience);
    if (!first) {
        const auto how = reader.end();
        return std::move(first).error().with("start " + printable(program) + " (" + how + ")");
    }
    if (first->type == MessageType::refused)
        return Error(ErrorCode::unsupported, printable(as_text(first->body)));
    if (first->type != MessageType::ready || !is_ready(first->body))
        return Error(ErrorCode::unsupported, printable(program) + " is of another version");
    return reader;
}

}  // namespace keepsake::media
