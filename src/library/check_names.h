#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "model/ids.h"

/// What the mere names of an archive's files tell, without a key.
namespace keepsake::library {

/// What a file's name says of it.
struct NamedFile {
    model::FileHash hash;
    std::string place;  ///< where it belongs, relative to the archive or to mirror/
};
/// Of a path relative to the archive ("mirror/" before it or not); none if the name is no name of
/// the archive's.
std::optional<NamedFile> read_name(std::string_view relative);

/// "mirror/keys/..." of "keys/...", and back; none for what has no second copy.
std::optional<std::string> second_copy_of(std::string_view relative);

/// The numbers of a series that no file here holds, as (first, last); none past the highest one.
using Numbers = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// The names of the journal's files in both places.
class JournalNames {
  public:
    void add(const archive::JournalFileName& name) { names_.insert(name); }
    /// Files that hold the very bytes of another one under another number or device: (the copy,
    /// what it is a copy of). Of several names the lowest counts.
    std::vector<std::pair<archive::JournalFileName, archive::JournalFileName>> copies() const;
    /// By device; devices that lack nothing are left out.
    std::map<model::DeviceId, Numbers> gaps() const;

  private:
    std::set<archive::JournalFileName> names_;
};

/// "the changes numbered 3, and 5 to 7"
std::string to_text(const Numbers& numbers);

}  // namespace keepsake::library
