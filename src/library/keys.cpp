#include "library/keys.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/authority.h"
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

// Who may open the archive, and what was ended: as the copy tells it, and, where epochs are to be
// joined, as those beside tell it.
struct Standing {
    std::vector<catalog::WayRecord> open;
    std::set<model::FileHash> revoked;  // every key file that was ended
    std::set<model::FileHash> named;    // every key file of a way in that is told of
};

// A way that both sides know has the key files of both. What it is itself never changes; who says
// otherwise is not believed.
void take_in(const archive::Opening& beside, std::map<model::WayId, catalog::WayRecord>& ways,
             std::set<model::FileHash>& revoked) {
    revoked.insert(beside.revoked.begin(), beside.revoked.end());
    for (const auto& [id, told] : beside.ways) {
        const auto [at, is_new] =
            ways.try_emplace(id, catalog::WayRecord{told.way, told.clock, false, std::nullopt});
        auto& files = at->second.way.files;
        if (is_new || at->second.way.recipient != told.way.recipient) continue;
        for (const auto& file : told.way.files)
            if (std::ranges::find(files, file) == files.end()) files.push_back(file);
    }
}

// A way ends by a word of its own, or because a key file of it was revoked; then all its key files
// are, but those that a way which stays open names as well.
Result<Standing> standing(Library& library, Library::Joining joining) {
    const auto& authority = library.authority();
    TRY_LET(auto records, known_ways(library.catalog(), authority));
    std::map<model::WayId, catalog::WayRecord> ways;
    for (auto& record : records) ways.emplace(record.way.way, std::move(record));
    Standing found;
    found.revoked = authority.revoked_files();
    if (joining == Library::Joining::side_epochs)
        for (const auto& root : authority.side_ends())
            if (const auto* beside = authority.opening_of(root))
                take_in(*beside, ways, found.revoked);
    std::set<model::FileHash> ended;
    std::set<model::FileHash> open;
    for (auto& [id, record] : ways) {
        const auto& files = record.way.files;
        found.named.insert(files.begin(), files.end());
        const bool is_ended =
            record.revoked || std::ranges::any_of(files, [&](const model::FileHash& file) {
                return found.revoked.contains(file);
            });
        (is_ended ? ended : open).insert(files.begin(), files.end());
        if (!is_ended) found.open.push_back(std::move(record));
    }
    for (const auto& file : ended)
        if (!open.contains(file)) found.revoked.insert(file);
    return found;
}

std::vector<WayInfo> infos_of(const Library& library,
                              const std::vector<catalog::WayRecord>& records) {
    const auto opened = library.opened_by();
    std::vector<WayInfo> infos;
    for (const auto& record : records) {
        const auto milliseconds = record.since.milliseconds;
        WayInfo info{record.way.way,       record.way.kind,          record.way.name,
                     record.way.recipient, {milliseconds / 1000, 0}, false};
        info.opened_now =
            opened && std::ranges::find(record.way.files, *opened) != record.way.files.end();
        infos.push_back(std::move(info));
    }
    return infos;
}

bool names_one_of(const std::vector<catalog::WayRecord>& ways,
                  const std::vector<model::FileHash>& files) {
    return std::ranges::any_of(ways, [&](const catalog::WayRecord& record) {
        return std::ranges::any_of(record.way.files, [&](const model::FileHash& file) {
            return std::ranges::find(files, file) != files.end();
        });
    });
}

Error not_up_to_date(std::string_view what, std::string_view or_else) {
    return {ErrorCode::read_only, std::string(what) +
                                      " Bring the copy up to date from another one (cp -rn)" +
                                      std::string(or_else)};
}

// A new epoch is for the ways in that are known. A copy that lacks the segments which tell of them
// begins none: it would shut people out, let in again who was ended, and where it does not know of
// the way in that opened it, shut out everybody. What a key change that was cut off left behind
// stands in no way, as long as nothing is known to lack.
Result<> expect_ways_are_known(Library& library, const Standing& now) {
    const auto& opened = library.opened_files();
    const auto& authority = library.authority();
    if (!authority.is_undecided() && !authority.knows_newest_opening())
        return not_up_to_date("This copy lacks the word that tells who may open it.", ".");
    if (now.open.empty() || (!opened.empty() && !names_one_of(now.open, opened)))
        return not_up_to_date(
            "This copy does not tell of the way in that you opened it with, and a change of keys "
            "would end it.",
            ". If there is none, add a way in (`keepsake key add`), and open with that.");
    TRY_LET(const auto gaps, library.gaps());
    if (gaps.empty()) return {};
    TRY_LET(const auto keys,
            archive::read_key_files(library.environment().files, library.copy().path));
    for (const auto& key : keys.whole) {
        if (now.named.contains(key.file) || now.revoked.contains(key.file) ||
            std::ranges::find(opened, key.file) != opened.end())
            continue;
        return not_up_to_date(
            "This copy lacks changes that other copies have, and does not tell whose key file "
            "keys/" +
                key.file.hex() + ".age is; a change of keys would shut them out.",
            ", or remove that file if it is nobody's.");
    }
    return {};
}

// More would make a folder of key files that nobody reads.
Result<> expect_room(Library& library, std::size_t ways) {
    if (ways > model::kMostWays)
        return Error(ErrorCode::limit, "An archive has at most 256 ways in.");
    TRY_LET(const auto keys,
            archive::read_key_files(library.environment().files, library.copy().path));
    if (keys.whole.size() + keys.damaged.size() + ways > archive::kMostKeyFiles)
        return Error(ErrorCode::limit,
                     "There would be more than 1,000 files in keys/. Those that `keepsake check` "
                     "names as nobody's can be removed.");
    return {};
}

// What a key file is to hold: the epochs that lead to the newest, and those that are joined.
// Whatever else key files tell of may be anybody's who was a keeper.
archive::IdentityFile identity_to_hand_on(const Library& library, Library::Joining joining) {
    auto roots = library.authority().roots_to_hand_on();
    if (joining == Library::Joining::side_epochs)
        for (const auto& root : library.authority().side_ends())
            roots.insert(roots.begin() + 1, root);
    return library.identity().with_epochs_of(roots);
}

// What a new epoch changes.
struct Change {
    Library::Joining joining = Library::Joining::none;
    std::optional<model::WayId> ended;
    std::function<Result<model::Way>(const archive::IdentityFile&)> added;  // may be empty
};

struct NewWays {
    std::vector<model::EntryBody> entries;  // those that remain or are new, and what was ended
    std::set<model::FileHash> revoked;
};

// The key files of the new epoch. A recipient that was let in twice is ended as a whole; a key file
// that a way which remains names as well is not.
Result<NewWays> write_ways(Library& library, const archive::IdentityFile& identity, Standing now,
                           const Change& change) {
    auto& source = library.environment().random;
    std::optional<std::string> ended_recipient;
    for (const auto& record : now.open)
        if (record.way.way == change.ended) ended_recipient = record.way.recipient;
    NewWays made{{}, std::move(now.revoked)};
    std::set<model::FileHash> remaining;
    for (auto& record : now.open) {
        if (ended_recipient && record.way.recipient == *ended_recipient) {
            made.revoked.insert(record.way.files.begin(), record.way.files.end());
            made.entries.emplace_back(model::Revoke{record.way.way});
            continue;
        }
        TRY(write_further_file(library.staging(), identity, record.way, source));
        remaining.insert(record.way.files.begin(), record.way.files.end());
        made.entries.emplace_back(record.way);
    }
    if (change.added) {
        TRY_LET(auto way, change.added(identity));
        made.entries.emplace_back(std::move(way));
    }
    for (const auto& file : remaining) made.revoked.erase(file);
    return made;
}

// The order: key files of the new epoch first, durable; then the epoch's entry, which tells in one
// segment who remains and who goes; then the old files go. Whatever is cut off in between, every
// way in that is to remain opens and is known, and none is lost.
Result<> new_epoch(Library& library, Change change) {
    TRY(library.settle_doubts());
    // Where nothing stands beside, it is an epoch like any other, and held to the same.
    if (library.authority().side_ends().empty()) change.joining = Library::Joining::none;
    TRY(library.may_open_epoch(change.joining));
    TRY_LET(auto now, standing(library, change.joining));
    TRY(expect_ways_are_known(library, now));
    TRY(expect_room(library, now.open.size() + (change.added ? 1 : 0) - (change.ended ? 1 : 0)));
    auto& source = library.environment().random;
    auto identity = identity_to_hand_on(library, change.joining);
    archive::EpochKeys keys{library.current_epoch().number + 1,
                            crypto::SigningKey::generate(source),
                            crypto::AgeIdentity::generate(source)};
    identity.epochs.insert(identity.epochs.begin(), keys.clone());
    TRY_LET(auto ways, write_ways(library, identity, std::move(now), change));
    const std::vector revoked(ways.revoked.begin(), ways.revoked.end());
    if (revoked.size() > model::kMostListed)
        return Error(ErrorCode::limit, "More than 10,000 key files were ended.");
    TRY(library.open_epoch(std::move(keys), revoked, std::move(ways.entries), change.joining));
    for (const auto& file : revoked)
        TRY(archive::erase_key_file(library.environment().files, library.copy().path, file));
    return {};
}

// Half of what there may be: two copies that add without knowing of each other stay within it.
Result<> expect_room_for_another(Library& library) {
    TRY(library.may_write());
    TRY_LET(const auto now, standing(library, Library::Joining::none));
    if (now.open.size() >= model::kMostWays / 2)
        return Error(ErrorCode::limit, "There are 128 ways in. Remove one before you add another.");
    return expect_room(library, 1);
}

Result<> add_way(Library& library, const Result<model::Way>& way) {
    if (!way) return way.error();
    return library.commit({*way});
}

}  // namespace

Result<std::vector<WayInfo>> list_ways(Library& library) {
    TRY_LET(const auto now, standing(library, Library::Joining::none));
    return infos_of(library, now.open);
}

Result<std::vector<WayInfo>> list_joined_ways(Library& library) {
    TRY(library.settle_doubts());
    TRY_LET(const auto joined, standing(library, Library::Joining::side_epochs));
    return infos_of(library, joined.open);
}

Result<model::WayId> find_way(Library& library, std::string_view typed) {
    TRY_LET(const auto now, standing(library, Library::Joining::none));
    std::vector<model::WayId> found;
    for (const auto& record : now.open) {
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
    TRY(expect_room_for_another(library));
    return add_way(library, write_secret_way(library.staging(),
                                             identity_to_hand_on(library, Library::Joining::none),
                                             model::WayKind::passphrase, name, passphrase,
                                             library.environment().random));
}

Result<crypto::Secret> add_recovery_key(Library& library, std::string_view name) {
    TRY(check_name(name));
    TRY(expect_room_for_another(library));
    auto words = crypto::new_recovery_words(library.environment().random);
    TRY(add_way(
        library,
        write_secret_way(library.staging(), identity_to_hand_on(library, Library::Joining::none),
                         model::WayKind::recovery, name, words, library.environment().random)));
    return words;
}

Result<> add_recipient(Library& library, std::string_view name,
                       const crypto::AgeRecipient& recipient) {
    TRY(check_name(name));
    TRY(expect_room_for_another(library));
    return add_way(
        library,
        write_recipient_way(library.staging(), identity_to_hand_on(library, Library::Joining::none),
                            name, recipient, library.environment().random));
}

Result<> remove_way(Library& library, const model::WayId& way) {
    TRY_LET(const auto now, standing(library, Library::Joining::none));
    TRY(expect_ways_are_known(library, now));
    const auto& ways = now.open;
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
    TRY_LET(const auto now, standing(library, Library::Joining::none));
    TRY(expect_ways_are_known(library, now));
    const auto ways = infos_of(library, now.open);
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
