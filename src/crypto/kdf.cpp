#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/openssl_handle.h"
#include "crypto/secret.h"

namespace keepsake::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;

EVP_KDF* hkdf_algorithm() {
    static EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    must(algorithm != nullptr);
    return algorithm;
}

EVP_MAC* hmac_algorithm() {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    must(algorithm != nullptr);
    return algorithm;
}

// OSSL_PARAM is one struct for both directions, so what is only read is asked for as mutable.
OSSL_PARAM octets(const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()),
                                             bytes.size());
}
OSSL_PARAM sha256_digest(const char* name, std::array<char, 7>& text) {
    return OSSL_PARAM_construct_utf8_string(name, text.data(), text.size() - 1);
}

}  // namespace

Secret hkdf_sha256(ByteView key, ByteView salt, std::string_view info) {
    const KdfContext context(EVP_KDF_CTX_new(hkdf_algorithm()));
    must(context != nullptr);
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 5> parameters{sha256_digest(OSSL_KDF_PARAM_DIGEST, digest),
                                         octets(OSSL_KDF_PARAM_KEY, key),
                                         octets(OSSL_KDF_PARAM_INFO, as_bytes(info)),
                                         OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
    if (!salt.empty()) parameters[3] = octets(OSSL_KDF_PARAM_SALT, salt);
    Secret derived(kKeyBytes);
    must(EVP_KDF_derive(context.get(), derived.mutable_view().data(), kKeyBytes,
                        parameters.data()) == 1);
    return derived;
}

std::array<std::uint8_t, 32> hmac_sha256(ByteView key, ByteView message) {
    const MacContext context(EVP_MAC_CTX_new(hmac_algorithm()));
    must(context != nullptr);
    std::array<char, 7> digest{"SHA256"};
    const std::array<OSSL_PARAM, 2> parameters{sha256_digest(OSSL_MAC_PARAM_DIGEST, digest),
                                               OSSL_PARAM_construct_end()};
    std::array<std::uint8_t, 32> mac{};
    std::size_t written = 0;
    must(EVP_MAC_init(context.get(), key.data(), key.size(), parameters.data()) == 1);
    must(EVP_MAC_update(context.get(), message.data(), message.size()) == 1);
    must(EVP_MAC_final(context.get(), mac.data(), &written, mac.size()) == 1);
    must(written == mac.size());
    return mac;
}

Result<Secret> scrypt(ByteView passphrase, ByteView salt, int log_n) {
    assert(log_n >= 1 && log_n <= 30);
    constexpr std::uint64_t kBlock = 8;
    const std::uint64_t rounds = std::uint64_t{1} << log_n;
    const std::uint64_t memory_bytes = 128 * kBlock * rounds;
    Secret derived(kKeyBytes);
    // The library's own bound (32 MiB) is far below what logN 18 takes; the header's logN was
    // bounded by the caller.
    const int done =
        EVP_PBE_scrypt(reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                       salt.data(), salt.size(), rounds, kBlock, 1, memory_bytes + 1024UL * 1024,
                       derived.mutable_view().data(), kKeyBytes);
    if (done != 1) {
        ERR_clear_error();
        return Error(ErrorCode::limit, "the passphrase's scrypt needs " +
                                           human_bytes(memory_bytes) +
                                           " of memory, which this system does not give");
    }
    return derived;
}

}  // namespace keepsake::crypto
