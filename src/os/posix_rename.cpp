#include "os/posix_rename.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "os/posix_paths.h"

namespace keepsake::os {
namespace {

enum class Attempt : std::uint8_t { done, not_to_be_had };

Error failed(const Move& move, int number) { return Error::from_errno(number, move.doing, true); }

bool rename_plainly(const Move& move) {
    return ::renameat(move.from.directory(), move.from.name(), move.to.directory(),
                      move.to.name()) == 0;
}

Result<Attempt> rename_by_no_replace(const Move& move) {
    if (::renameat2(move.from.directory(), move.from.name(), move.to.directory(), move.to.name(),
                    RENAME_NOREPLACE) == 0)
        return Attempt::done;
    if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return Attempt::not_to_be_had;
    return failed(move, errno);
}

Result<Attempt> rename_by_link(const Move& move) {
    if (::linkat(move.from.directory(), move.from.name(), move.to.directory(), move.to.name(), 0) !=
        0) {
        // EPERM also for a directory, which has no second names anywhere.
        if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK || errno == ENOSYS)
            return Attempt::not_to_be_had;
        return failed(move, errno);
    }
    if (::unlinkat(move.from.directory(), move.from.name(), 0) == 0) return Attempt::done;
    const Error error = failed(move, errno);
    ::unlinkat(move.to.directory(), move.to.name(), 0);  // ours: link() made it
    return error;
}

Result<> rename_after_look(const Move& move) {
    struct stat status{};
    if (::fstatat(move.to.directory(), move.to.name(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        return failed(move, EEXIST);
    if (errno != ENOENT || !rename_plainly(move)) return failed(move, errno);
    return {};
}

}  // namespace

std::string describe_rename(const std::string& from, const std::string& to) {
    return describe_call("rename", from) + describe_call(" to", to);
}

Result<> rename_to_free_name(const Move& move, RenameMethod first_method) {
    if (first_method == RenameMethod::no_replace) {
        TRY_LET(const Attempt attempt, rename_by_no_replace(move));
        if (attempt == Attempt::done) return {};
    }
    if (first_method != RenameMethod::look_first) {
        TRY_LET(const Attempt attempt, rename_by_link(move));
        if (attempt == Attempt::done) return {};
    }
    return rename_after_look(move);
}

Result<> rename_over(const Move& move) {
    if (!rename_plainly(move)) return failed(move, errno);
    return {};
}

}  // namespace keepsake::os
