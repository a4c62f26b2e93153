#include "library/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/key_store.h"
#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/staging.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "library/bytes_under_way.h"
#include "library/check_files.h"
#include "library/check_part.h"
#include "library/copy_notes.h"
#include "library/environment.h"
#include "library/heal.h"
#include "library/library.h"
#include "library/object_lookup.h"
#include "library/repair.h"
#include "library/ways.h"
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

    /// `paths`: all that stand here; `part`: those of them that are to be read.
    Result<> check_all(const std::vector<std::string>& paths,
                       const std::vector<std::string>& part) {
        std::set<model::ObjectId> present;
        for (const auto& path : paths)
            present.insert({archive::hash_of_name(os::file_name_of(path))->bytes});
        reads_all_ = part.size() == paths.size();
        if (!reads_all_)
            for (const auto& path : part)
                to_read_.insert({archive::hash_of_name(os::file_name_of(path))->bytes});
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
            if (!reads_all_ && !to_read_.contains(object.object)) continue;
            TRY_LET(auto name, name_of(*library_, content.content));
            checker_->add([this, object, content_id = content.content, bytes = content.bytes,
                           name = std::move(name)](archive::ObjectBuffers& buffers) {
                check_object(object, content_id, bytes, name, buffers);
            });
        }
        if (any || !live) return {};
        TRY_LET(const auto name, name_of(*library_, content.content));
        Hurt hurt{{}, {}, true, name, "not in this copy; another copy may have it"};
        for (const auto& object : content.objects) hurt.objects.push_back(object.object);
        checker_->hurt(std::move(hurt));
        return {};
    }

    void check_object(const catalog::ObjectRecord& object, const model::ContentId& content,
                      std::uint64_t content_bytes, const std::string& name,
                      archive::ObjectBuffers& buffers) {
        const auto path = archive::object_path(object.object);
        const auto damaged = [&](const std::string& why) {
            checker_->hurt({{object.object},
                            {},
                            false,
                            name,
                            "damaged in this copy (" + path + ": " + why + ")"});
        };
        const auto file =
            library_->environment().files.open(os::join_path(library_->copy().path, path));
        if (!file) return damaged(file.error().message());
        const auto proof = archive::read_object(CountedFile(**file, checker_->bytes_under_way()),
                                                unwrap_with(identities_), archive::ProofOf::both,
                                                buffers, {}, library_->environment().stop);
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
    bool reads_all_ = true;
    std::set<model::ObjectId> to_read_;
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
    TRY_LET(const auto ways, known_ways(library.catalog(), library.authority()));
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

// Where nobody opened it, only what is the same in both places, or this program's own, is known to
// be right.
Result<> heal_small_files(archive::Staging& staging, const model::ArchiveId& archive,
                          Library* library, FileChecker& checker) {
    PlainHashes plain;
    std::set<model::FileHash> revoked;
    if (library != nullptr) {
        TRY_LET(plain, library->catalog().plain_files());
        revoked = library->authority().revoked_files();
    }
    return heal_mirrors(
        staging, archive, revoked, plain,
        [&](const std::string& path, const std::string& from) { checker.healed(path, from); });
}

// What was healed and what was not: the report, and the notes for the next time.
Result<CheckReport> finished(FileChecker& checker, const Result<>& checked,
                             const Environment& environment, const std::string& path,
                             const model::ArchiveId& archive, const Selection& selection,
                             Instant began) {
    auto report = checker.finish();
    if (!checked && checked.error().code() != ErrorCode::cancelled) return checked.error();
    report.is_all = selection.from_beginning && selection.to_end;
    note_check(environment, path, archive, selection, report, began);
    return report;
}

CopyNotes notes_of(const Environment& environment, const std::string& path,
                   const model::ArchiveId& archive) {
    const auto real_path = environment.files.real_path(path);
    if (!real_path) return {};
    return CopyNotesStore(environment.files, environment.state_folder, archive).load(*real_path);
}

}  // namespace

Result<CheckReport> check(Library& library, const CheckOptions& options, Listener& listener) {
    const auto& environment = library.environment();
    const auto& path = library.copy().path;
    const auto& archive = library.copy().manifest.archive;
    const auto began = environment.clock.now();
    FileChecker checker(environment, path, listener);
    if (options.repair) {
        TRY(library.may_write());
        TRY(heal_small_files(library.staging(), archive, &library, checker));
        checker.hold_back_hurt();
    }
    // From the journal as it stands, not from what was taken in before: each file is read and
    // verified again.
    TRY(library.rebuild(listener));
    Selection part;
    const auto run = [&]() -> Result<> {
        TRY_LET(const auto objects, checker.list_objects());
        part = select_part(environment, path, objects, options.percent,
                           notes_of(environment, path, archive));
        // How many files there are besides objects shows only as they are read.
        checker.set_totals(0, part.bytes);
        TRY(checker.check_names(false));
        TRY(tell_of_journal(library, checker));
        TRY(check_plain_hashes(library, checker));
        TRY(check_ways(library, checker));
        OriginalChecker originals(library, checker);
        auto checked = originals.check_all(objects, part.paths);
        // The jobs point at what stands here.
        checker.wait();
        if (checked && options.repair)
            checked = repair_found(checker, environment, library.staging(), &library, listener);
        return checked;
    };
    const auto checked = run();
    return finished(checker, checked, environment, path, archive, part, began);
}

Result<CheckReport> check_without_key(const Environment& environment, const std::string& path,
                                      const CheckOptions& options, Listener& listener) {
    TRY_LET(const auto copy, archive::open_copy(environment.files, path));
    const auto& archive = copy.manifest.archive;
    const auto began = environment.clock.now();
    archive::Staging staging(environment.files, path, environment.random);
    FileChecker checker(environment, path, listener);
    Selection part;
    const auto run = [&]() -> Result<> {
        if (options.repair) {
            TRY(heal_small_files(staging, archive, nullptr, checker));
            checker.hold_back_hurt();
        }
        TRY_LET(const auto objects, checker.list_objects());
        part = select_part(environment, path, objects, options.percent,
                           notes_of(environment, path, archive));
        checker.set_totals(0, part.bytes);
        TRY(checker.check_names(true));
        checker.check_numbers();
        TRY(checker.check_members());
        checker.check_objects(part.paths);
        checker.wait();
        if (!options.repair) return {};
        return repair_found(checker, environment, staging, nullptr, listener);
    };
    const auto checked = run();
    return finished(checker, checked, environment, path, archive, part, began);
}

}  // namespace keepsake::library
