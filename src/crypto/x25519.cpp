#include "crypto/x25519.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/openssl_handle.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

X25519Key::X25519Key(ByteView scalar)
    : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, scalar.data(), scalar.size())) {
    must(key_ != nullptr);
}

X25519Key::X25519Key(ByteView scalar, ByteView public_key) {
    assert(scalar.size() == 32 && public_key.size() == 32);
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
    must(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
    // OSSL_PARAM is one struct for both directions; these two are only read.
    std::array<OSSL_PARAM, 3> parameters{
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
                                          const_cast<std::uint8_t*>(scalar.data()), scalar.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                          const_cast<std::uint8_t*>(public_key.data()),
                                          public_key.size()),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* key = nullptr;
    must(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.data()) == 1);
    key_.reset(key);
}

std::array<std::uint8_t, 32> X25519Key::public_key() const {
    std::array<std::uint8_t, 32> bytes{};
    std::size_t size = bytes.size();
    must(EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size) == 1 && size == bytes.size());
    return bytes;
}

bool X25519Key::agree(ByteView peer, MutableBytes shared) const {
    assert(peer.size() == 32 && shared.size() == 32);
    const KeyHandle other(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    must(other != nullptr && context != nullptr);
    must(EVP_PKEY_derive_init(context.get()) == 1);
    must(EVP_PKEY_derive_set_peer_ex(context.get(), other.get(), 0) == 1);
    std::size_t size = shared.size();
    const bool agreed = EVP_PKEY_derive(context.get(), shared.data(), &size) == 1;
    // libcrypto refuses the all-zero secret itself; the specification asks for it by name, so it is
    // not left to one library's habit.
    constexpr std::array<std::uint8_t, 32> kZeros{};
    if (agreed && size == shared.size() && !equal_constant_time(shared, kZeros)) return true;
    ERR_clear_error();
    wipe(shared);
    return false;
}

}  // namespace keepsake::crypto
