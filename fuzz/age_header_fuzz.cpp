// The age header: no input crashes it; what parses is written back to the same bytes; and neither
// an identity nor a passphrase opens it unless somebody sealed it to them.

#include <string_view>

#include "age_examples.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age.h"
#include "crypto/age_parts.h"
#include "crypto/secret.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

void run(ByteView input) {
    using namespace crypto;
    const auto header = parse_age_header(input);
    if (!header) {
        const ErrorCode code = header.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit ||
                code == ErrorCode::unsupported ||
                (code == ErrorCode::not_found && input.size() < kAgeLargestHeaderBytes));
        return;
    }
    require(header->bytes.size() <= kAgeLargestHeaderBytes);
    require(as_text(input).starts_with(header->bytes));
    require(age_header_to_mac(header->stanzas) + age_mac_line_rest(header->mac) == header->bytes);
    // A work factor that costs nothing, so that the fuzzer gets on.
    static_cast<void>(unwrap_with_passphrase(*header, Secret(std::string_view("x")), 4));
    if (header->stanzas.size() < 20)
        static_cast<void>(unwrap_with_identities(*header, {&the_identity(), 1}));
}

}  // namespace

Target age_header_target() {
    return {.name = "age_header", .run = run, .seeds = age_examples, .words = kAgeWords};
}

}  // namespace keepsake::fuzz
