#include "crypto/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "base/bytes.h"
#include "crypto/openssl_handle.h"

namespace keepsake::crypto {

struct Sha256::State {
    DigestContext context{EVP_MD_CTX_new()};

    State() {
        must(context != nullptr);
        start();
    }
    void start() { must(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1); }
    void update(ByteView bytes) {
        must(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
    }
    Sha256Digest finish() {
        Sha256Digest digest{};
        must(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
        return digest;
    }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(ByteView bytes) { state_->update(bytes); }

Sha256Digest Sha256::finish() {
    const Sha256Digest digest = state_->finish();
    state_->start();
    return digest;
}

Sha256Digest sha256(ByteView bytes) {
    Sha256Digest digest{};
    must(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, sha256_algorithm(),
                    nullptr) == 1);
    return digest;
}

}  // namespace keepsake::crypto
