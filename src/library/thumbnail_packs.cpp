#include "library/thumbnail_packs.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/preview_cache.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kMostPacks = 100'000;

}  // namespace

bool is_jpeg(ByteView bytes) { return bytes.size() > 3 && bytes[0] == 0xFF && bytes[1] == 0xD8; }

Result<archive::ThumbnailPack> open_thumbnail_pack(Library& library, const model::FileHash& name) {
    const auto identities = library.identity().identities();
    return archive::ThumbnailPack::open(library.environment().files, library.copy().path, name,
                                        unwrap_with(identities));
}

Result<> ThumbnailPacks::learn(Library& library) {
    auto* const cache = library.pictures();
    if (cache == nullptr) return {};
    const auto folder = os::join_path(library.copy().path, std::string(archive::kPreviewsName));
    const auto listed = library.environment().files.list(folder);
    if (!listed) return listed.error().code() == ErrorCode::not_found ? Result<>() : listed.error();
    TRY_LET(const auto known, cache->packs());
    std::vector<catalog::PreviewCache::Pack> learnt;
    std::optional<Error> stopped;
    for (const auto& entry : *listed) {
        const auto name = archive::hash_of_name(entry.name);
        if (!name || std::ranges::binary_search(known, *name)) continue;
        if (learnt.size() == kMostPacks) break;
        if (library.environment().stop.stop_requested()) {
            stopped = Error(ErrorCode::cancelled, "stopped");
            break;
        }
        const auto pack = open_thumbnail_pack(library, *name);
        if (!pack) continue;  // a convenience: what is damaged is made again
        learnt.push_back({*name, {}});
        for (const auto& place : pack->places()) learnt.back().contents.push_back(place.content);
    }
    TRY(cache->note_packs(learnt));
    if (stopped) return *std::move(stopped);
    return {};
}

Result<archive::ThumbnailPack*> ThumbnailPacks::opened(Library& library,
                                                       const model::FileHash& name) {
    const auto found = std::ranges::find(open_, name, [](const auto& one) { return one.first; });
    if (found != open_.end()) {
        open_.splice(open_.begin(), open_, found);
        return &open_.front().second;
    }
    TRY_LET(auto pack, open_thumbnail_pack(library, name));
    open_.emplace_front(name, std::move(pack));
    if (open_.size() > kMostOpen) open_.pop_back();
    return &open_.front().second;
}

Result<std::optional<Bytes>> ThumbnailPacks::get(Library& library,
                                                 const model::ContentId& content) {
    auto* const cache = library.pictures();
    if (cache == nullptr) return std::optional<Bytes>();
    TRY_LET(const auto names, cache->packs_with(content));
    for (const auto& name : names) {
        const auto pack = opened(library, name);
        if (!pack) continue;  // it may stand in another copy
        const auto& places = (*pack)->places();
        const auto place = std::ranges::find(places, content, &archive::PlacedThumbnail::content);
        if (place == places.end()) continue;
        auto jpeg = (*pack)->read(*place);
        if (jpeg && is_jpeg(*jpeg)) return std::optional(*std::move(jpeg));
    }
    return std::optional<Bytes>();
}

void ThumbnailPacks::close(const model::FileHash& name) {
    open_.remove_if([&](const auto& one) { return one.first == name; });
}

}  // namespace keepsake::library
