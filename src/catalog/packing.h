#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

/// How ids, clocks and lists stand in the catalog's columns. All forms are canonical and compare
/// bytewise as the values do where that is said.
namespace keepsake::catalog {

/// The first 8 bytes of an id as an integer that sorts as the id does.
template <class Id>
std::int64_t key_of(const Id& id) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8U | id.bytes[i];
    return static_cast<std::int64_t>(value ^ (1ULL << 63U));
}

/// Half of a content's hash: what its files are found by.
inline ByteView half_of(const model::ContentId& content) {
    return ByteView(content.bytes).first(model::ContentId::kBytes / 2);
}

/// The id of an integer from key_of, for ids of 8 bytes.
template <class Id>
Id id_of_key(std::int64_t key) {
    static_assert(Id::kBytes == 8);
    auto value = static_cast<std::uint64_t>(key) ^ (1ULL << 63U);
    Id id;
    for (std::size_t i = 8; i-- > 0; value >>= 8U) id.bytes[i] = static_cast<std::uint8_t>(value);
    return id;
}

/// The keys of all ids that start with these digits, first and last; none if they are not at most
/// 16 lower-case hexadecimal digits.
struct KeyRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
};
std::optional<KeyRange> keys_with_prefix(std::string_view hex);

inline Error damaged(std::string_view what) {
    return {ErrorCode::corrupt, "catalog: damaged " + std::string(what)};
}

template <class Id>
Result<Id> id_from(ByteView column) {
    const auto id = Id::from_bytes(column);
    if (!id) return damaged("id");
    return *id;
}

inline constexpr std::size_t kClockBytes = 10;
inline constexpr std::size_t kStampBytes = kClockBytes + model::DeviceId::kBytes;
using PackedClock = std::array<std::uint8_t, kClockBytes>;
using Stamp = std::array<std::uint8_t, kStampBytes>;

/// Sorts as the clock does.
PackedClock pack_clock(const model::HybridTime& clock);
Result<model::HybridTime> unpack_clock(ByteView packed);
/// Sorts by (clock, device).
Stamp pack_stamp(const model::HybridTime& clock, const model::DeviceId& device);
Result<model::Version> unpack_stamp(ByteView packed);

/// Appends values to a string.
class Packer {
  public:
    void number(std::uint64_t value);
    void big_endian(std::uint64_t value);
    void bytes(ByteView value) { out_.append(as_text(value)); }
    void text(std::string_view value);
    void instant(const Instant& value);
    const std::string& out() const { return out_; }
    std::string take() { return std::move(out_); }
    void clear() { out_.clear(); }

  private:
    std::string out_;
};

/// Takes values from bytes; what is missing makes ok() false and gives empty values.
class Unpacker {
  public:
    explicit Unpacker(std::string_view in) : rest_(in) {}
    std::uint64_t number();
    std::string_view bytes(std::size_t size);
    std::string_view text() { return bytes(number()); }
    Instant instant();
    template <class Id>
    Id id() {
        const auto id = Id::from_bytes(as_bytes(bytes(Id::kBytes)));
        return id ? *id : Id{};
    }
    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

/// One keep entry without its item.
std::string pack_keep(const model::HybridTime& clock, const model::Keep& keep);
/// An item's keep entries as a set: `packed` with those of `added` put in. Union, so neither order
/// nor repetition tell.
Result<std::string> merge_keeps(std::string_view packed, std::span<const std::string_view> added);

struct PackedFile {
    model::KeptFile file;
    model::RootId root;
};
struct UnpackedKeeps {
    Instant kept;                   ///< the earliest
    model::HybridTime clock;        ///< of the first keep entry
    std::vector<PackedFile> files;  ///< by clock of the entry, then as they came; each once
};
Result<UnpackedKeeps> unpack_keeps(std::string_view packed);

/// When the first file of one keep entry (pack_keep) was modified; when it was kept if it has none.
Result<Instant> first_modified(std::string_view packed_keep);

/// The contents of one keep entry's files (pack_keep), put behind `contents`.
Result<> add_contents(std::string_view packed_keep, std::vector<model::ContentId>& contents);

/// What find_kept looks for, as an integer: equal for equal files.
std::int64_t place_key(const model::RootId& root, std::string_view folder, std::string_view name,
                       const Instant& modified);

}  // namespace keepsake::catalog
