// The age header: no input crashes it; what parses is written back to the same bytes; and neither
// an identity nor a passphrase opens it unless somebody sealed it to them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_parts.h"
#include "crypto/secret.h"

namespace {

void require(bool held) {
    if (!held) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keepsake;
    using namespace keepsake::crypto;
    static const AgeIdentity identity =
        AgeIdentity::from_text(
            "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
            .value();
    const ByteView input(data, size);
    const auto header = parse_age_header(input);
    if (!header) {
        const ErrorCode code = header.error().code();
        require(code == ErrorCode::corrupt || code == ErrorCode::limit ||
                code == ErrorCode::unsupported ||
                (code == ErrorCode::not_found && size < kAgeLargestHeaderBytes));
        return 0;
    }
    require(as_text(input).starts_with(header->bytes));
    require(age_header_to_mac(header->stanzas) + age_mac_line_rest(header->mac) == header->bytes);
    // A work factor that costs nothing, so that the fuzzer gets on.
    static_cast<void>(unwrap_with_passphrase(*header, Secret(std::string_view("x")), 4));
    if (header->stanzas.size() < 20)
        static_cast<void>(unwrap_with_identities(*header, {&identity, 1}));
    return 0;
}
