#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/age_keys.h"

/// An archive of about everything that there is, small enough to be damaged byte by byte: two
/// computers' journals, two epochs, a rollup, long words, a moment, a cover, something let go, an
/// empty original and one of more than one chunk.
namespace keepsake::testing {

/// A file system as it stood at one moment: folders ("/a/", parents first) and files.
struct Moment {
    std::vector<std::string> folders;
    std::map<std::string, Bytes> files;
};

struct SmallArchive {
    static constexpr const char* kPath = "/disk/archive";
    static constexpr const char* kHomeState = "/home/state";   ///< of the first computer
    static constexpr const char* kFreshState = "/home/fresh";  ///< of one that was never here
    static constexpr const char* kOut = "/home/out";

    Moment now;
    Moment before;  ///< the same archive some changes ago, before its keys were changed
    std::map<std::string, Bytes> originals;  ///< what is given back, by path below the folder
    std::map<std::string, Bytes> let_go;     ///< what is not, while it is known that it was let go
    /// Object files by the original that they hold; "words" and "let go" for the others.
    std::map<std::string, std::string> objects;
    std::string owner;  ///< the text of the identity that opens it

    /// The archive's files, relative to it, in order.
    std::vector<std::string> files() const;
};

/// Made once in a process, the same every time.
const SmallArchive& small_archive();

}  // namespace keepsake::testing
