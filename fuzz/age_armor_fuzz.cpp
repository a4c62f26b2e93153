// Armor: no input crashes it; what it takes off goes back on as the same text, but for white space
// around it and the kind of line end; and a source that dribbles gives the same as a whole one.

#include <algorithm>
#include <cstddef>
#include <string>

#include "age_examples.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_parts.h"
#include "crypto/age_test_support.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

/// Without what armor leaves open: white space around it, CR before LF.
std::string normalised(ByteView input) {
    std::string text(as_text(input));
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
    while (!text.empty() && is_space(text.back())) text.pop_back();
    text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
    return text + '\n';
}

void run(ByteView input) {
    using namespace crypto;
    const auto whole = age_dearmor(input);

    ByteView left = input;
    const ReadSome dribble = [&left](MutableBytes out) -> Result<std::size_t> {
        const std::size_t now = std::min({out.size(), left.size(), std::size_t{7}});
        std::ranges::copy(left.first(now), out.begin());
        left = left.subspan(now);
        return now;
    };
    ArmorReader reader(dribble);
    Bytes pieces(input.size() + 1);
    const auto got = fill_from([&reader](MutableBytes out) { return reader.read(out); }, pieces);
    require(got.has_value() == whole.has_value());
    if (!whole) return;
    pieces.resize(*got);
    require(pieces == *whole);
    require(looks_armored(input));
    require(age_armor(*whole) == normalised(input));
}

Seeds seeds() {
    Seeds all = age_examples();
    for (const std::size_t size : {0U, 1U, 47U, 48U, 49U, 96U, 300U})
        all.push_back(seed(crypto::age_armor(crypto::testing::pattern(size))));
    return all;
}

}  // namespace

Target age_armor_target() {
    return {.name = "age_armor", .run = run, .seeds = seeds, .words = kAgeWords};
}

}  // namespace keepsake::fuzz
