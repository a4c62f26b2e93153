#include "catalog/packing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

constexpr std::uint64_t kSignBit = 1ULL << 63U;

/// FNV-1a, 64 bits. A collision costs a second look, nothing else.
class PlaceHash {
  public:
    void add(ByteView bytes) {
        for (const auto byte : bytes) value_ = (value_ ^ byte) * 0x100000001b3ULL;
    }
    void add(std::uint64_t number) {
        for (unsigned i = 0; i < 64; i += 8)
            value_ = (value_ ^ (number >> i & 0xFFU)) * 0x100000001b3ULL;
    }
    std::int64_t value() const { return static_cast<std::int64_t>(value_); }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::optional<KeyRange> keys_with_prefix(std::string_view hex) {
    constexpr std::size_t kDigits = 16;
    if (hex.size() > kDigits) return std::nullopt;
    std::uint64_t first = 0;
    for (const char c : hex) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
        first = first << 4U | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
    }
    const auto open_bits = static_cast<unsigned>(4 * (kDigits - hex.size()));
    const std::uint64_t open = open_bits == 64 ? ~0ULL : (1ULL << open_bits) - 1;
    first = open_bits == 64 ? 0 : first << open_bits;
    return KeyRange{static_cast<std::int64_t>(first ^ kSignBit),
                    static_cast<std::int64_t>((first | open) ^ kSignBit)};
}

PackedClock pack_clock(const model::HybridTime& clock) {
    PackedClock packed{};
    auto value = static_cast<std::uint64_t>(clock.milliseconds) ^ kSignBit;
    for (std::size_t i = 8; i-- > 0; value >>= 8U) packed[i] = static_cast<std::uint8_t>(value);
    packed[8] = static_cast<std::uint8_t>(clock.counter >> 8U);
    packed[9] = static_cast<std::uint8_t>(clock.counter & 0xFFU);
    return packed;
}

Result<model::HybridTime> unpack_clock(ByteView packed) {
    if (packed.size() != kClockBytes) return damaged("clock");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8U | packed[i];
    return model::HybridTime{static_cast<std::int64_t>(value ^ kSignBit),
                             static_cast<std::uint16_t>(packed[8] << 8U | packed[9])};
}

Stamp pack_stamp(const model::HybridTime& clock, const model::DeviceId& device) {
    Stamp stamp{};
    const auto packed = pack_clock(clock);
    std::ranges::copy(packed, stamp.begin());
    std::ranges::copy(device.bytes, stamp.begin() + kClockBytes);
    return stamp;
}

Result<model::Version> unpack_stamp(ByteView packed) {
    if (packed.size() != kStampBytes) return damaged("stamp");
    TRY_LET(const auto clock, unpack_clock(packed.first(kClockBytes)));
    TRY_LET(const auto device, id_from<model::DeviceId>(packed.subspan(kClockBytes)));
    return model::Version{clock, device};
}

void Packer::number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
}

void Packer::big_endian(std::uint64_t value) {
    for (unsigned shift = 64; shift != 0; shift -= 8)
        out_ += static_cast<char>(value >> (shift - 8) & 0xFFU);
}

void Packer::text(std::string_view value) {
    number(value.size());
    out_ += value;
}

void Packer::instant(const Instant& value) {
    const auto seconds = static_cast<std::uint64_t>(value.seconds);
    number(value.seconds < 0 ? ~seconds << 1U | 1U : seconds << 1U);
    number(value.nanoseconds);
}

std::uint64_t Unpacker::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest_.empty()) break;
        const auto byte = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
}

std::string_view Unpacker::bytes(std::size_t size) {
    if (size > rest_.size()) {
        ok_ = false;
        rest_ = {};
        return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

Instant Unpacker::instant() {
    const auto seconds = number();
    const auto nanoseconds = static_cast<std::uint32_t>(number());
    const auto magnitude = seconds >> 1U;
    return {static_cast<std::int64_t>((seconds & 1U) != 0 ? ~magnitude : magnitude), nanoseconds};
}

std::string pack_keep(const model::HybridTime& clock, const model::Keep& keep) {
    Packer packer;
    packer.bytes(pack_clock(clock));
    packer.instant(keep.kept);
    packer.bytes(keep.root.bytes);
    packer.number(keep.files.size());
    for (const auto& file : keep.files) {
        packer.bytes(file.content.bytes);
        packer.number(file.bytes);
        packer.text(file.name);
        packer.text(file.folder);
        packer.instant(file.modified);
    }
    return packer.take();
}

Result<std::string> merge_keeps(std::string_view packed, std::span<const std::string_view> added) {
    std::vector<std::string_view> keeps(added.begin(), added.end());
    Unpacker unpacker(packed);
    while (!unpacker.at_end()) keeps.push_back(unpacker.text());
    if (!unpacker.ok()) return damaged("item");
    std::ranges::sort(keeps);
    const auto repeated = std::ranges::unique(keeps);
    keeps.erase(repeated.begin(), repeated.end());
    Packer packer;
    for (const auto keep : keeps) packer.text(keep);
    return packer.take();
}

Result<UnpackedKeeps> unpack_keeps(std::string_view packed) {
    UnpackedKeeps all;
    bool first = true;
    for (Unpacker keeps(packed); !keeps.at_end();) {
        Unpacker keep(keeps.text());
        TRY_LET(const auto clock, unpack_clock(as_bytes(keep.bytes(kClockBytes))));
        all.clock = first ? clock : std::min(all.clock, clock);
        const Instant kept = keep.instant();
        all.kept = first ? kept : std::min(all.kept, kept);
        first = false;
        const auto root = keep.id<model::RootId>();
        auto count = keep.number();
        for (; count > 0 && keep.ok(); --count) {
            auto& file = all.files.emplace_back();
            file.root = root;
            file.file.content = keep.id<model::ContentId>();
            file.file.bytes = keep.number();
            file.file.name = keep.text();
            file.file.folder = keep.text();
            file.file.modified = keep.instant();
        }
        if (!keep.ok() || !keep.at_end() || !keeps.ok()) return damaged("item");
    }
    if (all.files.size() < 2) return all;
    using Whole = std::tuple<model::RootId, std::string, std::string, model::ContentId,
                             std::uint64_t, Instant>;
    std::set<Whole> seen;
    std::erase_if(all.files, [&](const PackedFile& of) {
        return !seen.emplace(of.root, of.file.folder, of.file.name, of.file.content, of.file.bytes,
                             of.file.modified)
                    .second;
    });
    return all;
}

Result<Instant> first_modified(std::string_view packed_keep) {
    Unpacker keep(packed_keep);
    keep.bytes(kClockBytes);
    auto instant = keep.instant();
    keep.bytes(model::RootId::kBytes);
    if (keep.number() != 0) {
        keep.bytes(model::ContentId::kBytes);
        keep.number();
        keep.text();
        keep.text();
        instant = keep.instant();
    }
    if (!keep.ok()) return damaged("item");
    return instant;
}

Result<> add_contents(std::string_view packed_keep, std::vector<model::ContentId>& contents) {
    Unpacker keep(packed_keep);
    keep.bytes(kClockBytes);
    keep.instant();
    keep.bytes(model::RootId::kBytes);
    for (auto count = keep.number(); count > 0 && keep.ok(); --count) {
        contents.push_back(keep.id<model::ContentId>());
        keep.number();
        keep.text();
        keep.text();
        keep.instant();
    }
    if (!keep.ok()) return damaged("item");
    return {};
}

std::int64_t place_key(const model::RootId& root, std::string_view folder, std::string_view name,
                       const Instant& modified) {
    PlaceHash hash;
    hash.add(root.bytes);
    hash.add(folder.size());
    hash.add(as_bytes(folder));
    hash.add(as_bytes(name));
    hash.add(static_cast<std::uint64_t>(modified.seconds));
    hash.add(modified.nanoseconds);
    return hash.value();
}

}  // namespace keepsake::catalog
