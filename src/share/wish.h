#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"
#include "library/told.h"
#include "model/ids.h"

namespace keepsake::share {

/// Whoever looks at a share before it is sent: what is covered from them stays covered there.
struct LookAhead {
    std::optional<model::PersonId> viewer;
    library::Opened opened;
};

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
        cover;                        ///< a line before all of it; "": says only that it is covered
    std::optional<std::string> more;  ///< with that line: what whoever asks is told
    std::optional<std::string> until;  ///< "2027-06-30", a day that has not passed
    std::optional<crypto::Secret> passphrase;
    std::optional<std::string> hint;
    bool originals = false;
    bool places = false;
    std::optional<LookAhead> look_ahead;  ///< none: it is sent
};

/// Whether it makes sense on that day. Errors: invalid, in words for whoever typed it.
Result<> check_wish(const Wish& wish, const std::string& today);
/// "2027-06-30": a day that there is and that has not passed. Errors: invalid.
Result<> check_until(const std::string& until, const std::string& today);

}  // namespace keepsake::share
