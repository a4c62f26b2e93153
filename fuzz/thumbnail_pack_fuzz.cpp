// Thumbnail packs: what is taken is written and taken for the same again; what is refused is
// refused for a reason that the program has words for.

#include <string_view>
#include <vector>

#include "archive/thumbnail_pack.h"
#include "base/bytes.h"
#include "base/error.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"keepsake-thumbnails 1\n", "keepsake-thumbnails 2\n",
                                       " 1048577\n", " 0\n"};

void run(ByteView input) {
    const auto pictures = archive::read_thumbnail_pack(input);
    if (!pictures) {
        const auto code = pictures.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit ||
                code == ErrorCode::unsupported);
        return;
    }
    require(pictures->size() <= archive::kMostThumbnails);
    const auto again = archive::write_thumbnail_pack(*pictures);
    const auto reread = archive::read_thumbnail_pack(again);
    require(reread.has_value() && *reread == *pictures);
}

Seeds seeds() {
    std::vector<archive::Thumbnail> pictures(2);
    pictures[0].content.bytes.fill(0x11);
    pictures[0].jpeg = {0xFF, 0xD8, 0xFF};
    pictures[1].content.bytes.fill(0x22);
    pictures[1].jpeg = Bytes(300, 0xFF);
    return {archive::write_thumbnail_pack(pictures), archive::write_thumbnail_pack({}),
            seed("keepsake-thumbnails 2\n")};
}

}  // namespace

Target thumbnail_pack_target() {
    return {.name = "thumbnail_pack", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
