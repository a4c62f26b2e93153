// keepsake.json: what is taken is written and taken for the same again; what is refused is refused
// for a reason that the program has words for.

#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "model/manifest.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"\"format\"",  "\"keepsake\"", "\"version\"", "\"reads\"",
                                       "\"archive\"", "null",         "1e300",       "[[[["};

void run(ByteView input) {
    const auto manifest = model::parse_manifest(as_text(input));
    if (!manifest) {
        const auto code = manifest.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit);
        return;
    }
    require(manifest->reads >= 1 && manifest->reads <= manifest->version);
    const auto access = access_of(*manifest);
    require(access.has_value() == (manifest->reads <= model::kFormatVersion));
    const auto again = model::parse_manifest(to_text(*manifest));
    require(again.has_value() && *again == *manifest);
}

Seeds seeds() {
    model::Manifest newer;
    newer.version = 7;
    newer.archive.bytes.fill(0xab);
    return {seed(to_text(model::Manifest{})), seed(to_text(newer)),
            seed(R"({"format":"keepsake","version":"2","reads":1,"new":[{"a":[]}],"archive":")" +
                 newer.archive.hex() + "\"}")};
}

}  // namespace

Target manifest_target() {
    return {.name = "manifest", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
