#include "cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "cli/descriptor.h"
#include "crypto/secret.h"

namespace keepsake::cli {
namespace {

constexpr std::size_t kLargestPassphraseFileBytes = 64UL * 1024;

Result<Descriptor> open_input(const std::string& path) {
    if (path == "-") return Descriptor::borrowed(STDIN_FILENO);
    // Without O_NONBLOCK a pipe that nobody writes to would block here, deaf to a request to stop.
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (opened < 0 && errno == ENOENT)
        return Error(ErrorCode::not_found, printable(path) + " is not there.");
    if (opened < 0) return Error::from_errno(errno, printable(path));
    auto descriptor = Descriptor::owned(opened);
    struct stat info{};
    if (::fstat(opened, &info) != 0) return Error::from_errno(errno, printable(path));
    if (S_ISDIR(info.st_mode)) return Error(ErrorCode::invalid, printable(path) + " is a folder.");
    return descriptor;
}

/// What is read grows by copies that are wiped.
class Gathered {
  public:
    MutableBytes room() {
        if (size_ == bytes_.size()) {
            crypto::Secret larger(std::max<std::size_t>(4096, bytes_.size() * 2));
            std::ranges::copy(bytes_.view(), larger.mutable_view().begin());
            bytes_ = std::move(larger);
        }
        return bytes_.mutable_view().subspan(size_);
    }
    void add(std::size_t count) { size_ += count; }
    std::size_t size() const { return size_; }
    crypto::Secret take() && {
        bytes_.shrink(size_);
        return std::move(bytes_);
    }

  private:
    crypto::Secret bytes_;
    std::size_t size_ = 0;
};

}  // namespace

Result<> wait_readable(int descriptor, const std::stop_token& stop) {
    const auto wake = Descriptor::owned(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (wake.get() < 0) return Error::from_errno(errno, "could not wait for input");
    const std::stop_callback on_stop(stop, [&wake] {
        const std::uint64_t one = 1;
        // A counter that is full already wakes as well: nothing to do about a failure.
        [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
    });
    std::array<pollfd, 2> both{pollfd{descriptor, POLLIN, 0}, pollfd{wake.get(), POLLIN, 0}};
    while (::poll(both.data(), both.size(), -1) < 0)
        if (errno != EINTR) return Error::from_errno(errno, "could not wait for input");
    if (both[1].revents != 0) return Error(ErrorCode::cancelled, "Stopped.");
    return {};
}

Result<crypto::Secret> read_input(const std::string& path, std::size_t limit_bytes,
                                  const std::stop_token& stop) {
    TRY_LET(const auto descriptor, open_input(path));
    Gathered gathered;
    for (;;) {
        TRY(wait_readable(descriptor.get(), stop));
        const auto room = gathered.room();
        const auto count = ::read(descriptor.get(), room.data(), room.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) return Error::from_errno(errno, printable(path));
        if (count == 0) return std::move(gathered).take();
        gathered.add(static_cast<std::size_t>(count));
        if (gathered.size() > limit_bytes)
            return Error(ErrorCode::limit,
                         printable(path) + " is larger than " + human_bytes(limit_bytes) + ".");
    }
}

Result<crypto::Secret> read_passphrase_file(const std::string& path, const std::stop_token& stop) {
    TRY_LET(auto text, read_input(path, kLargestPassphraseFileBytes, stop));
    auto size = std::min(text.text().find('\n'), text.size());
    if (size > 0 && size < text.size() && text.text()[size - 1] == '\r') --size;
    text.shrink(size);
    if (text.empty())
        return Error(ErrorCode::invalid,
                     "The first line of " +
                         (path == "-" ? std::string("standard input") : printable(path)) +
                         " is empty.");
    return text;
}

}  // namespace keepsake::cli
