#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/secret.h"
#include "library/library.h"
#include "model/ids.h"

/// Ways in: passphrases, recovery keys, other people's age recipients.
namespace keepsake::library {

struct WayInfo {
    model::WayId way;
    model::WayKind kind = model::WayKind::passphrase;
    std::string name;
    std::string recipient;  ///< shown for other people's recipients
    Instant since;
    bool opened_now = false;  ///< the one that opened this library
};

/// Those that open it now.
Result<std::vector<WayInfo>> list_ways(Library& library);
/// Those that would open it once the epochs that stand side by side were joined.
Result<std::vector<WayInfo>> list_joined_ways(Library& library);
/// The way meant by its name, its number's first digits or its recipient.
Result<model::WayId> find_way(Library& library, std::string_view typed);

Result<> add_passphrase(Library& library, std::string_view name, const crypto::Secret& passphrase);
/// Gives the 12 words.
Result<crypto::Secret> add_recovery_key(Library& library, std::string_view name);
Result<> add_recipient(Library& library, std::string_view name,
                       const crypto::AgeRecipient& recipient);

/// Ends a way in and opens a new epoch for those that remain. Errors: invalid for the last one.
Result<> remove_way(Library& library, const model::WayId& way);
/// Another passphrase in place of one (of the one that opened, if none is named): a new epoch.
Result<> change_passphrase(Library& library, const std::optional<model::WayId>& way,
                           const crypto::Secret& passphrase);
/// A new epoch for all ways that remain. `reseal`: every original is encrypted anew and the old
/// objects go.
/// `joining`: also makes one of epochs that were opened at once on two copies, for the ways in of
/// either that neither ended. Whoever was a keeper can put such an epoch there; so a person looks
/// at list_joined_ways first. Where none stands beside, it is a new epoch like any other.
Result<> rotate(Library& library, Library::Joining joining, bool reseal, Listener& listener);

}  // namespace keepsake::library
