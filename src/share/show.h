#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "library/environment.h"
#include "library/library.h"
#include "share/guest_page.h"
#include "share/record.h"
#include "share/wish.h"

/// Showing: a share is made, and where it was put is told to the journal.
namespace keepsake::share {

/// Where it goes.
struct Target {
    As as = As::folder;
    std::string path = {};  ///< of a folder or file; of a download where it waits for that
    std::string at = {};    ///< the folder's URL, or the listener's, if it is known
    bool with_key = false;  ///< of a file: the link's words stand in it
    std::string name = {};  ///< of a download: as it is saved
};

struct Report {
    Record record;
    std::string link;
    std::uint64_t items = 0;
    std::uint64_t bytes = 0;
    std::uint64_t missing = 0;     ///< items that could not be copied, named by Listener::problem
    std::uint64_t left_out = 0;    ///< originals that stay here, as they tell places or names
    std::uint64_t unplayable = 0;  ///< films and recordings that go along without their sound
};

/// Makes the share. What stands at the target is whole, or nothing does; the journal tells of it
/// before it is seen. Progress and what goes wrong are told to `listener`. Errors: invalid for a
/// wish that makes no sense; not_found; exists where the target is taken; unsupported without a
/// guest page; limit; cancelled; those of reading and writing.
Result<Report> show(library::Library& library, const Wish& wish, const Target& target,
                    const GuestPage& page, library::Listener& listener);

/// Makes one page at `path` as show() does, to see it as they will: it is no share, the journal is
/// told nothing of it, and its link's words are given for it alone. Errors: as show().
Result<std::string> prepare_page(library::Library& library, const Wish& wish,
                                 const std::string& path, const GuestPage& page,
                                 library::Listener& listener);

}  // namespace keepsake::share
