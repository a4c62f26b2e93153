#include "library/keys.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "crypto/recovery_words.h"
#include "crypto/secret.h"
#include "crypto/signing.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/reseal.h"
#include "library/ways.h"
#include "model/entry.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kLargestNameBytes = 256;

Result<> check_name(std::string_view name) {
    if (name.empty() || name.size() > kLargestNameBytes || !is_utf8(name) ||
        printable(name) != name)
        return Error(ErrorCode::invalid, "The name of a way in is a short line of text.");
    return {};
}

// A way ends by a word of its own, or because a key file of it was revoked: also by an epoch that
// was opened beside this one, before which it had other files than it has now.
bool is_open(const catalog::WayRecord& record, const std::set<model::FileHash>& revoked) {
    const auto is_revoked = [&](const model::FileHash& file) { return revoked.contains(file); };
    return !record.revoked && std::ranges::none_of(record.way.files, is_revoked);
}

Result<std::vector<catalog::WayRecord>> open_ways(Library& library) {
    TRY_LET(auto ways, known_ways(library.catalog(), library.authority()));
    auto revoked = library.authority().revoked_files();
    revoked.merge(library.authority().files_revoked_beside());
    std::erase_if(ways,
                  [&](const catalog::WayRecord& record) { return !is_open(record, revoked); });
    return ways;
}

bool names_one_of(const std::vector<catalog::WayRecord>& ways,
                  const std::vector<model::FileHash>& files) {
    return std::ranges::any_of(ways, [&](const catalog::WayRecord& record) {
        return std::ranges::any_of(record.way.files, [&](const model::FileHash& file) {
            return std::ranges::find(files, file) != files.end();
        });
    });
}

// Key files that stand here and belong to no way in that this copy tells of; but those that opened.
Result<std::vector<model::FileHash>> unnamed_files(Library& library) {
    TRY_LET(const auto ways, known_ways(library.catalog(), library.authority()));
    TRY_LET(const auto keys,
            archive::read_key_files(library.environment().files, library.copy().path));
    std::set<model::FileHash> unnamed;
    for (const auto& key : keys.whole) unnamed.insert(key.file);
    for (const auto& record : ways)
        for (const auto& file : record.way.files) unnamed.erase(file);
    for (const auto& file : library.authority().files_told()) unnamed.erase(file);
    for (const auto& file : library.authority().revoked_files()) unnamed.erase(file);
    for (const auto& file : library.opened_files()) unnamed.erase(file);
    return std::vector(unnamed.begin(), unnamed.end());
}

// A new epoch is for the ways in that are known. A copy that lacks the segments which tell of them
// begins none: it would shut people out, and where it does not know of the way in that opened it,
// everybody. What a key change that was cut off left behind stands in no way, as long as nothing
// is known to lack.
Result<> expect_ways_are_known(Library& library, Library::Joining joining) {
    TRY_LET(const auto ways, open_ways(library));
    const auto& opened = library.opened_files();
    if (ways.empty() || (!opened.empty() && !names_one_of(ways, opened)))
        return Error(ErrorCode::read_only,
                     "This copy does not tell of the way in that you opened it with, and a change "
                     "of keys would end it. Bring the copy up to date from another one (cp -rn). "
                     "If there is none, add a way in (`keepsake key add`), and open with that.");
    // Of epochs that stand side by side each has key files that the other does not tell of.
    if (joining == Library::Joining::side_epochs) return {};
    TRY_LET(const auto gaps, library.gaps());
    if (gaps.empty()) return {};
    TRY_LET(const auto unnamed, unnamed_files(library));
    if (unnamed.empty()) return {};
    return Error(ErrorCode::read_only,
                 "This copy lacks changes that other copies have, and does not tell whose key file "
                 "keys/" +
                     unnamed.front().hex() +
                     ".age is; a change of keys would shut them out. Bring the copy up to date "
                     "from another one (cp -rn), or remove that file if it is nobody's.");
}

// What a new epoch changes.
struct Change {
    Library::Joining joining = Library::Joining::none;
    std::optional<model::WayId> ended;
    std::function<Result<model::Way>(const archive::IdentityFile&)> added;  // may be empty
};

// The order: key files of the new epoch first, durable; then the epoch's entry, which tells in one
// segment who remains and who goes; then the old files go. Whatever is cut off in between, every
// way in that is to remain opens and is known, and none is lost.
Result<> new_epoch(Library& library, const Change& change) {
    if (change.joining == Library::Joining::none) TRY(library.may_write());
    TRY(library.settle_doubts());
    TRY(expect_ways_are_known(library, change.joining));
    TRY_LET(auto ways, open_ways(library));
    auto& source = library.environment().random;
    auto identity = library.identity().clone();
    archive::EpochKeys keys{library.current_epoch().number + 1,
                            crypto::SigningKey::generate(source),
                            crypto::AgeIdentity::generate(source)};
    identity.epochs.insert(identity.epochs.begin(), keys.clone());

    // A recipient that was let in twice is ended as a whole.
    std::optional<std::string> ended_recipient;
    for (const auto& record : ways)
        if (record.way.way == change.ended) ended_recipient = record.way.recipient;
    std::vector<model::EntryBody> entries;
    std::vector<model::FileHash> revoked;
    for (auto& record : ways) {
        if (ended_recipient && record.way.recipient == *ended_recipient) {
            revoked.insert(revoked.end(), record.way.files.begin(), record.way.files.end());
            entries.emplace_back(model::Revoke{record.way.way});
            continue;
        }
        TRY(write_further_file(library.staging(), identity, record.way, source));
        entries.emplace_back(record.way);
    }
    if (change.added) {
        TRY_LET(auto way, change.added(identity));
        entries.emplace_back(std::move(way));
    }
    TRY(library.open_epoch(std::move(keys), revoked, std::move(entries), change.joining));
    for (const auto& file : revoked)
        TRY(archive::erase_key_file(library.environment().files, library.copy().path, file));
    return {};
}

Result<> add_way(Library& library, const Result<model::Way>& way) {
    if (!way) return way.error();
    return library.commit({*way});
}

}  // namespace

Result<std::vector<WayInfo>> list_ways(Library& library) {
    TRY_LET(const auto ways, open_ways(library));
    const auto opened = library.opened_by();
    std::vector<WayInfo> infos;
    for (const auto& record : ways) {
        const auto milliseconds = record.since.milliseconds;
        WayInfo info{record.way.way,       record.way.kind,          record.way.name,
                     record.way.recipient, {milliseconds / 1000, 0}, false};
        info.opened_now =
            opened && std::ranges::find(record.way.files, *opened) != record.way.files.end();
        infos.push_back(std::move(info));
    }
    return infos;
}

Result<model::WayId> find_way(Library& library, std::string_view typed) {
    TRY_LET(const auto ways, open_ways(library));
    std::vector<model::WayId> found;
    for (const auto& record : ways) {
        const bool by_number =
            typed.size() >= kShortestPrefix && record.way.way.hex().starts_with(typed);
        if (record.way.name == typed || record.way.recipient == typed || by_number)
            found.push_back(record.way.way);
    }
    if (found.size() == 1) return found.front();
    if (found.size() > 1)
        return Error(ErrorCode::invalid, "Several ways in are called " + printable(typed) +
                                             "; use a number of `keepsake key list`.");
    return Error(ErrorCode::not_found,
                 "There is no way in called " + printable(typed) + "; see `keepsake key list`.");
}

Result<> add_passphrase(Library& library, std::string_view name, const crypto::Secret& passphrase) {
    TRY(check_name(name));
    TRY(library.may_write());
    return add_way(
        library, write_secret_way(library.staging(), library.identity(), model::WayKind::passphrase,
                                  name, passphrase, library.environment().random));
}

Result<crypto::Secret> add_recovery_key(Library& library, std::string_view name) {
    TRY(check_name(name));
    TRY(library.may_write());
    auto words = crypto::new_recovery_words(library.environment().random);
    TRY(add_way(library,
                write_secret_way(library.staging(), library.identity(), model::WayKind::recovery,
                                 name, words, library.environment().random)));
    return words;
}

Result<> add_recipient(Library& library, std::string_view name,
                       const crypto::AgeRecipient& recipient) {
    TRY(check_name(name));
    TRY(library.may_write());
    return add_way(library, write_recipient_way(library.staging(), library.identity(), name,
                                                recipient, library.environment().random));
}

Result<> remove_way(Library& library, const model::WayId& way) {
    TRY(expect_ways_are_known(library, Library::Joining::none));
    TRY_LET(const auto ways, open_ways(library));
    const auto meant =
        std::ranges::find(ways, way, [](const auto& record) { return record.way.way; });
    const bool others = meant != ways.end() && std::ranges::any_of(ways, [&](const auto& record) {
                            return record.way.recipient != meant->way.recipient;
                        });
    if (!others)
        return Error(ErrorCode::invalid,
                     "This is the only way in. Add another one before you remove it.");
    return new_epoch(library, {Library::Joining::none, way, {}});
}

Result<> change_passphrase(Library& library, const std::optional<model::WayId>& way,
                           const crypto::Secret& passphrase) {
    TRY(expect_ways_are_known(library, Library::Joining::none));
    TRY_LET(const auto ways, list_ways(library));
    const auto meant = std::ranges::find_if(ways, [&](const WayInfo& info) {
        return way ? info.way == *way : info.opened_now && info.kind == model::WayKind::passphrase;
    });
    if (meant == ways.end() || meant->kind != model::WayKind::passphrase)
        return Error(ErrorCode::invalid,
                     "Say which passphrase to change; see `keepsake key list`.");
    const auto add = [&, name = meant->name](const archive::IdentityFile& identity) {
        return write_secret_way(library.staging(), identity, model::WayKind::passphrase, name,
                                passphrase, library.environment().random);
    };
    return new_epoch(library, {Library::Joining::none, meant->way, add});
}

Result<> rotate(Library& library, Library::Joining joining, bool reseal, Listener& listener) {
    TRY(new_epoch(library, {joining, {}, {}}));
    return reseal ? reseal_everything(library, listener) : Result<>();
}

}  // namespace keepsake::library
