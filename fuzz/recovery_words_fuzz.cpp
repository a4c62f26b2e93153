// Recovery words as typed: what is taken is a canonical text, which is taken for itself; a refusal
// never repeats a word.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_test_support.h"
#include "crypto/recovery_words.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"abandon", "aban", "zoo", "about", "-", " ", "\r\n", "ART"};

void run(ByteView input) {
    using namespace crypto;
    const auto text = as_text(input);
    const auto words = canonical_recovery_words(text);
    if (!words) {
        require(words.error().code() == ErrorCode::invalid);
        return;
    }
    require(looks_like_recovery_words(words->text()));
    require(std::ranges::count(words->text(), '-') == 11);
    const auto again = canonical_recovery_words(words->text());
    require(again.has_value() && again->text() == words->text());
}

Seeds seeds() {
    Seeds all;
    for (std::uint64_t number = 1; number < 5; ++number) {
        crypto::testing::SeededRandom random(number);
        std::string words(crypto::new_recovery_words(random).text());
        all.push_back(seed(words));
        std::ranges::replace(words, '-', ' ');
        all.push_back(seed("  " + words + "\r\n"));
    }
    all.push_back(seed("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"));
    return all;
}

}  // namespace

Target recovery_words_target() {
    return {.name = "recovery_words", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
