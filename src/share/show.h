#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/ids.h"
#include "share/guest_page.h"
#include "share/record.h"

/// Showing: a share is made, and where it was put is told to the journal.
namespace keepsake::share {

/// Whom something is shown to, what, and how. Texts are UTF-8.
struct Wish {
    std::string to;
    std::optional<std::string> from;  ///< none: the archive's only keeper, if it names one
    std::string language = "en";
    bool save = true;
    std::vector<model::ItemId> items;       ///< or
    std::optional<model::MomentId> moment;  ///< all of it, or
    bool story_alone = false;               ///< its story, with the items that this shows
    std::optional<std::string>
        cover;  ///< a line before all of it; "": says only that it is covered
    std::optional<std::string> until;  ///< "2027-06-30", a day that has not passed
    std::optional<crypto::Secret> passphrase;
    std::optional<std::string> hint;
    bool originals = false;
    bool places = false;
};

/// Where it goes.
struct Target {
    As as = As::folder;
    std::string path = {};  ///< of a folder or file
    std::string at = {};    ///< the folder's URL, or the listener's, if it is known
    bool with_key = false;  ///< of a file: the link's words stand in it
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

}  // namespace keepsake::share
