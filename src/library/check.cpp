#include "library/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/key_store.h"
#include "archive/layout.h"
#include "archive/object_file.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "library/check_files.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kMostNamesTold = 3;

std::string shown(const std::string& folder, const std::string& name) {
    return printable(folder.empty() ? name : folder + "/" + name);
}

// What an item has of a content: the file's name, or that it is words.
std::string name_within(const catalog::ItemRecord& item, const model::ContentId& content) {
    for (const auto& file : item.files)
        if (file.content == content) return shown(file.folder, file.name);
    return "the words of " + (item.files.empty()
                                  ? item.item.hex()
                                  : shown(item.files.front().folder, item.files.front().name));
}

// "src/2020/IMG_1.jpg", "the words of src/IMG_1.jpg": what a content is the original of.
Result<std::string> name_of(Library& library, const model::ContentId& content) {
    for (const bool let_go : {false, true}) {
        std::string name;
        TRY_LET(const auto items, library.catalog().items_of_content(content, let_go));
        for (std::size_t i = 0; i < items.size() && i < kMostNamesTold; ++i) {
            TRY_LET(const auto item, library.catalog().item(items[i]));
            if (item) name += (name.empty() ? "" : ", ") + name_within(*item, content);
        }
        if (items.size() > kMostNamesTold) name += ", ...";
        if (!name.empty()) return let_go ? name + " (let go)" : name;
    }
    return "words that were written here";
}

class OriginalChecker {
  public:
    OriginalChecker(Library& library, FileChecker& checker)
        : library_(&library), checker_(&checker), identities_(library.identity().identities()) {}

    Result<> check_all(const std::vector<std::string>& paths) {
        std::set<model::ObjectId> present;
        for (const auto& path : paths)
            present.insert({archive::hash_of_name(os::file_name_of(path))->bytes});
        TRY(library_->catalog().for_each_content(
            [&](const catalog::ContentRecord& content, bool live) -> Result<> {
                if (library_->environment().stop.stop_requested())
                    return Error(ErrorCode::cancelled, "stopped");
                return check_content(content, live, present);
            }));
        for (const auto& object : present)
            checker_->stranger(archive::object_path(object),
                               "no journal entry names it; set aside");
        return {};
    }

  private:
    Result<> check_content(const catalog::ContentRecord& content, bool live,
                           std::set<model::ObjectId>& present) {
        bool any = false;
        for (const auto& object : content.objects) {
            if (present.erase(object.object) == 0) continue;
            any = true;
            TRY_LET(auto name, name_of(*library_, content.content));
            checker_->add([this, object, content_id = content.content, bytes = content.bytes,
                           name = std::move(name)](archive::ObjectBuffers& buffers) {
                check_object(object, content_id, bytes, name, buffers);
            });
        }
        if (any || !live) return {};
        TRY_LET(const auto name, name_of(*library_, content.content));
        checker_->missing(name, "not in this copy; another copy may have it");
        return {};
    }

    void check_object(const catalog::ObjectRecord& object, const model::ContentId& content,
                      std::uint64_t content_bytes, const std::string& name,
                      archive::ObjectBuffers& buffers) {
        const auto path = archive::object_path(object.object);
        const auto damaged = [&](const std::string& why) {
            checker_->damaged(name, "damaged in this copy (" + path + ": " + why + ")");
        };
        const auto file =
            library_->environment().files.open(os::join_path(library_->copy().path, path));
        if (!file) return damaged(file.error().message());
        const auto proof =
            archive::read_object(**file, unwrap_with(identities_), archive::ProofOf::both, buffers,
                                 {}, library_->environment().stop);
        if (!proof && proof.error().code() == ErrorCode::cancelled) return;
        checker_->count_file(object.object_bytes);
        if (!proof) return damaged(proof.error().message());
        if (proof->object != object.object) return damaged("its bytes are not what its name says");
        if (proof->content != content || proof->content_bytes != content_bytes ||
            proof->header != object.header)
            return damaged("it is whole, but not what the journal says of it");
        checker_->count_original();
    }

    Library* library_;
    FileChecker* checker_;
    std::vector<crypto::AgeIdentity> identities_;
};

Result<> tell_of_journal(Library& library, FileChecker& checker) {
    // Files that differ from their names, or stand in one place alone, are told already.
    checker.wait();
    for (const auto& problem : library.journal_problems())
        if (!problem.healed_from_mirror && !checker.has_told(problem.path))
            checker.missing(problem.path, problem.why);
    TRY_LET(const auto gaps, library.gaps());
    for (const auto& gap : gaps) {
        TRY_LET(const auto name, library.device_name(gap.device));
        checker.missing(printable(name), "this copy lacks " +
                                             counted(gap.missing, "change", "changes") +
                                             " from there; another copy may have " +
                                             (gap.missing == 1 ? "it" : "them"));
    }
    if (!library.authority().side_ends().empty())
        checker.stranger("keys",
                         "they were changed twice at once; if both were done by keepers, `keepsake "
                         "key rotate --join` makes one of them");
    TRY_LET(const auto forked, library.catalog().forked_devices());
    for (const auto& device : forked) {
        TRY_LET(const auto name, library.device_name(device));
        checker.stranger(printable(name),
                         "its changes went two ways (a clone, or a disk set back); both are kept");
    }
    return {};
}

// A plain file is right if any version of it that a program ever wrote has this hash.
Result<> check_plain_hashes(Library& library, FileChecker& checker) {
    TRY_LET(const auto known, library.catalog().plain_files());
    std::vector<std::uint8_t> buffer(64UL * 1024);
    std::set<std::string> differing(checker.differing().begin(), checker.differing().end());
    for (const auto& [name, hashes] : known) {
        for (const auto& path : {name, os::join_path(std::string(archive::kMirrorName), name)}) {
            const auto file =
                library.environment().files.open(os::join_path(library.copy().path, path));
            if (!file) continue;  // told as missing
            const auto hash =
                archive::hash_archive_file(**file, buffer, library.environment().stop);
            if (!hash && hash.error().code() == ErrorCode::cancelled) return hash.error();
            if (hash && std::ranges::find(hashes, *hash) != hashes.end()) continue;
            checker.damaged(path, hash ? "its bytes are not those that the journal names"
                                       : hash.error().message());
            differing.erase(name);
        }
    }
    for (const auto& name : differing)
        checker.damaged(name, "it and its copy in mirror/ are not the same");
    return {};
}

// Every way in that was not ended has its key files here, and every key file belongs to one.
Result<> check_ways(Library& library, FileChecker& checker) {
    TRY_LET(const auto keys,
            archive::read_key_files(library.environment().files, library.copy().path));
    TRY_LET(const auto ways, library.catalog().ways());
    const auto ended = library.authority().revoked_files();
    std::set<model::FileHash> unnamed;
    for (const auto& key : keys.whole) unnamed.insert(key.file);
    std::set<model::FileHash> whole = unnamed;
    for (const auto& record : ways) {
        for (const auto& file : record.way.files) {
            unnamed.erase(file);
            if (record.revoked || ended.contains(file) || whole.contains(file)) continue;
            const auto name = record.way.name.empty() ? record.way.way.hex() : record.way.name;
            checker.missing(
                archive::key_path(file),
                "the key file of the way in \"" + printable(name) + "\" is not here, or not whole");
        }
    }
    for (const auto& file : unnamed)
        checker.stranger(archive::key_path(file),
                         ended.contains(file) ? "its way in was ended; it opens nothing any more"
                                              : "no way in is known that it belongs to");
    return {};
}

}  // namespace

Result<CheckReport> check(Library& library, Listener& listener) {
    // From the journal as it stands, not from what was taken in before: each file is read and
    // verified again.
    TRY(library.rebuild(listener));
    FileChecker checker(library.environment(), library.copy().path, listener);
    const auto run = [&]() -> Result<> {
        TRY_LET(const auto objects, checker.list_objects());
        std::uint64_t bytes = 0;
        for (const auto& path : objects) {
            const auto info =
                library.environment().files.info(os::join_path(library.copy().path, path));
            bytes += info ? info->size_bytes : 0;
        }
        // How many files there are besides objects shows only as they are read.
        checker.set_totals(0, bytes);
        TRY(checker.check_names(false));
        TRY(tell_of_journal(library, checker));
        TRY(check_plain_hashes(library, checker));
        TRY(check_ways(library, checker));
        OriginalChecker originals(library, checker);
        auto checked = originals.check_all(objects);
        // The jobs point at what stands here.
        static_cast<void>(checker.finish());
        return checked;
    };
    auto checked = run();
    auto report = checker.finish();
    if (!checked && checked.error().code() != ErrorCode::cancelled)
        return std::move(checked).error();
    return report;
}

}  // namespace keepsake::library
