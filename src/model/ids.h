#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace keepsake::model {

/// An identifier of N bytes, written as 2N lower-case hexadecimal digits. Each Tag is a type of its
/// own.
template <class Tag, std::size_t N>
struct Id {
    static constexpr std::size_t kBytes = N;
    std::array<std::uint8_t, N> bytes{};

    std::string hex() const { return to_hex(bytes); }
    static std::optional<Id> from_hex(std::string_view text) {
        if (text.size() != 2 * N) return std::nullopt;
        const auto decoded = keepsake::from_hex(text);
        return decoded ? from_bytes(*decoded) : std::nullopt;
    }
    static std::optional<Id> from_bytes(ByteView view) {
        if (view.size() != N) return std::nullopt;
        Id id;
        std::ranges::copy(view, id.bytes.begin());
        return id;
    }
    friend auto operator<=>(const Id&, const Id&) = default;
};

using ArchiveId = Id<struct ArchiveTag, 32>;  ///< SHA-256 of the first root's public key
using DeviceId =
    Id<struct DeviceTag, 16>;              ///< first half of the SHA-256 of the device's public key
using ItemId = Id<struct ItemTag, 8>;      ///< random
using MomentId = Id<struct MomentTag, 8>;  ///< random
using PersonId = Id<struct PersonTag, 8>;  ///< random
using ShareId = Id<struct ShareTag, 8>;    ///< random
using WayId = Id<struct WayTag, 8>;        ///< random
using RootId =
    Id<struct RootTag, 8>;  ///< of a kept folder: by device and path, so that a second keep resumes
using ContentId = Id<struct ContentTag, 32>;  ///< SHA-256 of an original's bytes
using ObjectId = Id<struct ObjectTag, 32>;    ///< SHA-256 of an object file's bytes
using TextHash = Id<struct TextTag, 32>;      ///< SHA-256 of a segment's text
using FileHash = Id<struct FileTag, 32>;      ///< SHA-256 of any other file of the archive

}  // namespace keepsake::model

template <class Tag, std::size_t N>
struct std::hash<keepsake::model::Id<Tag, N>> {
    std::size_t operator()(const keepsake::model::Id<Tag, N>& id) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, id.bytes.data(), std::min(sizeof value, N));
        return value;
    }
};
