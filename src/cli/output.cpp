#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

#include "base/error.h"
#include "base/result.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kPieceBytes = 64UL * 1024;

}  // namespace

Result<> write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return Error::from_errno(errno, "the output", true);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

void Output::write(std::string_view text) {
    if (closed_ || !state_) return;
    gathered_ += text;
    if (gathered_.size() >= kPieceBytes) state_ = flush();
}

void Output::line(std::string_view text) {
    write(text);
    write("\n");
}

void Output::write_secret(std::string_view text) {
    state_ = flush();
    if (closed_ || !state_) return;
    state_ = write_all(descriptor_, text);
}

Result<> Output::flush() {
    if (closed_ || !state_) return state_;
    auto written = write_all(descriptor_, gathered_);
    gathered_.clear();
    if (!written && written.error().system_code() == EPIPE) {
        closed_ = true;
        written = {};
    }
    state_ = written;
    return written;
}

bool Output::is_terminal() const { return ::isatty(descriptor_) == 1; }

}  // namespace keepsake::cli
