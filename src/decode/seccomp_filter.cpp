#include "decode/seccomp_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include "base/error.h"
#include "base/result.h"

namespace keepsake::decode {
namespace {

/// Taken as they are: memory, waiting, time, reading what is open, ending.
constexpr int kAllowed[] = {
    SCMP_SYS(brk),           SCMP_SYS(munmap),       SCMP_SYS(mremap),
    SCMP_SYS(madvise),       SCMP_SYS(futex),        SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),          SCMP_SYS(sched_yield),  SCMP_SYS(sched_getaffinity),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
    SCMP_SYS(time),          SCMP_SYS(nanosleep),    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getrandom),     SCMP_SYS(read),         SCMP_SYS(pread64),
    SCMP_SYS(readv),         SCMP_SYS(lseek),        SCMP_SYS(fstat),
    SCMP_SYS(close),         SCMP_SYS(dup),          SCMP_SYS(poll),
    SCMP_SYS(ppoll),         SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),  SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),        SCMP_SYS(gettid),       SCMP_SYS(getuid),
    SCMP_SYS(geteuid),       SCMP_SYS(getgid),       SCMP_SYS(getegid),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),   SCMP_SYS(membarrier),
    SCMP_SYS(getrusage),
};

/// Libraries ask for these on their way, and go on without: answered with an error.
struct Refused {
    int call;
    std::uint16_t error;
};
constexpr Refused kRefused[] = {
    {SCMP_SYS(clone3), ENOSYS},     // its flags cannot be looked at; glibc then uses clone
    {SCMP_SYS(newfstatat), EPERM},  // it could look at any path; fstat stands in (held_files.h)
    {SCMP_SYS(ioctl), ENOTTY},
    {SCMP_SYS(getcwd), ENOENT},
    {SCMP_SYS(getpeername), ENOTSOCK},  // GLib, whether its warnings go to a log
    {SCMP_SYS(sysinfo), EPERM},
    {SCMP_SYS(uname), EPERM},
    {SCMP_SYS(prctl), EPERM},
    {SCMP_SYS(getcpu), ENOSYS},
    {SCMP_SYS(get_mempolicy), ENOSYS},
    {SCMP_SYS(set_mempolicy), ENOSYS},
    {SCMP_SYS(sched_setaffinity), EPERM},
    {SCMP_SYS(sched_getscheduler), EPERM},
    {SCMP_SYS(sched_getparam), EPERM},
    {SCMP_SYS(sched_setscheduler), EPERM},
    {SCMP_SYS(getpriority), EPERM},
    {SCMP_SYS(setpriority), EPERM},
    {SCMP_SYS(prlimit64), EPERM},
    {SCMP_SYS(eventfd2), EPERM},
    {SCMP_SYS(pipe2), EPERM},
    {SCMP_SYS(mlock), EPERM},
    {SCMP_SYS(mbind), EPERM},
};

/// What a call's argument must be; a macro of libseccomp's own is C alone.
scmp_arg_cmp argument(unsigned which, scmp_compare how, scmp_datum_t first,
                      scmp_datum_t second = 0) {
    return {.arg = which, .op = how, .datum_a = first, .datum_b = second};
}

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

bool allow_with_arguments(scmp_filter_ctx filter, int control) {
    const auto process = static_cast<scmp_datum_t>(::getpid());
    constexpr scmp_datum_t kThread =
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    constexpr scmp_datum_t kExecutable = PROT_EXEC;
    const auto socket = static_cast<scmp_datum_t>(control);
    bool done = true;
    const auto allow = [&](int call, auto... arguments) {
        done &=
            seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, sizeof...(arguments), arguments...) == 0;
    };
    // Threads, never processes.
    allow(SCMP_SYS(clone), argument(0, SCMP_CMP_MASKED_EQ, kThread, kThread));
    // Memory that holds data: no code is made in here.
    allow(SCMP_SYS(mmap), argument(2, SCMP_CMP_MASKED_EQ, kExecutable, 0));
    allow(SCMP_SYS(mprotect), argument(2, SCMP_CMP_MASKED_EQ, kExecutable, 0));
    // Said to the parent, and to nobody else.
    for (const int call : {SCMP_SYS(write), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg)})
        allow(call, argument(0, SCMP_CMP_EQ, socket));
    // Warnings of libraries, which nobody reads.
    done &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EBADF), SCMP_SYS(write), 1,
                             argument(0, SCMP_CMP_EQ, STDERR_FILENO)) == 0;
    // abort() raises a signal in its own thread.
    allow(SCMP_SYS(tgkill), argument(0, SCMP_CMP_EQ, process));
    // fdopen and dup of what is held.
    for (const int command : {F_GETFL, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC})
        allow(SCMP_SYS(fcntl), argument(1, SCMP_CMP_EQ, static_cast<scmp_datum_t>(command)));
    return done;
}

}  // namespace

Result<> allow_only_decoding(int control) {
    const Error refused(ErrorCode::unsupported, "this system has no seccomp filters");
    const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
    if (!filter) return refused;
    bool done = true;
    for (const int call : kAllowed)
        done &= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) == 0;
    for (const auto& refusal : kRefused)
        done &= seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(refusal.error), refusal.call, 0) == 0;
    done &= allow_with_arguments(filter.get(), control);
    if (!done) return Error(ErrorCode::unsupported, "the list of system calls cannot be made");
    if (seccomp_load(filter.get()) != 0) return refused;
    return {};
}

}  // namespace keepsake::decode
