#pragma once

#include <string_view>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/staging.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "model/entry.h"

/// Which ways in there are, and writing one: its key file, and the journal entry that is to name
/// it.
namespace keepsake::library {

/// Every way in that the journal tells of, whether it was ended or not: by an entry of its own, or
/// by the opening of an epoch. In order of id.
Result<std::vector<catalog::WayRecord>> known_ways(catalog::Catalog& catalog,
                                                   const archive::Authority& authority);

/// For a passphrase or recovery words, with an X25519 identity of its own for the epochs to come.
/// Durability: the key file survives a crash when it returns; the entry is the caller's to commit.
Result<model::Way> write_secret_way(archive::Staging& staging,
                                    const archive::IdentityFile& identity, model::WayKind kind,
                                    std::string_view name, const crypto::Secret& secret,
                                    crypto::RandomSource& random);
/// For somebody's own recipient.
Result<model::Way> write_recipient_way(archive::Staging& staging,
                                       const archive::IdentityFile& identity, std::string_view name,
                                       const crypto::AgeRecipient& recipient,
                                       crypto::RandomSource& random);
/// A further key file for a way that remains in a new epoch; `way.files` grows by it.
Result<> write_further_file(archive::Staging& staging, const archive::IdentityFile& identity,
                            model::Way& way, crypto::RandomSource& random);

}  // namespace keepsake::library
