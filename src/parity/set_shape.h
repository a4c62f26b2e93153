#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace keepsake::parity {

/// A set closes before it would pass one of these; a larger file stands alone.
inline constexpr std::uint64_t kSetBytes = 1ULL << 30U;
inline constexpr std::size_t kSetFiles = 1'500;

/// The numbers that decide how large a recovery set is and what it can heal.
struct SetShape {
    std::uint64_t slice_bytes = 0;  ///< a multiple of 64
    std::uint32_t slices = 0;       ///< input slices of all files; a file's last one may be short
    std::uint32_t recovery_slices = 0;
    friend bool operator==(const SetShape&, const SetShape&) = default;
};

/// The shape of one set of files of these sizes: about 2,000 slices; recovery slices for 5 % of
/// them, or for the largest file up to 16 MiB and 8 slices more if that is more; at most 128.
/// Requires: at least one file, none of them empty, at most 32,768 files.
SetShape shape_of(std::span<const std::uint64_t> sizes_bytes);

/// How often a set's file holds each of its small packets, without which the rest is of no use.
std::uint32_t critical_copies(std::uint32_t recovery_slices);

/// How large the file of a set of this shape is, about: for looking at the space that is free.
/// `names_bytes`: the length of all names together.
std::uint64_t estimated_bytes(const SetShape& shape, std::size_t files, std::uint64_t names_bytes);

/// Cuts files, in the order given, into runs that make one set each: the number of files in each.
std::vector<std::size_t> cut_into_sets(std::span<const std::uint64_t> sizes_bytes);

}  // namespace keepsake::parity
