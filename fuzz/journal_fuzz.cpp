#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"

namespace {

using keepsake::model::EntryParser;

// Any hash will do that tells apart what the fuzzer makes; a rollup's `prev` can then be right.
keepsake::model::TextHash short_hash(std::string_view text) {
    keepsake::model::TextHash hash;
    hash.bytes[0] = static_cast<std::uint8_t>(text.size());
    return hash;
}

void require(bool holds) {
    if (!holds) std::abort();
}

// What is taken can be written, and is taken for the same again.
void check_line(EntryParser& parser, std::string_view line) {
    const auto entry = parser.parse(line);
    if (!entry) return;
    const auto written = to_line(*entry);
    if (written.size() > keepsake::model::kLargestLineBytes) return;
    const auto again = parser.parse(written);
    require(again.has_value());
    require(*again == *entry);
    require(to_line(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = keepsake::as_text({data, size});
    EntryParser parser;
    for (auto rest = text; !rest.empty();) {
        const auto end = rest.find('\n');
        check_line(parser, rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    const auto segments = parse_segments(text, parser, short_hash);
    if (!segments) return 0;
    std::size_t covered = 0;
    for (const auto& segment : *segments) {
        require(segment.signed_text.data() >= text.data() + covered);
        covered += segment.signed_text.size();
    }
    require(!segments->empty() && covered < text.size());
    return 0;
}
