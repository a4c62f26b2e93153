#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"
#include "crypto/openssl_handle.h"

namespace keepsake::crypto {

void SystemRandom::fill(MutableBytes out) {
    constexpr std::size_t kAtOnceBytes = 1UL << 30;  // libcrypto takes an int
    while (!out.empty()) {
        const std::size_t now = std::min(out.size(), kAtOnceBytes);
        must(RAND_priv_bytes(out.data(), static_cast<int>(now)) == 1);
        out = out.subspan(now);
    }
}

}  // namespace keepsake::crypto
