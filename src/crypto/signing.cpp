#include "crypto/signing.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/openssl_handle.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

constexpr std::string_view kKeyType = "ssh-ed25519";
constexpr std::string_view kMagic = "SSHSIG";
constexpr std::string_view kHash = "sha512";
constexpr std::string_view kBegin = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view kEnd = "-----END SSH SIGNATURE-----\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kSeedBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kLineLetters = 70;
constexpr std::size_t kLargestArmorBytes = 16UL * 1024;  // ours: about 300 bytes and the namespace

KeyHandle private_key(ByteView seed) {
    KeyHandle key(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), seed.size()));
    must(key != nullptr);
    return key;
}

/// SSH's wire format (RFC 4251 section 5).
void put_number(std::string& out, std::size_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
}

void put_string(std::string& out, std::string_view text) {
    put_number(out, text.size());
    out += text;
}

/// Takes pieces off the front; nothing where the input ends early.
class WireReader {
  public:
    explicit WireReader(std::string_view rest) : rest_(rest) {}

    std::optional<std::string_view> take(std::size_t size) {
        if (size > rest_.size()) return std::nullopt;
        const auto piece = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return piece;
    }
    std::optional<std::uint32_t> take_number() {
        const auto bytes = take(4);
        if (!bytes) return std::nullopt;
        std::uint32_t number = 0;
        for (const char byte : *bytes) number = number << 8U | static_cast<std::uint8_t>(byte);
        return number;
    }
    std::optional<std::string_view> take_string() {
        const auto size = take_number();
        return size ? take(*size) : std::nullopt;
    }
    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

std::string key_blob(const VerifyingKey& key) {
    std::string blob;
    put_string(blob, kKeyType);
    put_string(blob, as_text(key.bytes));
    return blob;
}

/// What the key signs: everything that the signature claims, and the message's hash.
std::string signed_bytes(std::string_view name_space, ByteView message) {
    std::array<std::uint8_t, 64> digest{};
    std::size_t size = 0;
    must(EVP_Q_digest(nullptr, "SHA512", nullptr, message.data(), message.size(), digest.data(),
                      &size) == 1 &&
         size == digest.size());
    std::string out(kMagic);
    put_string(out, name_space);
    put_string(out, "");
    put_string(out, kHash);
    put_string(out, as_text(digest));
    return out;
}

Error unfit(std::string_view what) {
    return Error(ErrorCode::corrupt, "a signature's " + std::string(what) + " does not fit");
}

/// The bytes of a canonical armor: full lines but the last, LF, nothing before or after.
Result<Bytes> from_armor(std::string_view armored) {
    if (armored.size() > kLargestArmorBytes || !armored.starts_with(kBegin) ||
        !armored.ends_with(kEnd) || armored.size() < kBegin.size() + kEnd.size())
        return unfit("armor");
    armored.remove_prefix(kBegin.size());
    armored.remove_suffix(kEnd.size());
    std::string letters;
    while (!armored.empty()) {
        const auto line = armored.substr(0, armored.find('\n'));
        const bool last = line.size() + 1 >= armored.size();
        if (line.size() == armored.size() || line.empty() || line.size() > kLineLetters ||
            (!last && line.size() < kLineLetters))
            return unfit("armor");
        letters += line;
        armored.remove_prefix(line.size() + 1);
    }
    auto bytes = from_base64(letters, Padding::with);
    if (!bytes) return unfit("armor");
    return *std::move(bytes);
}

}  // namespace

std::string VerifyingKey::to_openssh() const {
    return std::string(kKeyType) + " " + to_base64(as_bytes(key_blob(*this)), Padding::with);
}

Result<VerifyingKey> VerifyingKey::from_openssh(std::string_view text) {
    VerifyingKey key;
    const std::string model = key.to_openssh();
    const auto space = model.find(' ') + 1;
    std::optional<Bytes> blob;
    if (text.size() == model.size() && text.starts_with(model.substr(0, space)))
        blob = from_base64(text.substr(space), Padding::with);
    if (blob && blob->size() > key.bytes.size())
        std::copy(blob->end() - static_cast<std::ptrdiff_t>(key.bytes.size()), blob->end(),
                  key.bytes.begin());
    if (key.to_openssh() != text)
        return Error(ErrorCode::invalid, "not an Ed25519 key as OpenSSH writes it");
    return key;
}

SigningKey SigningKey::generate(RandomSource& random) {
    Secret seed(kSeedBytes);
    random.fill(seed.mutable_view());
    auto key = from_seed(seed.view());
    must(key.has_value());
    return *std::move(key);
}

Result<SigningKey> SigningKey::from_seed(ByteView seed) {
    if (seed.size() != kSeedBytes) return Error(ErrorCode::invalid, "an Ed25519 seed has 32 bytes");
    const KeyHandle handle = private_key(seed);
    VerifyingKey key;
    std::size_t size = key.bytes.size();
    must(EVP_PKEY_get_raw_public_key(handle.get(), key.bytes.data(), &size) == 1 &&
         size == key.bytes.size());
    return SigningKey(Secret(seed), key);
}

SigningKey SigningKey::clone() const { return {seed_.clone(), public_}; }

std::array<std::uint8_t, 64> SigningKey::sign(ByteView message) const {
    const KeyHandle key = private_key(seed_.view());
    const DigestContext context(EVP_MD_CTX_new());
    std::array<std::uint8_t, kSignatureBytes> signature{};
    std::size_t size = signature.size();
    must(context != nullptr &&
         EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
             1 &&
         size == signature.size());
    return signature;
}

bool verify(const VerifyingKey& key, ByteView message, ByteView signature) {
    if (signature.size() != kSignatureBytes) return false;
    const KeyHandle handle(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr,
                                                          key.bytes.data(), key.bytes.size()));
    const DigestContext context(EVP_MD_CTX_new());
    must(handle != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1);
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

std::string sshsig_sign(const SigningKey& key, std::string_view name_space, ByteView message) {
    const auto raw = key.sign(as_bytes(signed_bytes(name_space, message)));
    std::string signature;
    put_string(signature, kKeyType);
    put_string(signature, as_text(raw));
    std::string blob(kMagic);
    put_number(blob, kVersion);
    put_string(blob, key_blob(key.verifying_key()));
    put_string(blob, name_space);
    put_string(blob, "");
    put_string(blob, kHash);
    put_string(blob, signature);
    const std::string letters = to_base64(as_bytes(blob), Padding::with);
    std::string armored(kBegin);
    for (std::size_t at = 0; at < letters.size(); at += kLineLetters)
        armored += letters.substr(at, kLineLetters) + "\n";
    return armored += kEnd;
}

Result<VerifyingKey> sshsig_key(std::string_view armored) {
    TRY_LET(const Bytes blob, from_armor(armored));
    WireReader reader(as_text(blob));
    if (reader.take(kMagic.size()) != kMagic) return unfit("magic");
    if (reader.take_number() != kVersion) return unfit("version");
    const auto key = reader.take_string();
    WireReader inner(key.value_or(std::string_view()));
    const auto type = inner.take_string();
    const auto raw = inner.take_string();
    VerifyingKey found;
    if (type != kKeyType || !raw || raw->size() != found.bytes.size() || !inner.at_end())
        return unfit("key");
    std::ranges::copy(as_bytes(*raw), found.bytes.begin());
    return found;
}

Result<> sshsig_verify(const VerifyingKey& key, std::string_view name_space, ByteView message,
                       std::string_view armored) {
    TRY_LET(const Bytes blob, from_armor(armored));
    WireReader reader(as_text(blob));
    if (reader.take(kMagic.size()) != kMagic) return unfit("magic");
    if (reader.take_number() != kVersion) return unfit("version");
    if (reader.take_string() != key_blob(key)) return unfit("key");
    if (reader.take_string() != name_space) return unfit("namespace");
    if (reader.take_string() != std::string_view()) return unfit("reserved field");
    if (reader.take_string() != kHash) return unfit("hash");
    const auto signature = reader.take_string();
    if (!signature || !reader.at_end()) return unfit("end");
    WireReader inner(*signature);
    if (inner.take_string() != kKeyType) return unfit("key type");
    const auto raw = inner.take_string();
    if (!raw || raw->size() != kSignatureBytes || !inner.at_end()) return unfit("length");
    if (!verify(key, as_bytes(signed_bytes(name_space, message)), as_bytes(*raw)))
        return Error(ErrorCode::corrupt, "a signature is wrong for these bytes");
    return {};
}

}  // namespace keepsake::crypto
