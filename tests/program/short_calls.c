// Loaded before the C library (LD_PRELOAD): reads and writes of files transfer a part of what was
// asked for, or are interrupted first, as the system may do at any time.
#define _GNU_SOURCE  // NOLINT(bugprone-reserved-identifier): RTLD_NEXT is GNU's
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_uint calls;

// The size of this call: all of it, half, one byte; 0 for "interrupted".
static size_t part_of(int fd, size_t size) {
    struct stat status;
    if (size < 2 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return size;
    const unsigned turn = atomic_fetch_add(&calls, 1) % 7;
    if (turn == 3) return 0;
    if (turn == 1 || turn == 5) return size / 2;
    return turn == 6 ? 1 : size;
}

// NOLINTBEGIN(bugprone-macro-parentheses): lists of parameters and of arguments, in their own
#define SHORTENED(name, parameters, arguments)                            \
    ssize_t name parameters {                                             \
        static _Atomic(ssize_t(*) parameters) real;                       \
        if (!real) real = (ssize_t(*) parameters)dlsym(RTLD_NEXT, #name); \
        const size_t part = part_of(fd, size);                            \
        if (size != 0 && part == 0) {                                     \
            errno = EINTR;                                                \
            return -1;                                                    \
        }                                                                 \
        size = part;                                                      \
        return real arguments;                                            \
    }
// NOLINTEND(bugprone-macro-parentheses)

SHORTENED(pread, (int fd, void* data, size_t size, off_t offset), (fd, data, size, offset))
SHORTENED(pwrite, (int fd, const void* data, size_t size, off_t offset), (fd, data, size, offset))
SHORTENED(pread64, (int fd, void* data, size_t size, off_t offset), (fd, data, size, offset))
SHORTENED(pwrite64, (int fd, const void* data, size_t size, off_t offset), (fd, data, size, offset))
SHORTENED(read, (int fd, void* data, size_t size), (fd, data, size))
SHORTENED(write, (int fd, const void* data, size_t size), (fd, data, size))
