#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "parity/recovery_set.h"

namespace keepsake::parity {

/// The packets of PAR2 2.0. Every packet is a header and a body:
///
///     offset  size  what
///     0       8     "PAR2\0PKT"
///     8       8     length of the packet, header included; a multiple of 4
///     16      16    MD5 of all that follows
///     32      16    id of the recovery set
///     48      16    type
///     64            body
///
/// All numbers are little-endian.
/// Source: Parity Volume Set Specification 2.0 (2003), and docs/formats/parity.md.
inline constexpr std::size_t kPacketHeaderBytes = 64;
inline constexpr std::size_t kPacketHashedFrom = 32;  ///< where the hashed part begins
inline constexpr std::size_t kRecoveryDataFrom = kPacketHeaderBytes + 4;  ///< after its exponent
inline constexpr std::string_view kPacketMagic{"PAR2\0PKT", 8};

using PacketType = std::array<char, 16>;
inline constexpr PacketType kMainPacket{'P', 'A', 'R', ' ', '2', '.', '0', 0, 'M', 'a', 'i', 'n'};
inline constexpr PacketType kFilePacket{'P', 'A', 'R', ' ', '2', '.', '0', 0,
                                        'F', 'i', 'l', 'e', 'D', 'e', 's', 'c'};
inline constexpr PacketType kSlicesPacket{'P', 'A', 'R', ' ', '2', '.', '0', 0, 'I', 'F', 'S', 'C'};
inline constexpr PacketType kRecoveryPacket{'P', 'A', 'R', ' ', '2', '.', '0', 0,
                                            'R', 'e', 'c', 'v', 'S', 'l', 'i', 'c'};
inline constexpr PacketType kCreatorPacket{'P', 'A', 'R', ' ', '2', '.', '0', 0,
                                           'C', 'r', 'e', 'a', 't', 'o', 'r'};

struct PacketHeader {
    std::uint64_t length_bytes = 0;
    Md5Digest digest{};
    SetId set{};
    PacketType type{};
};

/// Nothing where this is no header: other magic, or a length that no packet has.
std::optional<PacketHeader> parse_packet_header(ByteView bytes);

struct MainBody {
    std::uint64_t slice_bytes = 0;
    std::vector<FileId> files;  ///< those that slices are made of, in the order of their slices
    std::size_t other_files = 0;
};
struct FileBody {
    FileId id{};
    Md5Digest md5{};
    Md5Digest md5_of_16_kib{};
    std::uint64_t size_bytes = 0;
    std::string name;
};
struct SlicesBody {
    FileId id{};
    std::vector<SliceChecksum> slices;
};

/// Nothing where a body is not well formed.
std::optional<MainBody> parse_main(ByteView body);
std::optional<FileBody> parse_file(ByteView body);
std::optional<SlicesBody> parse_slices(ByteView body);

Bytes main_body(const MainBody& body);
Bytes file_body(const FileBody& body);
Bytes slices_body(const SlicesBody& body);
/// The id that a file has by its first bytes, size and name.
FileId file_id_of(const FileBody& body);
/// Ids stand in the main packet as numbers of 128 bits sort, little-endian.
bool is_before(const FileId& a, const FileId& b);

/// A whole packet. The body is filled up with zeros to a multiple of 4.
Bytes packet(const SetId& set, const PacketType& type, ByteView body);
/// What stands before the data of a recovery slice, its hash still zeros.
Bytes recovery_prefix(const SetId& set, std::uint64_t slice_bytes, std::uint32_t exponent);

/// The name as a path below the base: '\' becomes '/'. Nothing where it is empty, absolute, has an
/// empty, "." or ".." component or a NUL, a component is too long for a file's name, or a drive's
/// letter begins it.
std::optional<std::string> safe_name(std::string_view name);

}  // namespace keepsake::parity
