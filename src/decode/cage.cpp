#include "decode/cage.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "decode/landlock.h"
#include "decode/seccomp_filter.h"

namespace keepsake::decode {
namespace {

constexpr rlim_t kMostOpenFiles = 512;

Error cannot(const std::string& what) {
    return {ErrorCode::unsupported, "it cannot be caged: " + what};
}

/// Landlock and the limits hold for the thread that asks and those that it makes: there must be no
/// other one.
Result<> check_one_thread() {
    constexpr int kTries = 200;  // of a millisecond: one that was waited for may still be going
    std::ptrdiff_t count = 0;
    for (int i = 0; i < kTries; ++i) {
        std::error_code error;
        const std::filesystem::directory_iterator threads("/proc/self/task", error);
        if (error) return cannot("/proc is not there");
        count = std::distance(begin(threads), end(threads));
        if (count == 1) return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return cannot("it has " + std::to_string(count) + " threads already");
}

Result<std::uint64_t> mapped_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t pages = 0;
    if (!(file >> pages)) return cannot("/proc/self/statm cannot be read");
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<> limit(__rlimit_resource what, rlim_t value, const char* name) {
    const struct rlimit limits{.rlim_cur = value, .rlim_max = value};
    if (::setrlimit(what, &limits) != 0) return cannot(std::string("no limit on ") + name);
    return {};
}

/// The C library asks two files how memory is to be had, once each: the processors when threads
/// first meet, and whether memory may be promised twice when a thread's own heap first shrinks.
/// Both happen here, in a thread that ends, and not while a picture is decoded.
Result<> settle_allocator() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return {};  // these have an allocator of their own
#endif
    if (::mallopt(M_ARENA_MAX, 2) != 1) return cannot("memory cannot be set up");
    constexpr std::size_t kPieceBytes = 100UL << 10U;  // from the heap, not mapped by itself
    constexpr std::size_t kPieces = 480;               // what is freed at once is worth giving back
    try {
        std::jthread([] {
            std::vector<std::unique_ptr<std::uint8_t[]>> pieces;
            pieces.reserve(kPieces);
            for (std::size_t i = 0; i < kPieces; ++i)
                pieces.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kPieceBytes));
        }).join();
    } catch (const std::exception& thrown) {
        return cannot(thrown.what());
    }
    return {};
}

Result<> set_limits(const CageLimits& limits) {
    TRY_LET([[maybe_unused]] const auto mapped, mapped_bytes());
    TRY(limit(RLIMIT_CORE, 0, "core dumps"));
    TRY(limit(RLIMIT_FSIZE, 0, "files"));
    TRY(limit(RLIMIT_NOFILE, kMostOpenFiles, "open files"));
    TRY(limit(RLIMIT_CPU, limits.processor_seconds, "processor time"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // Sanitizers reserve terabytes that they never touch.
    TRY(limit(RLIMIT_AS, mapped + limits.memory_bytes, "memory"));
#endif
    return {};
}

}  // namespace

Result<> close_cage(const CageLimits& limits, int control) {
    TRY(settle_allocator());
    TRY(check_one_thread());
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot("no_new_privs is refused");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return cannot("it stays open to debuggers");
    TRY(set_limits(limits));
    if (auto denied = deny_all_by_landlock(); !denied) return cannot(denied.error().message());
    if (auto filtered = allow_only_decoding(control); !filtered)
        return cannot(filtered.error().message());
    return {};
}

}  // namespace keepsake::decode
