#include "parity/packets.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "os/file_system.h"
#include "parity/galois.h"
#include "parity/md5.h"
#include "parity/recovery_set.h"

namespace keepsake::parity {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kChecksumBytes = 20;
constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kFileNameFrom = 56;
constexpr std::size_t kLargestNameBytes = 4'096;

/// Takes numbers and digests off the front; the caller has looked that they are there.
class Reader {
  public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{bytes_[i]} << (8 * i);
        bytes_ = bytes_.subspan(bytes);
        return value;
    }
    Md5Digest digest() {
        Md5Digest digest{};
        std::ranges::copy(bytes_.first(digest.size()), digest.begin());
        bytes_ = bytes_.subspan(digest.size());
        return digest;
    }
    ByteView rest() const { return bytes_; }

  private:
    ByteView bytes_;
};

void put_number(Bytes& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
template <class Range>
void put(Bytes& out, const Range& bytes) {
    for (const auto byte : bytes) out.push_back(static_cast<std::uint8_t>(byte));
}

}  // namespace

std::optional<PacketHeader> parse_packet_header(ByteView bytes) {
    if (bytes.size() < kPacketHeaderBytes) return std::nullopt;
    if (as_text(bytes.first(kPacketMagic.size())) != kPacketMagic) return std::nullopt;
    Reader reader(bytes.subspan(kPacketMagic.size()));
    PacketHeader header;
    header.length_bytes = reader.number(8);
    header.digest = reader.digest();
    header.set = reader.digest();
    std::ranges::copy(as_text(reader.rest().first(header.type.size())), header.type.begin());
    if (header.length_bytes < kPacketHeaderBytes || header.length_bytes % kWordBytes != 0)
        return std::nullopt;
    return header;
}

std::optional<MainBody> parse_main(ByteView body) {
    constexpr std::size_t kIdsFrom = 12;
    if (body.size() < kIdsFrom || (body.size() - kIdsFrom) % kIdBytes != 0) return std::nullopt;
    Reader reader(body);
    MainBody main;
    main.slice_bytes = reader.number(8);
    const auto count = reader.number(kWordBytes);
    const auto ids = reader.rest().size() / kIdBytes;
    if (main.slice_bytes == 0 || main.slice_bytes % kWordBytes != 0) return std::nullopt;
    if (count == 0 || count > kMostSlices || count > ids) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) main.files.push_back(reader.digest());
    main.other_files = ids - main.files.size();
    return main;
}

std::optional<FileBody> parse_file(ByteView body) {
    if (body.size() <= kFileNameFrom || body.size() > kFileNameFrom + kLargestNameBytes)
        return std::nullopt;
    Reader reader(body);
    FileBody file;
    file.id = reader.digest();
    file.md5 = reader.digest();
    file.md5_of_16_kib = reader.digest();
    file.size_bytes = reader.number(8);
    const auto name = as_text(reader.rest());
    file.name = name.substr(0, name.find_last_not_of('\0') + 1);
    return file;
}

std::optional<SlicesBody> parse_slices(ByteView body) {
    if (body.size() < kIdBytes || (body.size() - kIdBytes) % kChecksumBytes != 0)
        return std::nullopt;
    if ((body.size() - kIdBytes) / kChecksumBytes > kMostSlices) return std::nullopt;
    Reader reader(body);
    SlicesBody slices;
    slices.id = reader.digest();
    slices.slices.resize((body.size() - kIdBytes) / kChecksumBytes);
    for (auto& slice : slices.slices) {
        slice.md5 = reader.digest();
        slice.crc32 = static_cast<std::uint32_t>(reader.number(kWordBytes));
    }
    return slices;
}

Bytes main_body(const MainBody& body) {
    Bytes out;
    put_number(out, body.slice_bytes, 8);
    put_number(out, body.files.size(), kWordBytes);
    for (const auto& id : body.files) put(out, id);
    return out;
}

Bytes file_body(const FileBody& body) {
    Bytes out;
    put(out, body.id);
    put(out, body.md5);
    put(out, body.md5_of_16_kib);
    put_number(out, body.size_bytes, 8);
    put(out, body.name);
    return out;
}

Bytes slices_body(const SlicesBody& body) {
    Bytes out;
    put(out, body.id);
    for (const auto& slice : body.slices) {
        put(out, slice.md5);
        put_number(out, slice.crc32, kWordBytes);
    }
    return out;
}

FileId file_id_of(const FileBody& body) {
    Bytes hashed;
    put(hashed, body.md5_of_16_kib);
    put_number(hashed, body.size_bytes, 8);
    put(hashed, body.name);
    return md5(hashed);
}

bool is_before(const FileId& a, const FileId& b) {
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

Bytes packet(const SetId& set, const PacketType& type, ByteView body) {
    Bytes hashed;
    put(hashed, set);
    put(hashed, type);
    put(hashed, body);
    while (hashed.size() % kWordBytes != 0) hashed.push_back(0);
    Bytes out;
    put(out, kPacketMagic);
    put_number(out, kPacketHashedFrom + hashed.size(), 8);
    put(out, md5(hashed));
    put(out, hashed);
    return out;
}

Bytes recovery_prefix(const SetId& set, std::uint64_t slice_bytes, std::uint32_t exponent) {
    Bytes out;
    put(out, kPacketMagic);
    put_number(out, kRecoveryDataFrom + slice_bytes, 8);
    put(out, Md5Digest{});
    put(out, set);
    put(out, kRecoveryPacket);
    put_number(out, exponent, kWordBytes);
    return out;
}

std::optional<std::string> safe_name(std::string_view name) {
    std::string path(name);
    std::ranges::replace(path, '\\', '/');
    constexpr std::size_t kDriveBytes = 2;
    if (path.size() >= kDriveBytes && path[1] == ':') return std::nullopt;
    if (path.empty() || path.size() > kLargestNameBytes) return std::nullopt;
    for (std::string_view rest = path;;) {
        const auto slash = rest.find('/');
        if (!os::is_file_name(rest.substr(0, slash))) return std::nullopt;
        if (slash == std::string_view::npos) return path;
        rest.remove_prefix(slash + 1);
    }
}

}  // namespace keepsake::parity
