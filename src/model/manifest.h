#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/ids.h"

/// keepsake.json: what makes a folder an archive. Source: docs/formats/archive.md.
namespace keepsake::model {

inline constexpr int kFormatVersion = 1;  ///< what this program reads and writes
inline constexpr std::size_t kLargestManifestBytes = 64UL << 10U;

struct Manifest {
    int version = kFormatVersion;  ///< the format that wrote it
    int reads = kFormatVersion;    ///< the oldest reader's; at most `version`
    ArchiveId archive;
    friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// One line of JSON with its LF.
std::string to_text(const Manifest& manifest);
/// Fields that it does not know are passed over. Errors: corrupt with the field's name; limit.
Result<Manifest> parse_manifest(std::string_view text);

enum class Access : std::uint8_t { read_write, read_only };
/// What this program may do with the archive. Errors: unsupported, with words for the person.
Result<Access> access_of(const Manifest& manifest);

}  // namespace keepsake::model
