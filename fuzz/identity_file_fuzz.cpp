// Identity files and recipients: no input crashes the parsers; what parses is written back as the
// line that it was.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_keys.h"

namespace {

void require(bool held) {
    if (!held) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keepsake;
    using namespace keepsake::crypto;
    const std::string_view text = as_text({data, size});
    if (const auto recipient = AgeRecipient::from_text(text)) require(recipient->to_text() == text);
    const auto identities = parse_identity_file(text);
    if (!identities) {
        const ErrorCode code = identities.error().code();
        require(code == ErrorCode::invalid || code == ErrorCode::unsupported ||
                code == ErrorCode::limit);
        return 0;
    }
    require(!identities->empty());
    std::string again;
    for (const AgeIdentity& identity : *identities) {
        require(text.find(identity.to_text().text()) != std::string_view::npos);
        again += std::string(identity.to_text().text()) + "\n";
    }
    const auto parsed = parse_identity_file(again);
    require(parsed && parsed->size() == identities->size());
    for (std::size_t i = 0; i < parsed->size(); ++i)
        require((*parsed)[i].recipient() == (*identities)[i].recipient());
    return 0;
}
