#include "server/sealed_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/secret.h"
#include "library/library.h"
#include "os/file_system.h"

namespace keepsake::server {

Result<std::optional<crypto::Secret>> read_sealed(const library::Library& library,
                                                  const std::string& path,
                                                  std::uint64_t limit_bytes) {
    const auto sealed = os::read_file(library.environment().files, path, limit_bytes);
    if (!sealed && sealed.error().code() == ErrorCode::not_found)
        return std::optional<crypto::Secret>();
    if (!sealed) return Error(sealed.error());
    const auto identities = library.identity().identities();
    auto plain = crypto::age_open(*sealed, identities);
    if (!plain) return std::optional<crypto::Secret>();
    return std::optional(*std::move(plain));
}

Result<> write_sealed(const library::Library& library, const std::string& path,
                      std::string_view text) {
    const auto recipient = library.recipient();
    const auto sealed =
        crypto::age_seal(as_bytes(text), {&recipient, 1}, library.environment().random);
    auto& files = library.environment().files;
    TRY(os::make_directories(files, os::parent_of(path), true));
    return os::write_file(files, path, sealed, os::Existing::replace, true);
}

}  // namespace keepsake::server
