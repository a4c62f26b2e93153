#include "library/ways.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "archive/staging.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

model::WayId new_way_id(crypto::RandomSource& random) {
    model::WayId way;
    random.fill(way.bytes);
    return way;
}

// What other ways' identities are is nobody else's business: each key file holds its own alone.
archive::IdentityFile without_ways(const archive::IdentityFile& identity) {
    auto copy = identity.clone();
    copy.ways.clear();
    return copy;
}

}  // namespace

Result<std::vector<catalog::WayRecord>> known_ways(catalog::Catalog& catalog,
                                                   const archive::Authority& authority) {
    TRY_LET(auto records, catalog.ways());
    std::map<model::WayId, catalog::WayRecord> ways;
    for (auto& record : records) ways.emplace(record.way.way, std::move(record));
    for (const auto& [clock, way] : authority.ways_told()) {
        const catalog::WayRecord told{way, clock, false, std::nullopt};
        auto& known = ways.try_emplace(way.way, told).first->second;
        // Of two that were said at once the greater, whichever came first.
        if (std::tie(clock, way) <= std::tie(known.since, known.way)) continue;
        known.way = way;
        known.since = clock;
    }
    records.clear();
    for (auto& [id, record] : ways) records.push_back(std::move(record));
    return records;
}

Result<model::Way> write_secret_way(archive::Staging& staging,
                                    const archive::IdentityFile& identity, model::WayKind kind,
                                    std::string_view name, const crypto::Secret& secret,
                                    crypto::RandomSource& random) {
    model::Way way;
    way.way = new_way_id(random);
    way.kind = kind;
    way.name = std::string(name);
    auto file = without_ways(identity);
    auto own = crypto::AgeIdentity::generate(random);
    way.recipient = own.recipient().to_text();
    file.ways.push_back({way.way, std::move(own)});
    const int log_n =
        kind == model::WayKind::recovery ? archive::kRecoveryLogN : crypto::kScryptLogN;
    const auto sealed = archive::seal_for_passphrase(file, secret, log_n, random);
    TRY_LET(const auto written, archive::add_key_file(staging, sealed));
    way.files.push_back(written);
    return way;
}

Result<model::Way> write_recipient_way(archive::Staging& staging,
                                       const archive::IdentityFile& identity, std::string_view name,
                                       const crypto::AgeRecipient& recipient,
                                       crypto::RandomSource& random) {
    model::Way way;
    way.way = new_way_id(random);
    way.kind = model::WayKind::recipient;
    way.name = std::string(name);
    way.recipient = recipient.to_text();
    TRY(write_further_file(staging, identity, way, random));
    return way;
}

Result<> write_further_file(archive::Staging& staging, const archive::IdentityFile& identity,
                            model::Way& way, crypto::RandomSource& random) {
    TRY_LET(const auto recipient, crypto::AgeRecipient::from_text(way.recipient));
    const auto sealed = archive::seal_for_recipient(without_ways(identity), recipient, random);
    TRY_LET(const auto written, archive::add_key_file(staging, sealed));
    way.files.push_back(written);
    return {};
}

}  // namespace keepsake::library
