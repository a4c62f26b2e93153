#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "parity/buffer.h"
#include "parity/galois.h"
#include "parity/kernel.h"
#include "parity/slice_input.h"

namespace keepsake::parity {

/// The factors of one round, made ready for a kernel: one for each output and each slot.
class Factors {
  public:
    /// `factor(output, slot)` is called once for each pair.
    template <class Function>
    Factors(const Kernel& kernel, std::size_t outputs, std::size_t slots, Function factor)
        : kernel_(&kernel), outputs_(outputs), prepared_(outputs * slots * kernel.prepared_bytes) {
        for (std::size_t slot = 0; slot < slots; ++slot) {
            const auto first = slot / kernel.most_inputs * kernel.most_inputs;
            const auto in_group = std::min(kernel.most_inputs, slots - first);
            for (std::size_t output = 0; output < outputs; ++output) {
                const auto place = first * outputs + output * in_group + (slot - first);
                kernel.prepare(factor(output, slot),
                               prepared_.data() + place * kernel.prepared_bytes);
            }
        }
    }
    /// Of one output for the group of `count` slots that begins at `first`.
    const std::uint8_t* of(std::size_t output, std::size_t first, std::size_t count) const {
        return prepared_.data() + (first * outputs_ + output * count) * kernel_->prepared_bytes;
    }

  private:
    const Kernel* kernel_;
    std::size_t outputs_;
    std::vector<std::uint8_t> prepared_;
};

/// Sums of products for several outputs over the same columns, held in the kernel's planes, tile by
/// tile: a tile has some columns of all outputs side by side, small enough for a cache.
/// Thread safety: different tiles may be worked on at the same time.
class Accumulators {
  public:
    /// All zero. Requires: columns.bytes > 0.
    Accumulators(const Kernel& kernel, std::size_t outputs, Columns columns);

    static std::uint64_t bytes_needed(std::size_t outputs, std::uint64_t column_bytes);

    std::size_t outputs() const { return outputs_; }
    const Columns& columns() const { return columns_; }
    std::size_t tiles() const;
    /// Whether any column of the tile is in `columns`.
    bool touches(std::size_t tile, const Columns& columns) const;
    void clear();
    /// Adds each slot times its factor to each output, in one tile.
    void add(std::size_t tile, std::span<const Slot> slots, const std::uint8_t* buffer,
             const Factors& factors);
    /// Sets one output's columns. Requires: data has columns().bytes.
    void set(std::size_t output, ByteView data);
    /// Replaces the outputs of one tile by sums of them: output i becomes the sum of all outputs j
    /// times factor (i, j), for the first `count` i.
    void transform(std::size_t tile, const Factors& factors, std::size_t count);
    /// One output's columns as plain bytes. Requires: out has columns().bytes.
    void get(std::size_t output, MutableBytes out) const;

  private:
    std::size_t tile_bytes(std::size_t tile) const;
    std::uint8_t* at(std::size_t tile, std::size_t output) const;

    const Kernel* kernel_;
    std::size_t outputs_;
    Columns columns_;
    std::size_t padded_bytes_;
    Buffer sums_;
};

}  // namespace keepsake::parity
