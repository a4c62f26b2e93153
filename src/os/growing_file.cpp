#include "os/growing_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "os/descriptor.h"
#include "os/posix_files.h"
#include "os/posix_paths.h"

namespace keepsake::os {

Result<GrowingFile> GrowingFile::open(const std::string& path) {
    constexpr mode_t kOwnerOnly = 0600;
    constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    TRY_LET(auto descriptor, open_descriptor(path, kFlags, kOwnerOnly, true, "write"));
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0)
        return Error::from_errno(errno, describe_call("look at", path));
    if (!S_ISREG(status.st_mode))
        return Error(ErrorCode::invalid, describe_call("not a regular file:", path));
    return GrowingFile(std::move(descriptor), path);
}

Result<std::uint64_t> GrowingFile::size_bytes() const {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0)
        return Error::from_errno(errno, describe_call("look at", path_));
    return static_cast<std::uint64_t>(status.st_size);
}

Result<> GrowingFile::append(ByteView bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return Error::from_errno(errno, describe_call("write", path_), true);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<> GrowingFile::cut_to(std::uint64_t size_bytes) {
    if (::ftruncate(descriptor_.get(), static_cast<off_t>(size_bytes)) != 0)
        return Error::from_errno(errno, describe_call("cut", path_), true);
    return {};
}

Result<> GrowingFile::sync() {
    return sync_descriptor(descriptor_.get(), describe_call("sync", path_));
}

Result<> GrowingFile::set_modified(Instant modified) {
    return set_descriptor_modified(descriptor_.get(), modified, describe_call("date", path_));
}

}  // namespace keepsake::os
