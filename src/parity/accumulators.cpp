#include "parity/accumulators.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.h"
#include "parity/kernel.h"
#include "parity/slice_input.h"

namespace keepsake::parity {
namespace {

// So that the inputs of one call of a kernel and the output fit a first-level cache, and one tile
// of about a hundred outputs a second-level one.
constexpr std::size_t kTileBytes = 4'096;
constexpr std::size_t kMostInputs = 6;

/// Columns [from, from + bytes) of a slot into planes, with zeros where the slot has none.
/// Whether there was anything but zeros.
bool load(const Kernel& kernel, const Slot& slot, const std::uint8_t* buffer, Columns wanted,
          std::uint8_t* out) {
    const auto slot_end = slot.columns.from + slot.valid_bytes;
    const auto from = std::max(wanted.from, slot.columns.from);
    const auto end = std::min(wanted.end(), slot_end);
    if (from >= end) {
        std::memset(out, 0, wanted.bytes);
        return false;
    }
    const auto* const data = buffer + slot.at + (from - slot.columns.from);
    if (from == wanted.from && end == wanted.end()) {
        kernel.to_planes(data, out, wanted.bytes);
        return true;
    }
    std::array<std::uint8_t, kTileBytes> padded{};
    std::memcpy(padded.data() + (from - wanted.from), data, end - from);
    kernel.to_planes(padded.data(), out, wanted.bytes);
    return true;
}

}  // namespace

Accumulators::Accumulators(const Kernel& kernel, std::size_t outputs, Columns columns)
    : kernel_(&kernel),
      outputs_(outputs),
      columns_(columns),
      padded_bytes_(whole_granules(columns.bytes)),
      sums_(padded_bytes_ * outputs) {
    clear();
}

std::uint64_t Accumulators::bytes_needed(std::size_t outputs, std::uint64_t column_bytes) {
    return whole_granules(column_bytes) * outputs;
}

std::size_t Accumulators::tiles() const { return (padded_bytes_ + kTileBytes - 1) / kTileBytes; }

std::size_t Accumulators::tile_bytes(std::size_t tile) const {
    return std::min(kTileBytes, padded_bytes_ - tile * kTileBytes);
}

std::uint8_t* Accumulators::at(std::size_t tile, std::size_t output) const {
    return sums_.data() + tile * kTileBytes * outputs_ + output * tile_bytes(tile);
}

bool Accumulators::touches(std::size_t tile, const Columns& columns) const {
    const auto from = columns_.from + tile * kTileBytes;
    return columns.from < from + tile_bytes(tile) && from < columns.end();
}

void Accumulators::clear() { std::memset(sums_.data(), 0, padded_bytes_ * outputs_); }

void Accumulators::add(std::size_t tile, std::span<const Slot> slots, const std::uint8_t* buffer,
                       const Factors& factors) {
    alignas(64) std::array<std::array<std::uint8_t, kTileBytes>, kMostInputs> planes;
    std::array<const std::uint8_t*, kMostInputs> inputs{};
    for (std::size_t i = 0; i < kMostInputs; ++i) inputs[i] = planes[i].data();
    const Columns wanted{columns_.from + tile * kTileBytes, tile_bytes(tile)};
    for (std::size_t first = 0; first < slots.size(); first += kernel_->most_inputs) {
        const auto count = std::min(kernel_->most_inputs, slots.size() - first);
        bool is_needed = false;
        for (std::size_t i = 0; i < count; ++i)
            is_needed |= load(*kernel_, slots[first + i], buffer, wanted, planes[i].data());
        if (!is_needed) continue;
        for (std::size_t output = 0; output < outputs_; ++output) {
            kernel_->multiply_add(at(tile, output), inputs.data(), factors.of(output, first, count),
                                  count, wanted.bytes);
        }
    }
}

void Accumulators::transform(std::size_t tile, const Factors& factors, std::size_t count) {
    const auto bytes = tile_bytes(tile);
    const Buffer results(count * bytes);
    std::memset(results.data(), 0, count * bytes);
    std::array<const std::uint8_t*, kMostInputs> inputs{};
    for (std::size_t first = 0; first < outputs_; first += kernel_->most_inputs) {
        const auto in_group = std::min(kernel_->most_inputs, outputs_ - first);
        for (std::size_t i = 0; i < in_group; ++i) inputs[i] = at(tile, first + i);
        for (std::size_t result = 0; result < count; ++result) {
            kernel_->multiply_add(results.data() + result * bytes, inputs.data(),
                                  factors.of(result, first, in_group), in_group, bytes);
        }
    }
    std::memcpy(at(tile, 0), results.data(), count * bytes);
}

void Accumulators::set(std::size_t output, ByteView data) {
    for (std::size_t tile = 0; tile < tiles(); ++tile) {
        const auto from = tile * kTileBytes;
        std::array<std::uint8_t, kTileBytes> padded{};
        std::memcpy(padded.data(), data.data() + from, std::min(kTileBytes, data.size() - from));
        kernel_->to_planes(padded.data(), at(tile, output), tile_bytes(tile));
    }
}

void Accumulators::get(std::size_t output, MutableBytes out) const {
    for (std::size_t tile = 0; tile < tiles(); ++tile) {
        const auto from = tile * kTileBytes;
        std::array<std::uint8_t, kTileBytes> plain;
        kernel_->from_planes(at(tile, output), plain.data(), tile_bytes(tile));
        std::memcpy(out.data() + from, plain.data(), std::min(kTileBytes, out.size() - from));
    }
}

}  // namespace keepsake::parity
