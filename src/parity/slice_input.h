#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"

namespace keepsake::parity {

/// Where the bytes of one input slice stand; beyond them it is zeros.
struct SliceInput {
    std::uint32_t source = 0;  ///< index in a list of paths
    std::uint64_t offset_bytes = 0;
    std::uint64_t bytes = 0;
};

/// A run of columns (byte positions in every slice).
struct Columns {
    std::uint64_t from = 0;
    std::uint64_t bytes = 0;
    std::uint64_t end() const { return from + bytes; }
};

/// Some columns of one slice, in a round's buffer.
struct Slot {
    std::uint32_t input = 0;
    Columns columns;
    std::size_t at = 0;             ///< in the buffer
    std::uint64_t valid_bytes = 0;  ///< how many of them the file has; the rest are zeros
};

/// Deals slices, in their order, into rounds that fit a buffer: whole ones one after another
/// without a gap, so that what follows in a file follows in the buffer; or, where a slice is
/// larger than the buffer, a piece of one at a time.
class Rounds {
  public:
    Rounds(const std::vector<SliceInput>& inputs, Columns columns, std::size_t buffer_bytes,
           std::size_t most_slots = SIZE_MAX);
    /// The next round; empty after the last one.
    std::vector<Slot> next();

  private:
    const std::vector<SliceInput>& inputs_;
    Columns columns_;
    std::uint64_t buffer_bytes_;
    std::size_t most_slots_;
    std::uint32_t input_ = 0;
    std::uint64_t column_ = 0;
};

/// Opens files by their number, keeping the last one open, and reads slots. One a thread.
class SlotReader {
  public:
    SlotReader(os::FileSystem& files, const std::vector<std::string>& paths)
        : files_(files), paths_(paths) {}
    /// Fills slot.columns of `out`: bytes of the file, then zeros. A file that ends too early reads
    /// as zeros. Returns how many of slot.valid_bytes were there.
    Result<std::size_t> read(const SliceInput& input, const Slot& slot, std::uint8_t* out);
    Result<const os::ReadableFile*> open(std::uint32_t source);

  private:
    os::FileSystem& files_;
    const std::vector<std::string>& paths_;
    std::uint32_t source_ = 0;
    std::unique_ptr<os::ReadableFile> file_;
};

}  // namespace keepsake::parity
