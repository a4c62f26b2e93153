#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <utility>

#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"

/// The thumbnail packs of an opened copy: which picture stands in which is noted in this computer's
/// cache of pictures once a pack's beginning was read; the pictures stay where they are.
namespace keepsake::library {

class Library;

/// Packs that were asked lately stay open: pages ask for what was kept together, together. Thread
/// safety: one thread at a time.
class ThumbnailPacks {
  public:
    static constexpr std::size_t kMostOpen = 8;

    /// Notes what the packs hold that this computer does not know yet; one that is damaged is
    /// passed over. Errors: cancelled; those of listing, and of the cache.
    static Result<> learn(Library& library);
    /// A picture from the packs that are known to hold it; none where none gives it.
    Result<std::optional<Bytes>> get(Library& library, const model::ContentId& content);
    /// Lets go of a pack that is to be removed.
    void close(const model::FileHash& name);

  private:
    Result<archive::ThumbnailPack*> opened(Library& library, const model::FileHash& name);
    std::list<std::pair<model::FileHash, archive::ThumbnailPack>> open_;  // the last one first
};

/// A pack of this copy. Errors: those of archive::ThumbnailPack::open().
Result<archive::ThumbnailPack> open_thumbnail_pack(Library& library, const model::FileHash& name);

/// JPEG by its first bytes: what a pack gives comes from outside.
bool is_jpeg(ByteView bytes);

}  // namespace keepsake::library
