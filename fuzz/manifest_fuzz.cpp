#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "model/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto manifest = keepsake::model::parse_manifest(keepsake::as_text({data, size}));
    if (!manifest) return 0;
    const auto access = access_of(*manifest);
    if (access.has_value() != (manifest->reads <= keepsake::model::kFormatVersion)) std::abort();
    const auto again = keepsake::model::parse_manifest(to_text(*manifest));
    if (!again || *again != *manifest) std::abort();
    return 0;
}
