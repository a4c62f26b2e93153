#include "library/store_content.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/sha256.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/seal_proof.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

crypto::ReadAt read_from(ByteView bytes) {
    return [bytes](std::uint64_t offset, MutableBytes out) -> Result<std::size_t> {
        if (offset >= bytes.size()) return std::size_t{0};
        const auto part = bytes.subspan(static_cast<std::size_t>(offset));
        const auto count = std::min(part.size(), out.size());
        std::ranges::copy(part.first(count), out.begin());
        return count;
    };
}

}  // namespace

Result<StoredContent> store_content(Library& library, ByteView bytes) {
    StoredContent stored{{crypto::sha256(bytes)}, {}, {}};
    auto& files = library.environment().files;
    TRY_LET(const auto known, library.catalog().content(stored.content));
    TRY_LET(const bool live, library.catalog().is_live(stored.content));
    archive::ObjectBuffers buffers;
    if (known && live) {
        const auto identities = library.identity().identities();
        TRY_LET(const bool whole,
                is_whole(files, library.copy().path, identities, *known, buffers, {}));
        if (whole) {
            TRY(name_again(library, stored.content, stored.named_again));
            return stored;
        }
    }
    TRY_LET(const auto temporary, library.staging().new_path());
    TRY_LET(auto sealed, archive::seal_object(files, temporary, read_from(bytes), bytes.size(),
                                              library.recipient(), library.environment().random,
                                              buffers, true, std::stop_token()));
    const auto finish = [&]() -> Result<> {
        TRY(prove_sealed(files, sealed, buffers));
        const auto relative = archive::object_path(sealed.object);
        const auto target = os::join_path(library.copy().path, relative);
        TRY(library.staging().make_folder(os::parent_of(relative)));
        TRY(files.rename_exclusive(temporary, target));
        return files.sync_directory(os::parent_of(target));
    };
    if (auto finished = finish(); !finished) {
        static_cast<void>(files.remove_file(temporary));
        return std::move(finished).error();
    }
    stored.object = entry_of(sealed);
    return stored;
}

}  // namespace keepsake::library
