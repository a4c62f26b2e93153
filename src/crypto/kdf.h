#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace keepsake::crypto {

/// HKDF-SHA-256 with 32 bytes of output. RFC 5869.
Secret hkdf_sha256(ByteView key, ByteView salt, std::string_view info);

/// HMAC-SHA-256. RFC 2104.
std::array<std::uint8_t, 32> hmac_sha256(ByteView key, ByteView message);

/// scrypt with r = 8, p = 1 and 32 bytes of output. RFC 7914. Takes 1024 << log_n bytes of memory.
/// Requires: 1 <= log_n <= 30. Errors: limit if the system lacks that memory.
Result<Secret> scrypt(ByteView passphrase, ByteView salt, int log_n);

}  // namespace keepsake::crypto
