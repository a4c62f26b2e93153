#include "cli/stop_signals.h"

#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t and friends
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/result.h"
#include "cli/descriptor.h"
#include "cli/exit_code.h"

namespace keepsake::cli {
namespace {

constexpr std::array kStopping{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool is_ignored(int number) {
    struct sigaction now{};
    return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void watch_signals(int signals, int end, const std::stop_source& source) {
    std::array<pollfd, 2> both{pollfd{signals, POLLIN, 0}, pollfd{end, POLLIN, 0}};
    for (;;) {
        if (::poll(both.data(), both.size(), -1) < 0) {
            if (errno == EINTR) continue;
            return;
        }
        if (both[1].revents != 0) return;
        signalfd_siginfo told{};
        if (::read(signals, &told, sizeof told) != sizeof told) continue;
        if (!source.request_stop()) ::_exit(static_cast<int>(ExitCode::stopped));
    }
}

}  // namespace

Result<StopSignals> StopSignals::watch(std::stop_source source) {
    // A reader that went away and a file too large for its place are answers to a write.
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : kStopping)
        if (!is_ignored(number)) ::sigaddset(&set, number);
    // Threads made later inherit the mask, so that only the watching thread sees them.
    if (const int failed = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); failed != 0)
        return Error::from_errno(failed, "could not watch for signals");
    auto signals = Descriptor::owned(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    auto end = Descriptor::owned(::eventfd(0, EFD_CLOEXEC));
    if (signals.get() < 0 || end.get() < 0)
        return Error::from_errno(errno, "could not watch for signals");
    return StopSignals(std::move(signals), std::move(end), std::move(source));
}

StopSignals::StopSignals(Descriptor signals, Descriptor end, std::stop_source source)
    : signals_(std::move(signals)),
      end_(std::move(end)),
      thread_(watch_signals, signals_.get(), end_.get(), std::move(source)) {}

StopSignals::~StopSignals() {
    if (end_.get() < 0) return;  // moved from
    const std::uint64_t one = 1;
    // The counter is at zero: this cannot fail, and it is what ends the thread.
    [[maybe_unused]] const auto written = ::write(end_.get(), &one, sizeof one);
}

}  // namespace keepsake::cli
