#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/secret.h"
#include "model/ids.h"
#include "os/file_system.h"

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

/// Where a picture stands in a pack's plaintext.
struct PlacedThumbnail {
    model::ContentId content;
    std::uint64_t offset_bytes = 0;
    std::size_t bytes = 0;
    friend bool operator==(const PlacedThumbnail&, const PlacedThumbnail&) = default;
};

/// A pack's plaintext. Requires: the bounds above.
Bytes write_thumbnail_pack(std::span<const Thumbnail> thumbnails);
/// What a pack holds, in its order; all of it lies within the pack. Reads its beginning alone, of
/// version 1 a few bytes before each picture. Errors: corrupt; limit; unsupported for a newer
/// version; those of `read`.
Result<std::vector<PlacedThumbnail>> read_thumbnail_index(const crypto::ReadAt& read,
                                                          std::uint64_t plaintext_bytes);

/// "previews/<sha256>.age"
std::string thumbnail_pack_path(const model::FileHash& file);

/// A pack of one copy, of which no more is read than is asked for. That the file is what its name
/// says is not proved; what is given out was authenticated.
class ThumbnailPack {
  public:
    /// Errors: those of read_thumbnail_index(), opening a file, and crypto::AgeFileReader::open().
    static Result<ThumbnailPack> open(
        os::FileSystem& files, const std::string& archive_path, const model::FileHash& name,
        const std::function<Result<crypto::Secret>(const crypto::AgeHeader&)>& unwrap);
    const std::vector<PlacedThumbnail>& places() const { return places_; }
    /// Requires: one of places(). Errors: corrupt; those of reading.
    Result<Bytes> read(const PlacedThumbnail& place);

  private:
    ThumbnailPack(std::unique_ptr<os::ReadableFile> file, crypto::AgeFileReader reader,
                  std::vector<PlacedThumbnail> places);
    std::unique_ptr<os::ReadableFile> file_;
    crypto::AgeFileReader reader_;
    std::vector<PlacedThumbnail> places_;
};

}  // namespace keepsake::archive
