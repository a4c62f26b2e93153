#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace keepsake::parity {

inline constexpr std::uint64_t kDefaultMemoryBytes = 128ULL << 20U;

/// Of how many bytes a task has done how many; the total is the same in every call of one task.
using Progress = std::function<void(std::uint64_t done_bytes, std::uint64_t total_bytes)>;

/// How much of the machine a task may take, how it is stopped, and who hears of it.
struct Work {
    /// About what the task holds in buffers at most; smaller ones than 16 MiB count as 16 MiB.
    std::uint64_t memory_bytes = kDefaultMemoryBytes;
    /// Threads that compute; 0: as many as there are processors.
    unsigned threads = 0;
    /// Looked at several times a second; a task that was stopped ends with `cancelled`.
    std::stop_token stop;
    /// Called from one thread at a time, not always the caller's. May be empty.
    Progress progress;
};

}  // namespace keepsake::parity
