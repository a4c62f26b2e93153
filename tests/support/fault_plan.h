#pragma once

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>

namespace keepsake::testing {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// What goes wrong, and when. Operations are counted from 0, anew with each plan.
struct FaultPlan {
    /// Where it is set, operations of this name alone are counted, and fail.
    std::string only = {};
    /// The operation that fails. Every call that reads or changes something is one; so are those of
    /// open files but drop_cache().
    std::uint64_t fail_at = kNever;
    /// The errno it fails with. One that the operation cannot give (can_fail) lets it pass.
    int error = EIO;
    /// From fail_at on instead of once.
    bool persistent = false;
    /// The machine stops in that operation, which may or may not have had its effect, or a part of
    /// it; it and every later one fail until crash() starts the machine again.
    bool crash = false;
    /// Instead of failing, an append spoils one byte of what it writes, and says that all is well.
    bool spoil = false;
};

/// What an operation needs, and so what it can fail with.
enum class Need : std::uint8_t { reading, changing, space, closing };

/// ENOSPC, EDQUOT and EFBIG: what needs space; EROFS: all but reading. EINTR: a close alone, as all
/// else is handled inside the interface: interrupted, it goes on and succeeds.
bool can_fail(Need need, int error);

/// One operation as it was asked for.
struct Operation {
    std::string name;  ///< "append", "sync_directory"
    std::string path;  ///< as given; for open files, that of open() or create()
    std::uint64_t size_bytes = 0;
    Need need = Need::reading;
};

}  // namespace keepsake::testing
