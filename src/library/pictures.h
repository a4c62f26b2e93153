#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/result.h"
#include "catalog/preview_cache.h"
#include "library/environment.h"
#include "library/library.h"
#include "media/reader_pool.h"
#include "model/ids.h"

/// Previews and thumbnails: made when they are asked for, kept in this computer's sealed cache, the
/// thumbnails also in packs in the archive.
namespace keepsake::library {

/// Puts what a reader made where it is found again. What cannot be put there is made again another
/// time: no error. Durability: packs survive a crash once flush() returned.
class PictureKeeper {
  public:
    explicit PictureKeeper(Library& library) : library_(&library) {}
    PictureKeeper(const PictureKeeper&) = delete;
    PictureKeeper& operator=(const PictureKeeper&) = delete;

    /// `answer`: of a look with pictures.
    void put(const model::ContentId& content, const media::Answer& answer);
    /// Writes what is left as a pack.
    void flush();

  private:
    Library* library_;
    std::vector<archive::Thumbnail> waiting_;
    std::size_t waiting_bytes_ = 0;
};

/// The picture of an original, where it was made before; none where it is to be made.
Result<std::optional<Bytes>> stored_picture(Library& library, const model::ContentId& content,
                                            catalog::PictureSize size);

/// The picture of an item: of the first of its files that has one. Errors: not_found where it has
/// none ("There is no picture of notes.txt."); unsupported with media::kWillNotOpen where it could
/// not be made; those of reading.
Result<Bytes> picture_of(Library& library, const model::ItemId& item, catalog::PictureSize size);

/// One page of a document or TIFF, one frame of an animation or of an examination's loop, from 1;
/// of the first of the item's files that has one. Drawn each time, not kept. Errors: as
/// picture_of(); not_found where it has fewer.
Result<Bytes> page_of(Library& library, const model::ItemId& item, std::uint32_t page,
                      catalog::PictureSize size);

/// Of these originals no picture and no playable copy stays, in this cache or in this copy. Packs
/// that hold one are written anew without it first.
Result<> forget_pictures(Library& library, std::span<const model::ContentId> contents);

}  // namespace keepsake::library
