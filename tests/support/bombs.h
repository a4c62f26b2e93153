#pragma once

#include <string>
#include <vector>

/// Files that are small and ask for much: what a decoder must survive, made anew for each test.
namespace keepsake::testing {

struct Bomb {
    std::string name;   ///< with the ending of what it claims to be
    std::string bytes;  ///< at most 16 MiB
};

/// Pictures that claim more pixels, frames, tiles, directories or text than anybody has room for.
std::vector<Bomb> picture_bombs();
/// Documents, drawings, examinations and films that nest, loop, or lie about their lengths.
std::vector<Bomb> document_bombs();
/// Drawings that refer to `target` (a file or an address) in every way that there is.
std::vector<Bomb> drawings_that_refer_to(const std::string& target);

}  // namespace keepsake::testing
