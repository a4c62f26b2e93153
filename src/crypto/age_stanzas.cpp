#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/age_parts.h"
#include "crypto/kdf.h"
#include "crypto/openssl_handle.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kX25519Info = "age-encryption.org/v1/X25519";
constexpr std::string_view kScryptLabel = "age-encryption.org/v1/scrypt";
constexpr std::size_t kScryptSaltBytes = 16;
constexpr std::size_t kWrappedBytes = kAgeFileKeyBytes + kAgeTagBytes;
constexpr std::size_t kHybridShareBytes = 1120;
constexpr AeadNonce kZeroNonce{};  // each wrap key seals once

using Point = std::array<std::uint8_t, 32>;

std::optional<Bytes> argument_of_size(std::string_view text, std::size_t bytes) {
    std::optional<Bytes> value = from_base64(text, Padding::without);
    if (value && value->size() != bytes) value.reset();
    return value;
}

Secret x25519_wrap_key(const Secret& shared, const Point& share, const AgeRecipient& recipient) {
    std::array<std::uint8_t, 64> salt{};
    std::ranges::copy(share, salt.begin());
    std::ranges::copy(recipient.bytes, salt.begin() + 32);
    return hkdf_sha256(shared.view(), salt, kX25519Info);
}

Result<Secret> scrypt_wrap_key(const Secret& passphrase, ByteView salt, int log_n) {
    Bytes labelled(kScryptLabel.begin(), kScryptLabel.end());
    labelled.insert(labelled.end(), salt.begin(), salt.end());
    return scrypt(passphrase.view(), labelled, log_n);
}

Bytes wrap(const Secret& wrap_key, const Secret& file_key) {
    Bytes body(kWrappedBytes);
    ChaCha20Poly1305(wrap_key.view()).seal(kZeroNonce, file_key.view(), body);
    return body;
}

std::optional<Secret> unwrap(const Secret& wrap_key, ByteView body) {
    Secret file_key(kAgeFileKeyBytes);
    if (!ChaCha20Poly1305(wrap_key.view()).open(kZeroNonce, body, file_key.mutable_view()))
        return std::nullopt;
    return file_key;
}

Result<> check_mac(const AgeHeader& header, const Secret& file_key) {
    const std::size_t rest_bytes = age_mac_line_rest(header.mac).size();
    if (header.bytes.size() <= rest_bytes) return age_header_error("no MAC line");
    const std::string_view to_mac =
        std::string_view(header.bytes).substr(0, header.bytes.size() - rest_bytes);
    if (!equal_constant_time(age_header_mac(file_key, to_mac), header.mac))
        return Error(ErrorCode::corrupt, "age header MAC: it does not fit the header");
    return {};
}

struct X25519Stanza {
    Point share;
    ByteView body;
};

Result<std::vector<X25519Stanza>> x25519_stanzas(const AgeHeader& header) {
    std::vector<X25519Stanza> found;
    for (const AgeStanza& stanza : header.stanzas) {
        if (stanza.type != kAgeX25519Type) continue;
        if (stanza.arguments.size() != 1)
            return age_header_error("an X25519 stanza with a wrong number of arguments");
        const std::optional<Bytes> share = argument_of_size(stanza.arguments[0], sizeof(Point));
        // The length of the body is checked before anything opens it: a longer file key would let
        // one file open differently for different identities.
        if (!share || stanza.body.size() != kWrappedBytes)
            return age_header_error("a malformed X25519 stanza");
        X25519Stanza& kept = found.emplace_back();
        std::ranges::copy(*share, kept.share.begin());
        kept.body = stanza.body;
    }
    return found;
}

/// Why no identity fitted.
Error no_match(const AgeHeader& header) {
    for (const AgeStanza& stanza : header.stanzas) {
        if (stanza.type != kAgeHybridType) continue;
        if (stanza.arguments.size() != 1 ||
            !argument_of_size(stanza.arguments[0], kHybridShareBytes) ||
            stanza.body.size() != kWrappedBytes)
            return age_header_error("a malformed mlkem768x25519 stanza");
        return {ErrorCode::unsupported,
                "sealed to a post-quantum recipient, which this program cannot open"};
    }
    if (header.is_scrypt())
        return {ErrorCode::wrong_key, "sealed with a passphrase, not to an identity"};
    return {ErrorCode::wrong_key, "sealed to other recipients: no identity fits"};
}

AgeStanza seal_to(const AgeRecipient& recipient, const Secret& file_key, RandomSource& random) {
    Secret scalar(32);
    random.fill(scalar.mutable_view());
    const X25519Key ephemeral(scalar.view());
    const Point share = ephemeral.public_key();
    Secret shared(32);
    must(ephemeral.agree(recipient.bytes, shared.mutable_view()));
    return {std::string(kAgeX25519Type),
            {to_base64(share, Padding::without)},
            wrap(x25519_wrap_key(shared, share, recipient), file_key)};
}

AgeNewFile finish_header(std::span<const AgeStanza> stanzas, Secret file_key) {
    std::string header = age_header_to_mac(stanzas);
    header += age_mac_line_rest(age_header_mac(file_key, header));
    return {std::move(header), std::move(file_key)};
}

Secret new_file_key(RandomSource& random) {
    Secret file_key(kAgeFileKeyBytes);
    random.fill(file_key.mutable_view());
    return file_key;
}

}  // namespace

Result<Secret> unwrap_with_identities(const AgeHeader& header,
                                      std::span<const AgeIdentity> identities) {
    TRY_LET(const std::vector<X25519Stanza> stanzas, x25519_stanzas(header));
    if (!stanzas.empty() && identities.size() > kAgeLargestUnwrapTries / stanzas.size())
        return Error(ErrorCode::limit, "age header: too many stanzas for so many identities");
    Secret shared(32);
    for (const AgeIdentity& identity : identities) {
        if (stanzas.empty()) break;
        const X25519Key key(identity.scalar().view(), identity.recipient().bytes);
        for (const X25519Stanza& stanza : stanzas) {
            if (!key.agree(stanza.share, shared.mutable_view()))
                return age_header_error("an X25519 share of low order");
            std::optional<Secret> file_key =
                unwrap(x25519_wrap_key(shared, stanza.share, identity.recipient()), stanza.body);
            if (!file_key) continue;
            TRY(check_mac(header, *file_key));
            return *std::move(file_key);
        }
    }
    return no_match(header);
}

Result<Secret> unwrap_with_passphrase(const AgeHeader& header, const Secret& passphrase,
                                      int largest_log_n) {
    if (!header.is_scrypt())
        return Error(ErrorCode::wrong_key, "sealed to recipients, not with a passphrase");
    const AgeStanza& stanza = header.stanzas[0];
    if (stanza.arguments.size() != 2)
        return age_header_error("a scrypt stanza with a wrong number of arguments");
    const std::optional<Bytes> salt = argument_of_size(stanza.arguments[0], kScryptSaltBytes);
    const std::optional<int> log_n = header.scrypt_log_n();
    if (!salt || !log_n || stanza.body.size() != kWrappedBytes)
        return age_header_error("a malformed scrypt stanza");
    if (*log_n > std::min(largest_log_n, kScryptLargestLogN))
        return Error(ErrorCode::limit, "age header: a scrypt work factor past the limit");
    TRY_LET(const Secret wrap_key, scrypt_wrap_key(passphrase, *salt, *log_n));
    std::optional<Secret> file_key = unwrap(wrap_key, stanza.body);
    if (!file_key) return Error(ErrorCode::wrong_key, "not the passphrase it was sealed with");
    TRY(check_mac(header, *file_key));
    return *std::move(file_key);
}

AgeNewFile new_age_file(std::span<const AgeRecipient> recipients, RandomSource& random) {
    assert(!recipients.empty());
    Secret file_key = new_file_key(random);
    std::vector<AgeStanza> stanzas;
    stanzas.reserve(recipients.size());
    for (const AgeRecipient& recipient : recipients)
        stanzas.push_back(seal_to(recipient, file_key, random));
    return finish_header(stanzas, std::move(file_key));
}

AgeNewFile new_age_file_for_passphrase(const Secret& passphrase, RandomSource& random, int log_n) {
    assert(log_n >= 1 && log_n <= kScryptLargestLogN);
    Secret file_key = new_file_key(random);
    std::array<std::uint8_t, kScryptSaltBytes> salt{};
    random.fill(salt);
    const Result<Secret> wrap_key = scrypt_wrap_key(passphrase, salt, log_n);
    must(wrap_key.has_value());
    const std::array<AgeStanza, 1> stanzas{
        {{std::string(kAgeScryptType),
          {to_base64(salt, Padding::without), std::to_string(log_n)},
          wrap(*wrap_key, file_key)}}};
    return finish_header(stanzas, std::move(file_key));
}

}  // namespace keepsake::crypto
