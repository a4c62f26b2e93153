#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How text stands on a terminal.
namespace keepsake::cli {

/// Columns that UTF-8 text takes: 0 for combining marks, 2 for wide characters.
/// Source: Unicode Standard Annex 11, by ranges.
std::size_t display_width(std::string_view text);

/// At most `columns` wide, ending in "…" where something was left out.
std::string truncated(std::string_view text, std::size_t columns);
/// Filled up with spaces to `columns`.
std::string padded(std::string_view text, std::size_t columns);

/// "2,577"
std::string grouped(std::uint64_t number);
/// "1 file", "2,577 files"
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural);

/// printable() with line ends kept, for words of several lines; other white space becomes a space.
std::string printable_lines(std::string_view text);
/// All on one line: line ends and tabs become spaces.
std::string printable_line(std::string_view text);

/// Numbered words in four columns, read downward, as they stand on the printed kit.
/// Words are separated by '-'.
std::string numbered_words(std::string_view words);

}  // namespace keepsake::cli
