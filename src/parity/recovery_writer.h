#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/accumulators.h"
#include "parity/crew.h"
#include "parity/md5.h"
#include "parity/memory_plan.h"
#include "parity/new_file.h"
#include "parity/recovery_set.h"
#include "parity/set_shape.h"

namespace keepsake::parity {

/// Writes the file of a new set: small packets, and recovery slices as they are computed. Where
/// they come by columns, they gather in a file beside it, since a packet's hash stands before its
/// data. Both are removed again unless finish() succeeds.
class RecoveryWriter {
  public:
    static Result<RecoveryWriter> create(os::FileSystem& files, const std::string& path,
                                         const SetId& set, const SetShape& shape,
                                         const MemoryPlan& memory);
    /// Writes the small packets once; further copies of them come between and after the recovery
    /// slices, so that no one place of damage meets all copies of a packet.
    Result<> begin(std::vector<Bytes> packets);
    /// The next columns of all recovery slices.
    Result<> take(const Accumulators& sums, const Crew& crew);
    /// Completes, syncs and keeps the file; how large it is.
    Result<std::uint64_t> finish();

  private:
    RecoveryWriter(os::FileSystem& files, NewFile file, const SetId& set, const SetShape& shape,
                   const MemoryPlan& memory);
    Result<> append(ByteView bytes);
    Result<> write_whole(const Accumulators& sums, const Crew& crew);
    Result<> gather(const Accumulators& sums, const Crew& crew);
    Result<> write_gathered();
    Result<> write_small_packets_after(std::uint32_t recovery_slice);
    std::size_t packets_at_once(std::uint64_t each_bytes) const;

    os::FileSystem* files_;
    NewFile file_;
    std::optional<NewFile> part_;
    SetId set_;
    SetShape shape_;
    MemoryPlan memory_;
    std::vector<Bytes> packets_;
    std::uint64_t packets_between_ = 0;
    std::uint64_t written_bytes_ = 0;
    std::vector<Md5> digests_;  ///< of recovery packets that are gathered
    std::vector<Columns> gathered_;
};

}  // namespace keepsake::parity
