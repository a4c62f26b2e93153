// on_terminal COMMAND [TYPED [--after TEXT TYPED]...]
// Runs a command of the shell on a terminal of its own, where a person types: TYPED at once, or
// after TEXT has stood on the screen. `\n` and three octal digits (`\003`) stand for those
// characters. What the screen shows goes to standard output; the exit code is the command's. The
// terminal stays until the command has left it, and everything that was shown is told (script(1)
// waits, guesses and ends its input by itself).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr int kUsage = 2;
constexpr int kGaveUp = 124;
constexpr auto kLimit = std::chrono::minutes(4);

struct Step {
    std::string after;  // typed once this has been shown since the step before; empty: at once
    std::string typed;
};

/// `\n` and `\ooo` become what they stand for.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            result += text[at];
        } else if (text[at + 1] == 'n') {
            result += '\n';
            ++at;
        } else {
            const std::string digits(text.substr(at + 1, 3));
            result += static_cast<char>(::strtoul(digits.c_str(), nullptr, 8));
            at += 3;
        }
    }
    return result;
}

std::optional<std::deque<Step>> steps_of(int count, char** arguments) {
    std::deque<Step> steps;
    for (int i = 2; i < count; ++i) {
        if (std::string_view(arguments[i]) != "--after") {
            steps.push_back({"", unescaped(arguments[i])});
        } else if (i + 2 < count) {
            steps.push_back({arguments[i + 1], unescaped(arguments[i + 2])});
            i += 2;
        } else {
            return std::nullopt;
        }
    }
    return steps;
}

/// The terminal's own side; the command runs on the other one. -1 if there is none to be had.
int start(const char* command, pid_t& child) {
    const int screen = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    std::array<char, 64> name{};
    if (screen < 0 || ::grantpt(screen) != 0 || ::unlockpt(screen) != 0 ||
        ::ptsname_r(screen, name.data(), name.size()) != 0)
        return -1;
    // Opened before the fork: the terminal has always somebody on it until the command leaves.
    const int terminal = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) return -1;
    child = ::fork();
    if (child == 0) {
        ::setsid();
        // Opened by the leader of a session, it becomes the session's own.
        const int own = ::open(name.data(), O_RDWR | O_CLOEXEC);
        for (int standard = 0; standard < 3; ++standard) ::dup2(own, standard);
        // Signals that whoever runs this ignores are heard on a terminal.
        for (const int heard : {SIGINT, SIGQUIT, SIGHUP, SIGTERM}) ::signal(heard, SIG_DFL);
        ::execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(terminal);
    return child < 0 ? -1 : screen;
}

bool type(int screen, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(screen, text.data(), text.size());
        if (count < 0 && errno != EINTR) return false;
        if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Types and shows until the command has left the terminal; false if it does not in time.
bool run(int screen, std::deque<Step> steps) {
    const auto limit = std::chrono::steady_clock::now() + kLimit;
    std::string shown;
    std::array<char, 4096> part{};
    while (std::chrono::steady_clock::now() < limit) {
        while (!steps.empty()) {
            const auto at = shown.find(steps.front().after);
            if (at == std::string::npos) break;
            shown.erase(0, at + steps.front().after.size());
            if (!type(screen, steps.front().typed)) return false;
            steps.pop_front();
        }
        pollfd waiting{screen, POLLIN, 0};
        if (::poll(&waiting, 1, 1000) <= 0) continue;
        const auto count = ::read(screen, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return true;  // EIO: nobody is on the terminal any more, and all is read
        const std::string_view more(part.data(), static_cast<std::size_t>(count));
        shown += more;
        std::fwrite(more.data(), 1, more.size(), stdout);
        std::fflush(stdout);
    }
    return false;
}

}  // namespace

int main(int count, char** arguments) {
    const auto steps = count < 2 ? std::nullopt : steps_of(count, arguments);
    if (!steps) {
        std::fputs("usage: on_terminal COMMAND [TYPED [--after TEXT TYPED]...]\n", stderr);
        return kUsage;
    }
    pid_t child = -1;
    const int screen = start(arguments[1], child);
    if (screen < 0) {
        std::perror("on_terminal");
        return kGaveUp;
    }
    const bool left = run(screen, *steps);
    ::close(screen);  // hangs up, where the command still is there
    if (!left) {
        std::fputs("on_terminal: the command does not end; it was hung up.\n", stderr);
        ::kill(-child, SIGKILL);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return kGaveUp;
    }
    if (!left) return kGaveUp;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
