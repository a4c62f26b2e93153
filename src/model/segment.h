#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::model {

inline constexpr std::size_t kLargestSegmentBytes = 16UL << 20U;
inline constexpr std::size_t kLargestRollupBytes = 64UL << 20U;
inline constexpr std::size_t kMostEntriesPerSegment = 100'000;  ///< read; written: 1,000
inline constexpr std::size_t kMostDevices = 10'000;

/// A segment's first line.
struct SegmentHeader {
    ArchiveId archive;
    DeviceId device;
    std::uint64_t seq = 1;             ///< from 1
    std::optional<TextHash> previous;  ///< none for seq 1
    std::map<DeviceId, Head> seen;
    HybridTime clock;
    Instant time;
    friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

/// One segment: verified as to grammar and hash, not yet as to signature.
struct Segment {
    SegmentHeader header;
    std::vector<Entry> entries;
    TextHash text_hash;            ///< of the whole text, its last LF included
    std::string_view signed_text;  ///< what the signature covers; into the text given
    std::string signature;         ///< armored SSHSIG
};

/// The lines that a signature is to cover: header and entries, each with its LF.
std::string segment_text(const SegmentHeader& header, const std::vector<Entry>& entries);
/// segment_text with its signature line.
std::string signed_segment_text(std::string text, std::string_view signature);
std::string journal_namespace(const ArchiveId& archive);  ///< "keepsake-journal-v1@<archive id>"

/// SHA-256, handed in because this layer stands beside the one that has it.
using HashText = TextHash (*)(std::string_view text);

/// Parses the segments of a journal file's text (one, or several where it is a rollup), in order.
/// Several are of one archive and device, numbered without a gap, each naming the text before it.
/// The views of the result point into `text`. Errors: corrupt, with segment and line number; limit;
/// unsupported for a newer version.
Result<std::vector<Segment>> parse_segments(std::string_view text, EntryParser& parser,
                                            HashText hash);

}  // namespace keepsake::model
