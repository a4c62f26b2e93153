// Bech32, recipients and identities: what is taken is written back as it was.

#include <cstddef>
#include <string_view>

#include "age_examples.h"
#include "base/bytes.h"
#include "crypto/age_keys.h"
#include "crypto/age_test_support.h"
#include "crypto/bech32.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {"age1",  "AGE-SECRET-KEY-1", "AGE-PLUGIN-", "age1pq1", "1",
                                       "qqqqqq"};

bool has_case(std::string_view text) {
    return text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") !=
           std::string_view::npos;
}

void run(ByteView input) {
    using namespace crypto;
    const auto text = as_text(input);
    if (const auto decoded = bech32_decode(text)) {
        require(decoded->data.size() <= text.size());
        // Of a prefix without letters the case is not known: it is then written in lower case.
        const auto written = bech32_encode(decoded->prefix, decoded->data.view());
        if (has_case(decoded->prefix)) require(written.text() == text);
        const auto again = bech32_decode(written.text());
        require(again.has_value() && again->data.text() == decoded->data.text());
    }
    if (const auto recipient = AgeRecipient::from_text(text)) require(recipient->to_text() == text);
    if (const auto identity = AgeIdentity::from_text(text)) {
        require(identity->to_text().text() == text);
        require(AgeRecipient::from_text(identity->recipient().to_text()).has_value());
    }
}

Seeds seeds() {
    Seeds all{seed(the_identity().to_text().text()), seed(the_identity().recipient().to_text())};
    for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 5U, 40U, 1000U}) {
        const auto bytes = crypto::testing::pattern(size);
        all.push_back(seed(crypto::bech32_encode("age1pq", bytes).text()));
        all.push_back(seed(crypto::bech32_encode("AGE-PLUGIN-X-", bytes).text()));
    }
    return all;
}

}  // namespace

Target bech32_target() { return {.name = "bech32", .run = run, .seeds = seeds, .words = kWords}; }

}  // namespace keepsake::fuzz
