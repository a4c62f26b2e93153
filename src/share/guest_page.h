#pragma once

#include <map>
#include <string>
#include <string_view>

namespace keepsake::share {

/// The guest page as it was built into the program (web/guest). Thread safety: immutable.
class GuestPage {
  public:
    /// What is built in.
    GuestPage();
    /// For tests.
    explicit GuestPage(std::map<std::string, std::string, std::less<>> files)
        : files_(std::move(files)) {}
    /// Whether this program was built with one.
    bool is_there() const { return !one_file().empty(); }
    /// What stands beside the .age files of a folder.
    std::map<std::string, std::string, std::less<>> of_folder() const;
    /// The page that holds everything in itself.
    std::string_view one_file() const;
    /// The page of a ZIP.
    std::string_view zip() const;

  private:
    std::string_view text_of(std::string_view name) const;
    std::map<std::string, std::string, std::less<>> files_;
};

}  // namespace keepsake::share
