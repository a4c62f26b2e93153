// Wall times and clocks: what is taken is written and taken for the same; clocks sort as their text
// and as their packed form do.

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "catalog/packing.h"
#include "model/hybrid_clock.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {
    "2026-11-23T06:14:37Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "-02-29T", "-ffff",
    ".123456789Z"};

void run(ByteView input) {
    using model::HybridTime;
    const auto text = as_text(input);
    if (const auto instant = from_rfc3339(text)) {
        require(instant->nanoseconds < 1'000'000'000);
        require(from_rfc3339(to_rfc3339(*instant, Fraction::nano)) == *instant);
        require(to_rfc3339(*instant, Fraction::none).substr(0, 19) == text.substr(0, 19));
    }
    const auto space = text.find(' ');
    const auto one = HybridTime::from_text(text.substr(0, space));
    if (!one) return;
    require(one->to_text() == text.substr(0, space));
    const auto packed = catalog::pack_clock(*one);
    const auto unpacked = catalog::unpack_clock(packed);
    require(unpacked.has_value() && *unpacked == *one);
    if (space == std::string_view::npos) return;
    const auto other = HybridTime::from_text(text.substr(space + 1));
    if (!other) return;
    require((*one < *other) == (text.substr(0, space) < text.substr(space + 1)));
    require((*one < *other) == (packed < catalog::pack_clock(*other)));
}

Seeds seeds() {
    return {seed("2026-11-23T06:14:37Z"), seed("2024-02-29T23:59:59.123456789Z"),
            seed("0001-01-01T00:00:00.5Z"), seed("2026-11-23T06:14:37.123Z-0000"),
            seed("1969-12-31T23:59:59.999Z-00ff 1970-01-01T00:00:00.000Z-0100")};
}

}  // namespace

Target clock_target() { return {.name = "clock", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
