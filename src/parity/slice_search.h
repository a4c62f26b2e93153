#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"
#include "parity/crc32.h"
#include "parity/crew.h"
#include "parity/md5.h"
#include "parity/recovery_set.h"
#include "parity/verify.h"

namespace keepsake::parity {

/// A part of a file in which slices may begin that are not where they should be.
struct Gap {
    std::uint32_t source = 0;
    std::uint64_t from = 0;
    std::uint64_t end = 0;
};

/// Looks for the lost slices of a set at every byte of gaps: where a window's CRC-32 is that of a
/// lost slice, its MD5 decides. Beyond its end a file counts as zeros.
class SliceSearch {
  public:
    SliceSearch(os::FileSystem& files, const RecoverySet& set, Findings& findings);
    /// Enters what it finds into the findings. What cannot be read is passed over. The time for
    /// windows whose CRC-32 is right and MD5 wrong is bounded by some times the gaps' sizes.
    /// Errors: cancelled.
    Result<> run(const std::vector<Gap>& gaps, const Crew& crew);

  private:
    struct Wanted {
        std::uint32_t crc32 = 0;
        Md5Digest md5{};
        std::uint32_t slice = 0;
        bool is_tail = false;  ///< shorter than the others, and the last one of its file
        std::uint64_t bytes = 0;
    };
    struct Scan;
    Result<> search(const Gap& gap, const Crew& crew);
    bool try_at(Scan& scan, std::uint64_t offset, std::uint32_t crc);
    void try_tail(Scan& scan, std::uint64_t offset);
    void enter(const Wanted& wanted, std::uint32_t source, std::uint64_t offset);
    bool all_found();

    os::FileSystem& files_;
    const RecoverySet& set_;
    Findings& findings_;
    RollingCrc32 rolling_;
    std::vector<Wanted> wanted_;  ///< by CRC-32
    static constexpr std::size_t kFilterBits = 1U << 16U;
    std::bitset<kFilterBits> filter_;
    std::mutex mutex_;
    std::size_t left_ = 0;
};

}  // namespace keepsake::parity
