// Thumbnail packs: what an index promises lies in the pack; what is written is read for the same;
// what is refused is refused for a reason that the program has words for.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"keepsake-thumbnails 1\n",
                                       "keepsake-thumbnails 2\n",
                                       "keepsake-thumbnails 3\n",
                                       "2\n",
                                       " 1048577\n",
                                       " 0\n"};

Result<std::vector<archive::PlacedThumbnail>> index_of(ByteView plaintext) {
    const crypto::ReadAt read = [&](std::uint64_t offset, MutableBytes out) -> Result<std::size_t> {
        const auto first = std::min<std::uint64_t>(offset, plaintext.size());
        const auto some = plaintext.subspan(static_cast<std::size_t>(first));
        const auto count = std::min(some.size(), out.size());
        std::ranges::copy(some.first(count), out.begin());
        return count;
    };
    return archive::read_thumbnail_index(read, plaintext.size());
}

void run(ByteView input) {
    const auto places = index_of(input);
    if (!places) {
        const auto code = places.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit ||
                code == ErrorCode::unsupported);
        return;
    }
    require(places->size() <= archive::kMostThumbnails);
    std::vector<archive::Thumbnail> pictures;
    std::uint64_t end = 0;
    for (const auto& place : *places) {
        require(place.offset_bytes >= end);
        end = place.offset_bytes + place.bytes;
        require(end <= input.size());
        const auto jpeg = input.subspan(place.offset_bytes, place.bytes);
        pictures.push_back({place.content, Bytes(jpeg.begin(), jpeg.end())});
    }
    const auto again = archive::write_thumbnail_pack(pictures);
    if (again.size() > archive::kLargestPackBytes) return;
    const auto reread = index_of(again);
    require(reread.has_value() && reread->size() == pictures.size());
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto& place = (*reread)[i];
        require(place.content == pictures[i].content);
        require(std::ranges::equal(ByteView(again).subspan(place.offset_bytes, place.bytes),
                                   pictures[i].jpeg));
    }
}

Seeds seeds() {
    std::vector<archive::Thumbnail> pictures(2);
    pictures[0].content.bytes.fill(0x11);
    pictures[0].jpeg = {0xFF, 0xD8, 0xFF};
    pictures[1].content.bytes.fill(0x22);
    pictures[1].jpeg = Bytes(300, 0xFF);
    const auto older = "keepsake-thumbnails 1\n" + pictures[0].content.hex() + " 3\nabc" +
                       pictures[1].content.hex() + " 0\n";
    return {archive::write_thumbnail_pack(pictures), archive::write_thumbnail_pack({}), seed(older),
            seed("keepsake-thumbnails 3\n")};
}

}  // namespace

Target thumbnail_pack_target() {
    return {.name = "thumbnail_pack", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
