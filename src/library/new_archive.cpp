#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/authority.h"
#include "archive/copy.h"
#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/random.h"
#include "crypto/recovery_words.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/ways.h"
#include "model/entry.h"
#include "model/manifest.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

// Removes what a failed beginning left, and the folder if it was not there before.
void remove_beginning(os::FileSystem& files, const std::string& path, bool existed) {
    const auto remove_all = [&](const auto& self, const std::string& folder) -> void {
        const auto entries = files.list(folder);
        if (!entries) return;
        for (const auto& entry : *entries) {
            const auto child = os::join_path(folder, entry.name);
            if (entry.kind == os::FileKind::directory) {
                self(self, child);
                static_cast<void>(files.remove_directory(child));
            } else {
                static_cast<void>(files.remove_file(child));
            }
        }
    };
    // First what makes it an archive: cut off here, nothing is left that is one and does not open.
    for (const auto& folder : {path, os::join_path(path, std::string(archive::kMirrorName))})
        if (files.remove_file(os::join_path(folder, std::string(archive::kManifestName))))
            static_cast<void>(files.sync_directory(folder));
    remove_all(remove_all, path);
    if (!existed) static_cast<void>(files.remove_directory(path));
}

class NullListener final : public Listener {
  public:
    void progress(const Progress&) override {}
    void problem(const std::string&, const std::string&) override {}
    void note(const std::string&) override {}
    void unlocking() override {}
};

model::Epoch first_epoch(const archive::IdentityFile& identity) {
    const auto& keys = identity.newest();
    model::Epoch epoch;
    epoch.number = keys.number;
    archive::sign_epoch(identity.archive, keys.root, keys.root, epoch);
    return epoch;
}

// The key files and the journal entries of the first ways in.
Result<std::vector<model::EntryBody>> write_first_ways(archive::Staging& staging,
                                                       const archive::IdentityFile& identity,
                                                       const NewArchive& ways,
                                                       crypto::RandomSource& random,
                                                       std::optional<crypto::Secret>& words) {
    std::vector<model::EntryBody> entries;
    if (ways.passphrase) {
        TRY_LET(auto way, write_secret_way(staging, identity, model::WayKind::passphrase,
                                           "passphrase", *ways.passphrase, random));
        entries.emplace_back(std::move(way));
    }
    if (ways.recipient) {
        TRY_LET(auto way,
                write_recipient_way(staging, identity, "recipient", *ways.recipient, random));
        entries.emplace_back(std::move(way));
    }
    if (ways.recovery_key) {
        words = crypto::new_recovery_words(random);
        TRY_LET(auto way, write_secret_way(staging, identity, model::WayKind::recovery,
                                           "recovery key", *words, random));
        entries.emplace_back(std::move(way));
    }
    return entries;
}

}  // namespace

Result<std::optional<crypto::Secret>> new_archive(const Environment& environment,
                                                  const std::string& path, const NewArchive& ways) {
    auto& files = environment.files;
    const bool existed = files.info_following(path).has_value();
    TRY(archive::make_copy_folders(files, path));
    std::optional<crypto::Secret> words;
    const auto begin = [&]() -> Result<> {
        archive::Unlocked unlocked{archive::IdentityFile::first(environment.random), {}};
        archive::Copy copy{path, {}, model::Access::read_write, false};
        copy.manifest.archive = unlocked.identity.archive;
        const auto plain = archive::plain_files(copy.manifest.archive);
        archive::Staging staging(files, path, environment.random);
        std::vector<model::EntryBody> entries{first_epoch(unlocked.identity)};
        TRY_LET(auto way_entries,
                write_first_ways(staging, unlocked.identity, ways, environment.random, words));
        for (auto& entry : way_entries) entries.push_back(std::move(entry));
        model::Plain named;
        for (const auto& file : plain) named.files.emplace(file.name, file.hash);
        entries.emplace_back(std::move(named));
        NullListener listener;
        TRY_LET(auto library, Library::unlocked(environment, std::move(copy), std::move(unlocked),
                                                listener, nullptr));
        TRY(library.commit(std::move(entries)));
        return archive::write_plain_files(staging, plain);
    };
    if (auto begun = begin(); !begun) {
        remove_beginning(files, path, existed);
        return std::move(begun).error();
    }
    return words;
}

}  // namespace keepsake::library
