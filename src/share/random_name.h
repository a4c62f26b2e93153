#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "crypto/random.h"

namespace keepsake::share {

/// So many random bytes in hex.
inline std::string random_name(crypto::RandomSource& random, std::size_t bytes) {
    Bytes drawn(bytes);
    random.fill(drawn);
    return to_hex(drawn);
}

}  // namespace keepsake::share
