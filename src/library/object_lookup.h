#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/object_file.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/secret.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"

/// Reading originals back out of the objects of one copy.
namespace keepsake::library {

/// Unwraps with every identity of the archive.
std::function<Result<crypto::Secret>(const crypto::AgeHeader&)> unwrap_with(
    const std::vector<crypto::AgeIdentity>& identities);

/// Whether what was read stood there whole, or had to be put together or taken from another object.
enum class WasWhole : std::uint8_t { no, yes };

/// Reads one content whole, from the first of its objects that proves right; a damaged header is
/// replaced by the journal's while reading. `restart` is called before another object is tried
/// after bytes had been given to the sink. Errors: not_found if no object is in this copy; corrupt
/// if none is whole; cancelled; what the sink says.
Result<WasWhole> read_content(os::FileSystem& files, const std::string& archive_path,
                              const std::vector<crypto::AgeIdentity>& identities,
                              const catalog::ContentRecord& content,
                              archive::ObjectBuffers& buffers, const archive::PlaintextSink& sink,
                              const std::function<Result<>()>& restart,
                              const std::stop_token& stop);

/// A whole small content as text (words). Errors: also limit past `limit_bytes`.
Result<std::string> read_text_content(Library& library, const model::ContentId& content,
                                      std::size_t limit_bytes);

/// Whether one of its objects is whole in this copy: read to the end, its name and its original's
/// hash proved.
Result<bool> is_whole(os::FileSystem& files, const std::string& archive_path,
                      const std::vector<crypto::AgeIdentity>& identities,
                      const catalog::ContentRecord& content, archive::ObjectBuffers& buffers,
                      const std::stop_token& stop);

/// Whether an object was read to the end and held what it is to hold.
enum class Proved : std::uint8_t { no, yes };
/// What the journal is to say of an object that stands in this copy: what it says, if the object
/// was proved to hold the content and that header opens it and gives that many bytes; else what the
/// file itself is, if it is what its name says and holds the content; else none. A device signs
/// nothing of an object that is not so. Errors: cancelled.
Result<std::optional<model::Object>> true_entry(os::FileSystem& files,
                                                const std::string& archive_path,
                                                const std::vector<crypto::AgeIdentity>& identities,
                                                const catalog::ContentRecord& content,
                                                const catalog::ObjectRecord& object, Proved proved,
                                                const std::stop_token& stop);
/// The journal's words of the objects of a content that stand in this copy. Whoever leans on an
/// object says them again: the device that said them first may be retired elsewhere, up to a
/// segment before. Requires: is_whole(content).
Result<> name_again(Library& library, const model::ContentId& content,
                    std::vector<model::EntryBody>& entries);

/// Whether one of its objects stands in this copy with the right size.
bool is_present(os::FileSystem& files, const std::string& archive_path,
                const catalog::ContentRecord& content);

}  // namespace keepsake::library
