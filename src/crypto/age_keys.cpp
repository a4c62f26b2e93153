#include "crypto/age_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "crypto/bech32.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kRecipientPrefix = "age";
constexpr std::string_view kIdentityPrefix = "AGE-SECRET-KEY-";
constexpr std::size_t kLargestIdentityFileBytes = 1024UL * 1024;
constexpr std::size_t kLargestIdentityFileLines = 10'000;

/// Every clamped scalar is a multiple of 8, so a point of low order gives zeros with any of them.
bool is_low_order(const std::array<std::uint8_t, 32>& point) {
    constexpr std::array<std::uint8_t, 32> kAnyScalar{1};
    Secret shared(32);
    return !X25519Key(kAnyScalar).agree(point, shared.mutable_view());
}

Error unsupported(std::string_view what) {
    return {ErrorCode::unsupported,
            std::string(what) + " of another type than X25519 (post-quantum, plugin or SSH)"};
}

}  // namespace

std::string AgeRecipient::to_text() const {
    return std::string(bech32_encode(kRecipientPrefix, bytes).text());
}

Result<AgeRecipient> AgeRecipient::from_text(std::string_view text) {
    if (text.starts_with("ssh-")) return unsupported("a recipient");
    const std::optional<Bech32> decoded = bech32_decode(text);
    if (!decoded) return Error(ErrorCode::invalid, "not an age recipient (age1...)");
    if (decoded->prefix.starts_with("age1")) return unsupported("a recipient");
    AgeRecipient recipient;
    if (decoded->prefix != kRecipientPrefix || decoded->data.size() != recipient.bytes.size())
        return Error(ErrorCode::invalid, "not an age recipient (age1...)");
    std::ranges::copy(decoded->data.view(), recipient.bytes.begin());
    if (is_low_order(recipient.bytes))
        return Error(ErrorCode::invalid, "an age recipient that anyone could open (low order)");
    return recipient;
}

AgeIdentity AgeIdentity::generate(RandomSource& random) {
    Secret scalar(32);
    random.fill(scalar.mutable_view());
    const AgeRecipient recipient{X25519Key(scalar.view()).public_key()};
    return {std::move(scalar), recipient};
}

Result<AgeIdentity> AgeIdentity::from_text(std::string_view text) {
    std::optional<Bech32> decoded = bech32_decode(text);
    if (!decoded) return Error(ErrorCode::invalid, "not an age identity (AGE-SECRET-KEY-1...)");
    const std::string_view prefix = decoded->prefix;
    if (prefix.starts_with("AGE-PLUGIN-") ||
        (prefix.starts_with(kIdentityPrefix) && prefix != kIdentityPrefix))
        return unsupported("an identity");
    if (prefix != kIdentityPrefix || decoded->data.size() != 32)
        return Error(ErrorCode::invalid, "not an age identity (AGE-SECRET-KEY-1...)");
    const AgeRecipient recipient{X25519Key(decoded->data.view()).public_key()};
    return AgeIdentity(std::move(decoded->data), recipient);
}

Secret AgeIdentity::to_text() const { return bech32_encode(kIdentityPrefix, scalar_.view()); }

AgeIdentity AgeIdentity::clone() const { return {scalar_.clone(), recipient_}; }

Result<std::vector<AgeIdentity>> parse_identity_file(std::string_view text) {
    if (text.size() > kLargestIdentityFileBytes)
        return Error(ErrorCode::limit, "an identity file of more than 1 MiB");
    std::vector<AgeIdentity> identities;
    for (std::size_t number = 1; !text.empty(); ++number) {
        if (number > kLargestIdentityFileLines)
            return Error(ErrorCode::limit, "an identity file of more than 10,000 lines");
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        auto identity = AgeIdentity::from_text(line);
        if (!identity) return std::move(identity).error().with("line " + std::to_string(number));
        identities.push_back(*std::move(identity));
    }
    if (identities.empty()) return Error(ErrorCode::invalid, "an identity file without identities");
    return identities;
}

}  // namespace keepsake::crypto
