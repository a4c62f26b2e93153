#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/small_archive.h"

/// One thing that happened to the small archive, and the line that repeats it.
namespace keepsake::testing {

enum class DamageKind : std::uint8_t {
    flip,      ///< one bit of the byte at `offset`
    empty,     ///< no bytes are left
    cut,       ///< the last byte is gone
    half,      ///< the second half is gone
    grow,      ///< a byte more at the end
    remove,    ///< the file, or the folder with all in it
    twin,      ///< the same bytes also stand under another name that looks right
    swap,      ///< it and the file after it have each other's bytes
    older,     ///< it has the bytes of the file before it
    rollback,  ///< a folder is again as it was some changes ago
};

/// Where what has a second copy in the mirror is damaged.
enum class DamagePlace : std::uint8_t { main, mirror, both };

/// As text "flip both keys/<sha256>.age 17": kind, place, path, offset. In KEEPSAKE_BYTES it is
/// tried alone.
struct Damage {
    DamageKind kind = DamageKind::flip;
    DamagePlace place = DamagePlace::main;
    std::string path;  ///< relative to the archive; "." for all of it
    std::uint64_t offset = 0;

    std::string to_text() const;
    static std::optional<Damage> from_text(std::string_view text);

    /// What it makes of the small archive as it is now.
    Moment done_to(const SmallArchive& archive) const;
    bool is_in(std::string_view folder) const { return path.starts_with(folder); }
    /// keepsake.json, README.txt, open-without-keepsake.sh: their names tell nothing of their
    /// bytes.
    bool is_plain() const { return !path.contains('/') && path.contains('.') && path != "."; }
};

/// All kinds of damage but `flip` to every file, and what can happen to folders.
std::vector<Damage> damage_to_files(const SmallArchive& archive);
std::vector<Damage> damage_to_folders(const SmallArchive& archive);

}  // namespace keepsake::testing
