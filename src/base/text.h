#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keepsake {

/// Well-formed UTF-8 by RFC 3629 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
/// Each ill-formed byte becomes U+FFFD.
std::string to_utf8_lossy(std::string_view bytes);
/// For a terminal: control characters, bidirectional overrides and ill-formed bytes become U+FFFD,
/// so that no name from outside can move the cursor or forge a line.
std::string printable(std::string_view bytes);
/// "1.2 GB", "300 MB", "14 KB", "12 bytes" (powers of 1000, as disks are sold).
std::string human_bytes(std::uint64_t bytes);
/// "1 file", "14 files".
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);

}  // namespace keepsake
