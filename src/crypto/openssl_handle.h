#pragma once

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <source_location>

namespace keepsake::crypto {

struct OpensslFree {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslFree>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, OpensslFree>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, OpensslFree>;

/// For calls that fail only without memory or with a libcrypto that lacks an algorithm: going on
/// would give out wrong bytes, so the process ends.
inline void must(bool ok, std::source_location where = std::source_location::current()) {
    if (ok) return;
    static_cast<void>(
        std::fprintf(stderr, "keepsake: libcrypto failed in %s\n", where.function_name()));
    std::abort();
}

// Fetching an algorithm takes a lock and a search, more than hashing a small file does. Each handle
// is fetched once, is immutable, and is never freed (libcrypto tears itself down at exit, in no
// order that a static destructor could follow).

inline const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    must(algorithm != nullptr);
    return algorithm;
}

inline const EVP_CIPHER* chacha20_poly1305_algorithm() {
    static const EVP_CIPHER* const algorithm =
        EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    must(algorithm != nullptr);
    return algorithm;
}

}  // namespace keepsake::crypto
