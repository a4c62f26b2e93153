#pragma once

#include <cstdint>

#include "base/result.h"

/// The cage: what this process can do no more once it is closed. Always all of it: there is no
/// option, no environment variable and no build in which a reader runs outside.
namespace keepsake::decode {

struct CageLimits {
    std::uint64_t memory_bytes = 1ULL << 30U;  ///< address space beyond what is mapped now
    unsigned processor_seconds = 600;          ///< over the whole life of the reader
};

/// For good and for every thread to come:
///  - no new rights by programs (no_new_privs), no core dumps, death with the parent;
///  - limits on address space, processor time, open files; no file can be written at all;
///  - Landlock: no file, no folder, no port, no signal or abstract socket to anybody else;
///  - seccomp: memory, threads of its own, reading and writing of what is open, the clock. Any
///    other system call ends the process; so do opening, connecting, starting programs.
/// `control`: the one descriptor that may be written to and that descriptors are received from.
/// Requires: one thread. Errors: unsupported, one line for a person, where any part of it cannot be
/// had: then nothing may be read.
Result<> close_cage(const CageLimits& limits, int control);

}  // namespace keepsake::decode
