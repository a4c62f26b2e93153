// Identity files and recipients: no input crashes the parsers; what parses is written back as the
// line that it was.

#include <cstddef>
#include <string>
#include <string_view>

#include "age_examples.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_keys.h"
#include "target.h"

namespace keepsake::fuzz {
namespace {

constexpr std::string_view kWords[] = {
    "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1", "AGE-PLUGIN-", "age1",
    "age1pq1",          "ssh-ed25519 ",        "# ",          "\r\n"};

void run(ByteView input) {
    using namespace crypto;
    const std::string_view text = as_text(input);
    if (const auto recipient = AgeRecipient::from_text(text)) require(recipient->to_text() == text);
    const auto identities = parse_identity_file(text);
    if (!identities) {
        const ErrorCode code = identities.error().code();
        require(code == ErrorCode::invalid || code == ErrorCode::unsupported ||
                code == ErrorCode::limit);
        return;
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
}

Seeds seeds() {
    const std::string line(the_identity().to_text().text());
    return {seed(the_identity().recipient().to_text()), seed(line), seed(line + "\r\n" + line),
            seed("# created: 2026-11-23T06:14:37Z\n# public key: " +
                 the_identity().recipient().to_text() + "\n" + line + "\n")};
}

}  // namespace

Target identity_file_target() {
    return {.name = "identity_file", .run = run, .seeds = seeds, .words = kWords};
}

}  // namespace keepsake::fuzz
