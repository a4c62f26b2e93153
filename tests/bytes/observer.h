#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "bytes/small_archive.h"

/// What the program says of an archive in whatever state, and what it gives back.
namespace keepsake::testing {

/// One command's words.
struct Said {
    std::optional<std::string> error;   ///< it failed as a whole, with this
    std::vector<std::string> problems;  ///< "name: why", what makes it end with exit code 3 or 4
    std::vector<std::string> notes;
    bool sound = true;  ///< check: what its report says
    /// It ended as if nothing were wrong, and said nothing.
    bool is_silent() const { return !error && problems.empty() && notes.empty() && sound; }
    /// Some line holds the text.
    bool mentions(const std::string& text) const;
    std::string to_text() const;
};

struct Observed {
    Said check_without_key;
    Said check;
    Said list;
    Said get;
    std::set<std::string> listed;         ///< "folder/name" of what was not let go
    std::set<std::string> said_of_items;  ///< their words and covers, those of moments
    std::map<std::string, Bytes> given;   ///< what stands where originals were given back
    std::map<std::string, Bytes> archive_after;
};

/// Runs the four commands one after another, each on an archive opened anew. `state`: whose
/// computer.
Observed observe(const SmallArchive& archive, const Moment& moment, const std::string& state);

/// For very many small changes of one archive, one after another: what of the commands depends on
/// the file that was changed, and no more.
class QuickObserver {
  public:
    explicit QuickObserver(const SmallArchive& archive);
    ~QuickObserver();
    QuickObserver(const QuickObserver&) = delete;
    QuickObserver& operator=(const QuickObserver&) = delete;

    /// Changes one bit of a file, relative to the archive; the same again takes it back.
    void flip(const std::string& path, std::uint64_t bit);
    Said check_without_key();
    /// Gives one original back; "" for what is none. Whatever was given is in `given`.
    Said get(const std::string& original, std::map<std::string, Bytes>& given);
    /// What is told by opening it and asking for what is missing.
    Said open_again();

  private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace keepsake::testing
