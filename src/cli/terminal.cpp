#include "cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "cli/descriptor.h"
#include "cli/input.h"
#include "cli/output.h"
#include "crypto/secret.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kLargestLineBytes = 4096;  // what a terminal gives at most
constexpr int kTries = 3;
constexpr std::ptrdiff_t kShortPassphraseCharacters = 8;

/// Typing is not shown while this lives.
class EchoOff {
  public:
    explicit EchoOff(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal_, &before_) != 0) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
        // What was typed ahead is not thrown away: it may be the answer.
        changed_ = ::tcsetattr(terminal_, TCSADRAIN, &silent) == 0;
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;
    ~EchoOff() {
        if (changed_) ::tcsetattr(terminal_, TCSADRAIN, &before_);
    }
    bool is_silent() const { return changed_; }

  private:
    int terminal_;
    termios before_{};
    bool changed_ = false;
};

std::ptrdiff_t characters(std::string_view text) {
    return std::ranges::count_if(
        text, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U; });
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_width(int descriptor) {
    winsize size{};
    // <sys/ioctl.h> provides it, through a header of the kernel.
    // NOLINTNEXTLINE(misc-include-cleaner)
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::optional<Terminal> Terminal::find(bool stdin_is_taken) {
    if (!is_terminal(stdin_is_taken ? STDERR_FILENO : STDIN_FILENO)) return std::nullopt;
    const int opened = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (opened >= 0) return Terminal(Descriptor::owned(opened));
    // A terminal that is not the controlling one (some containers): the one at hand serves.
    if (stdin_is_taken) return std::nullopt;
    const int flags = ::fcntl(STDIN_FILENO, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) != O_RDWR) return std::nullopt;
    return Terminal(Descriptor::borrowed(STDIN_FILENO));
}

Result<> Terminal::show(std::string_view text) { return write_all(descriptor_.get(), text); }

Result<crypto::Secret> Terminal::read_line(const std::stop_token& stop) {
    crypto::Secret line(kLargestLineBytes);
    std::size_t size = 0;
    while (size < line.size()) {
        TRY(wait_readable(descriptor_.get(), stop));
        const auto room = line.mutable_view().subspan(size);
        const auto count = ::read(descriptor_.get(), room.data(), room.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Error::from_errno(errno, "could not read from the terminal");
        if (count == 0) return Error(ErrorCode::cancelled, "Stopped: nothing was typed.");
        size += static_cast<std::size_t>(count);
        if (line.view()[size - 1] == '\n') {
            line.shrink(size - 1);
            return line;
        }
    }
    return Error(ErrorCode::limit, "What was typed is too long.");
}

Result<crypto::Secret> Terminal::ask_secret(std::string_view prompt, const std::stop_token& stop) {
    const EchoOff echo_off(descriptor_.get());
    if (!echo_off.is_silent())
        return Error(ErrorCode::io, "The terminal would show what is typed.");
    TRY(show(prompt));
    auto line = read_line(stop);
    TRY(show("\n"));
    return line;
}

Result<crypto::Secret> Terminal::ask_new_secret(std::string_view what,
                                                const std::stop_token& stop) {
    for (int tried = 0; tried < kTries; ++tried) {
        TRY_LET(auto first, ask_secret(std::string(what) + ": ", stop));
        if (first.empty()) {
            TRY(show("It may not be empty.\n"));
            continue;
        }
        if (characters(first.text()) < kShortPassphraseCharacters)
            TRY(show("Short ones are easily guessed; a few words are better.\n"));
        TRY_LET(const auto second, ask_secret("Once more: ", stop));
        if (crypto::equal_constant_time(first.view(), second.view())) return first;
        TRY(show("The two were not the same.\n"));
    }
    return Error(ErrorCode::invalid, "No passphrase was set.");
}

Result<bool> Terminal::ask_yes(std::string_view question, const std::stop_token& stop) {
    for (int tried = 0; tried < kTries; ++tried) {
        TRY(show(std::string(question) + " [Y/n] "));
        TRY_LET(const auto line, read_line(stop));
        const auto answer = line.text();
        if (answer.empty() || answer == "y" || answer == "Y" || answer == "yes") return true;
        if (answer == "n" || answer == "N" || answer == "no") return false;
    }
    return false;
}

}  // namespace keepsake::cli
