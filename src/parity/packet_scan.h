#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"
#include "parity/crew.h"
#include "parity/packets.h"
#include "parity/recovery_set.h"

namespace keepsake::parity {

/// A packet whose hash is right.
struct FoundPacket {
    PacketHeader header;
    std::uint64_t offset_bytes = 0;
    /// The body; of a recovery packet only the exponent, of a packet too large to be a small one
    /// nothing.
    ByteView body;
};

/// Finds every packet of a file whose hash is right, wherever it begins and whatever stands
/// between, and tells of each once, in no certain order. Time: about kVainHashings times the
/// file's size at most.
/// Errors: cancelled; those of reading.
Result<> scan_packets(const os::ReadableFile& file, std::uint64_t size_bytes, const Crew& crew,
                      const std::function<void(const FoundPacket&)>& found);

/// Goes from packet to packet as they say how long they are, and steps over recovery slices without
/// reading them; tells of all others. For a file of which every packet is right.
/// Errors: corrupt at the first that is not; cancelled; those of reading.
Result<> walk_small_packets(const os::ReadableFile& file, std::uint64_t size_bytes,
                            const Crew& crew, const std::function<void(const FoundPacket&)>& found);

}  // namespace keepsake::parity
