#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file_system.h"
#include "parity/md5.h"
#include "parity/work.h"

namespace keepsake::parity {

using SetId = Md5Digest;
using FileId = Md5Digest;

struct SliceChecksum {
    Md5Digest md5{};  ///< of the slice, a short one filled up with zeros
    std::uint32_t crc32 = 0;
};

/// A file that a set protects.
struct SetFile {
    FileId id{};
    /// Relative to the base, '/' between components (a set from Windows may have '\'), never with
    /// an empty, "." or ".." component. Empty where the set gives no name or one that leads
    /// elsewhere: such a file is neither read nor written, its slices are missing.
    std::string name;
    std::string given_name;  ///< as the set has it; for showing only
    std::uint64_t size_bytes = 0;
    Md5Digest md5{};
    Md5Digest md5_of_16_kib{};
    std::uint32_t first_slice = 0;  ///< its slices' numbers in the set are consecutive
    std::uint32_t slice_count = 0;
    /// One a slice; empty where they were lost: the file is then judged as a whole.
    std::vector<SliceChecksum> slices;
};

/// A recovery slice that was read whole and right.
struct RecoverySlice {
    std::uint32_t exponent = 0;
    std::size_t parity_file = 0;     ///< index in RecoverySet::parity_files
    std::uint64_t offset_bytes = 0;  ///< of its data
};

/// One of the files that the set was read from.
struct ParityFile {
    std::string path;
    std::uint64_t size_bytes = 0;
    std::uint64_t useless_bytes = 0;  ///< not part of a right packet of this set: damage
    std::string problem;              ///< why it could not be read to its end; empty if it could
};

/// What is left of a recovery set after reading its PAR2 files.
struct RecoverySet {
    SetId id{};
    std::uint64_t slice_bytes = 0;
    std::uint32_t slice_count = 0;        ///< input slices of all files
    std::vector<SetFile> files;           ///< in the order of their slices
    std::vector<RecoverySlice> recovery;  ///< by exponent, each only once
    std::vector<ParityFile> parity_files;
    /// No byte of the PAR2 files is damaged. (A file cut off between packets does not show: compare
    /// recovery.size() with the shape's.)
    bool undamaged() const;
};

/// Reads a set from its PAR2 files, made here or elsewhere; `.vol*.par2` beside a `.par2` are given
/// as well. Every byte is taken for hostile: packets count only if their hash is right, whatever
/// else stands between them, and time and memory are bounded by the files' sizes and the limits
/// of docs/formats/parity.md. Where packets of several sets are found, the one with the most
/// counts. Errors: corrupt (no complete set in them: the main packet or a file's description is
/// lost); limit; unsupported; not_found (none of the files); cancelled; io.
Result<RecoverySet> open_set(os::FileSystem& files, const std::vector<std::string>& par2_paths,
                             const Work& work);

/// What one PAR2 file tells of its set, without reading the data of its recovery slices: they are
/// stepped over, neither read nor counted (`recovery` stays empty). For sets made here, of which
/// the packets that matter stand first and whole; costs what names and checksums cost, not what the
/// recovery slices do. Errors: as open_set(); corrupt also where open_set() could still help itself
/// from further packets.
Result<RecoverySet> open_outline(os::FileSystem& files, const std::string& par2_path,
                                 const Work& work);

}  // namespace keepsake::parity
