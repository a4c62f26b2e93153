#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "histories/journal_pages.h"
#include "model/ids.h"

namespace keepsake::testing {

/// What stands in one copy, found out by looking at its files alone.
struct CopyContents {
    std::map<std::string, Bytes> files;  ///< by path below the copy
    std::set<std::string> torn;          ///< of these, what is not what its name says
    std::set<model::TextHash> pages;     ///< whole, in the journal or its mirror
    std::set<model::ObjectId> objects;   ///< whole
    std::set<model::FileHash> keys;      ///< whole, in keys/ or its mirror
    bool has_manifest = false;
};

/// The segments in it that these keys open: a copy may lack the key file of an epoch and the
/// segment that opened it, and hold what was written later.
std::set<model::TextHash> opened_by(const archive::IdentityFile& identity,
                                    const CopyContents& contents);

/// Looks at copies; files that it has seen before are not hashed again.
class CopyReader {
  public:
    /// `all`: every file of the file system. Journal files are opened by `pages`.
    CopyContents read(const std::map<std::string, Bytes>& all, const std::string& copy,
                      JournalPages& pages);
    /// An archive's files as it began: the plain ones stay so.
    std::map<std::string, Bytes> plain;

  private:
    bool is_whole(const std::string& name, const Bytes& bytes);
    std::map<std::pair<std::string, std::size_t>, bool> known_;
};

}  // namespace keepsake::testing
