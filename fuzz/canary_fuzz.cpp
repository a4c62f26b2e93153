#include "base/bytes.h"
#include "target.h"

namespace keepsake::fuzz {

Target canary_target() {
    return {.name = "canary",
            .run = [](ByteView input) { require(!as_text(input).starts_with("canary")); },
            .seeds = [] { return Seeds{seed("Canary"), seed("canarx")}; }};
}

}  // namespace keepsake::fuzz
