#include "archive/key_store.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/identity_file.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

constexpr std::string_view kWrongPassphrase = "That passphrase does not open this archive.";
constexpr int kMostCostly = 4;  // files past the usual stretching that are tried
constexpr std::string_view kWrongIdentity = "That identity does not open this archive.";

// Takes in the key files of one folder; a folder that is not there adds nothing and says so.
Result<bool> read_folder(os::FileSystem& files, const std::string& archive_path,
                         const std::string& relative, std::map<model::FileHash, KeyFile>& whole,
                         std::vector<std::string>& damaged) {
    auto entries = files.list(os::join_path(archive_path, relative));
    if (!entries) {
        if (entries.error().code() == ErrorCode::not_found) return false;
        return std::move(entries).error().with(relative);
    }
    if (entries->size() > kMostKeyFiles)
        return Error(ErrorCode::limit, relative + " holds more than 1,000 files");
    std::ranges::sort(*entries, {}, &os::DirectoryEntry::name);
    std::size_t held_bytes = 0;
    for (const auto& entry : *entries) {
        const auto path = os::join_path(relative, entry.name);
        const auto name = hash_of_name(entry.name);
        if (!name) continue;  // something else that somebody put there
        if (entry.kind != os::FileKind::regular) {
            damaged.push_back(path);
            continue;
        }
        auto bytes =
            os::read_file(files, os::join_path(archive_path, path), kLargestIdentityFileBytes);
        auto header = bytes && crypto::sha256(*bytes) == name->bytes
                          ? crypto::parse_age_header(*bytes)
                          : Result<crypto::AgeHeader>(Error(ErrorCode::corrupt, "damaged"));
        held_bytes += header ? bytes->size() : 0;
        if (held_bytes > kLargestKeysBytes)
            return Error(ErrorCode::limit, relative + " holds more than 64 MiB");
        if (header)
            whole.insert_or_assign(*name, KeyFile{*name, std::move(*bytes), std::move(*header)});
        else
            damaged.push_back(path);
    }
    return true;
}

// Passphrases, then recovery keys, then what costs more than either: anybody may have put that
// there.
int rank_of(const KeyFile& key) {
    const auto log_n = key.header.scrypt_log_n();
    if (!log_n) return 1000;
    return *log_n == crypto::kScryptLogN ? 0 : *log_n == kRecoveryLogN ? 1 : 2 + *log_n;
}

using Unwrap = std::function<Result<crypto::Secret>(const crypto::AgeHeader&)>;

// Opens one key file; nothing if the way in does not fit it.
Result<std::optional<IdentityFile>> open_one(const KeyFile& key, const Unwrap& unwrap) {
    auto text = crypto::age_open(key.sealed, unwrap);
    if (!text) {
        if (text.error().code() == ErrorCode::wrong_key) return std::optional<IdentityFile>{};
        return std::move(text).error().with("key file " + key.file.hex());
    }
    TRY_LET(auto identity, IdentityFile::parse(text->text()));
    return std::optional(std::move(identity));
}

// Tries the key files for recipients with what is known, and with the person's own identities,
// until nothing new opens.
Result<Unlocked> close_over(const KeyFiles& keys, Unlocked unlocked,
                            std::span<const crypto::AgeIdentity> own) {
    std::set<model::FileHash> opened(unlocked.opened.begin(), unlocked.opened.end());
    for (bool found = true; found;) {
        found = false;
        auto identities = unlocked.identity.identities();
        for (const auto& identity : own) identities.push_back(identity.clone());
        for (const auto& key : keys.whole) {
            if (key.header.is_scrypt() || opened.contains(key.file)) continue;
            auto identity = open_one(key, [&](const crypto::AgeHeader& header) {
                return crypto::unwrap_with_identities(header, identities);
            });
            if (!identity || !*identity) continue;  // another's, or not a key file of this archive
            if (!unlocked.identity.merge(std::move(**identity))) continue;
            opened.insert(key.file);
            unlocked.opened.push_back(key.file);
            found = true;
        }
    }
    return unlocked;
}

Result<Unlocked> unlock_first(const KeyFiles& keys, bool scrypt, const Unwrap& unwrap,
                              const std::function<void()>& trying, std::string_view wrong,
                              std::span<const crypto::AgeIdentity> own) {
    std::optional<Error> problem;
    int costly = 0;
    for (const auto& key : keys.whole) {
        if (key.header.is_scrypt() != scrypt) continue;
        if (key.header.scrypt_log_n().value_or(0) > crypto::kScryptLogN && ++costly > kMostCostly)
            continue;
        trying();
        auto identity = open_one(key, unwrap);
        if (!identity) {
            problem = std::move(identity).error();
            continue;
        }
        if (*identity) return close_over(keys, Unlocked{std::move(**identity), {key.file}}, own);
    }
    if (problem) return std::move(*problem);
    if (!keys.damaged.empty())
        return Error(ErrorCode::corrupt,
                     std::string(wrong) + " Key files of it are damaged, though (" +
                         std::to_string(keys.damaged.size()) +
                         "): if you are sure, take the folder keys/ from another copy.");
    return Error(ErrorCode::wrong_key, std::string(wrong));
}

}  // namespace

Result<KeyFiles> read_key_files(os::FileSystem& files, const std::string& archive_path) {
    std::map<model::FileHash, KeyFile> whole;
    KeyFiles keys;
    const std::string main(kKeysName);
    const auto mirror = os::join_path(std::string(kMirrorName), main);
    // The mirror first: what is whole in the main folder then stands for both.
    TRY_LET(const bool has_mirror, read_folder(files, archive_path, mirror, whole, keys.damaged));
    TRY_LET(const bool has_main, read_folder(files, archive_path, main, whole, keys.damaged));
    if (!has_main && !has_mirror)
        return Error(ErrorCode::not_found, "the keys of this archive are not there");
    for (auto& [hash, key] : whole) keys.whole.push_back(std::move(key));
    std::ranges::stable_sort(keys.whole, {}, rank_of);
    return keys;
}

Result<Unlocked> unlock_with_passphrase(const KeyFiles& keys, const crypto::Secret& passphrase,
                                        const std::function<void()>& trying) {
    return unlock_first(keys, true,
                        [&](const crypto::AgeHeader& header) {
                            return crypto::unwrap_with_passphrase(header, passphrase);
                        },
                        trying, kWrongPassphrase, {});
}

Result<Unlocked> unlock_with_identities(const KeyFiles& keys,
                                        std::span<const crypto::AgeIdentity> identities) {
    return unlock_first(
        keys, false,
        [&](const crypto::AgeHeader& header) {
            return crypto::unwrap_with_identities(header, identities);
        },
        [] {}, kWrongIdentity, identities);
}

Result<Unlocked> unlock_with_identity_text(const KeyFiles& keys, std::string_view text) {
    if (auto whole = IdentityFile::parse(text))
        return close_over(keys, Unlocked{std::move(*whole), {}}, {});
    TRY_LET(const auto identities, crypto::parse_identity_file(text));
    if (identities.empty())
        return Error(ErrorCode::invalid, "the identity file holds no AGE-SECRET-KEY-1 line");
    return unlock_with_identities(keys, identities);
}

Bytes seal_for_passphrase(const IdentityFile& identity, const crypto::Secret& passphrase, int log_n,
                          crypto::RandomSource& random) {
    return crypto::age_seal_for_passphrase(identity.to_text().view(), passphrase, random, log_n);
}

Bytes seal_for_recipient(const IdentityFile& identity, const crypto::AgeRecipient& recipient,
                         crypto::RandomSource& random) {
    return crypto::age_seal(identity.to_text().view(), {&recipient, 1}, random);
}

Result<model::FileHash> add_key_file(Staging& staging, ByteView sealed) {
    const model::FileHash file{crypto::sha256(sealed)};
    TRY(staging.publish(sealed, key_path(file)));
    TRY(staging.publish(sealed, os::join_path(std::string(kMirrorName), key_path(file))));
    return file;
}

Result<bool> erase_key_file(os::FileSystem& files, const std::string& archive_path,
                            const model::FileHash& file) {
    bool was_there = false;
    for (const auto& relative :
         {key_path(file), os::join_path(std::string(kMirrorName), key_path(file))}) {
        auto removed = remove_own_file(files, archive_path, relative);
        if (!removed && removed.error().code() == ErrorCode::not_found) continue;
        if (!removed) return std::move(removed).error().with(relative);
        TRY(files.sync_directory(os::parent_of(os::join_path(archive_path, relative))));
        was_there = true;
    }
    return was_there;
}

}  // namespace keepsake::archive
