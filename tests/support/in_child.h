#pragma once

#include <grp.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace keepsake::testing {

/// Runs `check` in a forked child and tells whether it returned true: for what would change the
/// whole process (limits, rights, filters). Nothing of gtest may be used in it.
template <class Check>
bool in_child(Check&& check) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(std::forward<Check>(check)() ? 0 : 1);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Gives up root's rights for good, where the process has them. For in_child().
inline bool become_ordinary() {
    constexpr unsigned kNobody = 65534;
    if (::geteuid() != 0) return true;
    return ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
           ::setresuid(kNobody, kNobody, kNobody) == 0;
}

}  // namespace keepsake::testing
