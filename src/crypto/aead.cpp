#include "crypto/aead.h"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <climits>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "crypto/openssl_handle.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

ChaCha20Poly1305::ChaCha20Poly1305(ByteView key) : context_(EVP_CIPHER_CTX_new()) {
    assert(key.size() == 32);
    must(context_ != nullptr);
    must(EVP_CipherInit_ex2(context_.get(), chacha20_poly1305_algorithm(), key.data(), nullptr, 1,
                            nullptr) == 1);
}

void ChaCha20Poly1305::seal(const AeadNonce& nonce, ByteView plaintext, MutableBytes out) {
    assert(plaintext.size() <= INT_MAX && out.size() == plaintext.size() + kAeadTagBytes);
    int written = 0;
    must(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), 1, nullptr) == 1);
    if (!plaintext.empty())
        must(EVP_EncryptUpdate(context_.get(), out.data(), &written, plaintext.data(),
                               static_cast<int>(plaintext.size())) == 1);
    must(EVP_EncryptFinal_ex(context_.get(), out.data() + plaintext.size(), &written) == 1);
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes,
                             out.data() + plaintext.size()) == 1);
}

bool ChaCha20Poly1305::open(const AeadNonce& nonce, ByteView sealed, MutableBytes out) {
    assert(sealed.size() <= INT_MAX && sealed.size() >= kAeadTagBytes &&
           out.size() == sealed.size() - kAeadTagBytes);
    std::array<std::uint8_t, kAeadTagBytes> tag{};
    std::memcpy(tag.data(), sealed.data() + out.size(), tag.size());
    std::array<std::uint8_t, kAeadTagBytes> nothing{};
    int written = 0;
    must(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), 0, nullptr) == 1);
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, tag.data()) ==
         1);
    if (!out.empty())
        must(EVP_DecryptUpdate(context_.get(), out.data(), &written, sealed.data(),
                               static_cast<int>(out.size())) == 1);
    if (EVP_DecryptFinal_ex(context_.get(), nothing.data(), &written) == 1) return true;
    wipe(out);
    return false;
}

}  // namespace keepsake::crypto
