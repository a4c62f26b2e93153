#pragma once

#include <string>

/// Files that stay open when the cage closes: what libraries look for by its name while they decode
/// (fonts). The program's own open(), fopen(), stat() and the like stand before the C library's: in
/// the cage they know the held files and say of any other that it is not there, without asking the
/// system, which would end the process.
namespace keepsake::decode {

/// Opens it and holds it. False where it cannot be read. Requires: the cage is open.
bool hold_file(const std::string& path);
/// So that texts can be converted between UTF-8 and this charset: the C library reads a module for
/// it. Any other conversion is refused in the cage. Requires: the cage is open.
void hold_charset(const char* name);
/// From now on no path means anything but a held one. Called once, as soon as the cage is closed.
void know_only_held_files();

}  // namespace keepsake::decode
