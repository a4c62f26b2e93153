#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"

/// Thumbnail packs, so that a new device draws at once. Source: docs/formats/previews.md.
namespace keepsake::archive {

inline constexpr std::size_t kLargestPackBytes = 16UL << 20U;
inline constexpr std::size_t kLargestThumbnailBytes = 1UL << 20U;
inline constexpr std::size_t kMostThumbnails = 2'000;  ///< in one pack

struct Thumbnail {
    model::ContentId content;
    Bytes jpeg;
    friend bool operator==(const Thumbnail&, const Thumbnail&) = default;
};

/// A pack's plaintext. Requires: the bounds above.
Bytes write_thumbnail_pack(std::span<const Thumbnail> thumbnails);
/// Errors: corrupt; limit; unsupported for a newer version.
Result<std::vector<Thumbnail>> read_thumbnail_pack(ByteView plaintext);

/// "previews/<sha256>.age"
std::string thumbnail_pack_path(const model::FileHash& file);

}  // namespace keepsake::archive
