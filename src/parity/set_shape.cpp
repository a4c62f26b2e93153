#include "parity/set_shape.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace keepsake::parity {
namespace {

constexpr std::uint64_t kSlicesWanted = 2'000;
constexpr std::uint64_t kSlicesOfLargest = 96;
constexpr std::uint64_t kRebuiltWholeBytes = 16ULL << 20U;
constexpr std::uint64_t kSpareSlices = 8;
constexpr std::uint64_t kRecoveryPercent = 5;
constexpr std::uint64_t kMostRecoverySlices = 128;
// The hashes and the kernels work on 64 bytes at a time.
constexpr std::uint64_t kGranuleBytes = 64;

constexpr std::uint64_t divided_up(std::uint64_t number, std::uint64_t by) {
    return number / by + (number % by != 0 ? 1 : 0);
}

}  // namespace

SetShape shape_of(std::span<const std::uint64_t> sizes_bytes) {
    std::uint64_t total_bytes = 0;
    std::uint64_t largest_bytes = 0;
    for (const auto size : sizes_bytes) {
        total_bytes += size;
        largest_bytes = std::max(largest_bytes, size);
    }
    const auto rebuilt_bytes = std::min(largest_bytes, kRebuiltWholeBytes);
    SetShape shape;
    const auto least_bytes = std::max(divided_up(total_bytes, kSlicesWanted),
                                      divided_up(rebuilt_bytes, kSlicesOfLargest));
    shape.slice_bytes =
        std::max<std::uint64_t>(divided_up(least_bytes, kGranuleBytes), 1) * kGranuleBytes;
    std::uint64_t slices = 0;
    for (const auto size : sizes_bytes) slices += divided_up(size, shape.slice_bytes);
    const auto wanted = std::max(divided_up(slices * kRecoveryPercent, 100),
                                 divided_up(rebuilt_bytes, shape.slice_bytes) + kSpareSlices);
    shape.slices = static_cast<std::uint32_t>(slices);
    shape.recovery_slices = static_cast<std::uint32_t>(std::min(wanted, kMostRecoverySlices));
    return shape;
}

std::uint32_t critical_copies(std::uint32_t recovery_slices) {
    return 1 + static_cast<std::uint32_t>(std::bit_width(recovery_slices));
}

std::uint64_t estimated_bytes(const SetShape& shape, std::size_t files, std::uint64_t names_bytes) {
    constexpr std::uint64_t kHeader = 64;
    constexpr std::uint64_t kDescription = 56;
    constexpr std::uint64_t kChecksum = 20;
    constexpr std::uint64_t kFileId = 16;
    constexpr std::uint64_t kPadding = 3;
    const auto critical = 4 * kHeader +
                          files * (2 * kHeader + kDescription + 2 * kFileId + kPadding) +
                          names_bytes + kChecksum * shape.slices;
    return critical_copies(shape.recovery_slices) * critical +
           shape.recovery_slices * (shape.slice_bytes + kHeader + 4);
}

std::vector<std::size_t> cut_into_sets(std::span<const std::uint64_t> sizes_bytes) {
    std::vector<std::size_t> sets;
    std::uint64_t bytes = 0;
    for (const auto size : sizes_bytes) {
        const bool fits = !sets.empty() && sets.back() < kSetFiles && bytes <= kSetBytes &&
                          size <= kSetBytes - bytes;
        if (fits) {
            ++sets.back();
            bytes += size;
        } else {
            sets.push_back(1);
            bytes = size;
        }
    }
    return sets;
}

}  // namespace keepsake::parity
