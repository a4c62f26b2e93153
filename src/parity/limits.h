#pragma once

#include <cstddef>
#include <cstdint>

namespace keepsake::parity {

// What is taken from PAR2 files of others. docs/formats/parity.md has the same list.

/// A small packet that is larger is passed over: the largest that a set can need is that of 32,768
/// slices' checksums.
inline constexpr std::uint64_t kLargestSmallPacketBytes = 1ULL << 20U;
/// Small packets kept in all.
inline constexpr std::uint64_t kMostKeptBytes = 64ULL << 20U;
/// Recovery slices remembered in all.
inline constexpr std::size_t kMostRecoverySlices = 65'536;
/// Sets told apart in the files given.
inline constexpr std::size_t kMostSets = 64;
/// Of packets whose hash was wrong, for each byte of a file: so often the file may be hashed in
/// vain before the rest of it is given up.
inline constexpr std::uint64_t kVainHashings = 4;
/// Zeros that short slices are filled up with, beyond four times the size of the files.
inline constexpr std::uint64_t kMostPaddingBytes = 16ULL << 30U;

}  // namespace keepsake::parity
