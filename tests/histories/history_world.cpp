#include "histories/history_world.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "archive/identity_file.h"
#include "archive/key_store.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/age_keys.h"
#include "histories/compare.h"
#include "histories/copy_contents.h"
#include "histories/family_view.h"
#include "histories/wrong.h"
#include "library/environment.h"
#include "library/library.h"
#include "library/local_state.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "support/family.h"
#include "support/simulated_file_system.h"

namespace keepsake::testing {
namespace {

constexpr std::int64_t kBegins = 1'795'414'477;  // 2026-11-23
constexpr std::int64_t kDaysToWait = 90;

crypto::AgeIdentity an_owner() {
    SeededRandom births(7);
    return crypto::AgeIdentity::generate(births);
}

}  // namespace

HistoryWorld::HistoryWorld(std::uint64_t seed, unsigned laptops_here, unsigned disks_here,
                           std::string real_folder)
    : files(seed),
      pages(model::ArchiveId{}),
      seed_(seed),
      real_folder_(std::move(real_folder)),
      now_(kBegins),
      owner_(an_owner()) {
    for (unsigned i = 0; i < laptops_here; ++i) add_laptop();
    for (unsigned i = 0; i < disks_here; ++i) {
        const auto mount = "/disk" + std::to_string(i);
        make_folder(mount);
        disks.push_back(std::make_unique<Disk>(Disk{mount + "/archive", false, {}, {}}));
    }
    library::NewArchive ways;
    ways.recipient = owner_.recipient();
    auto at_home = environment(*laptops[0]);
    at_home.catalog_in_memory = true;  // where it may stand as a file, only the archive's id tells
    must(library::new_archive(at_home, disks[0]->archive, ways), "a new archive");
    const auto library = library::Library::open(at_home, disks[0]->archive,
                                                library::IdentityText{owner_.to_text()}, heard);
    if (!library) throw Wrong("the new archive: " + library.error().describe());
    identity_ = library->identity().clone();
    pages = JournalPages(identity_->archive);
    pages.add_identities(identity_->identities());
    reader_.plain = tree(disks[0]->archive);
    look(*disks[0], {});
}

Laptop& HistoryWorld::add_laptop() {
    const auto number = laptops.size();
    const auto name = "laptop" + std::to_string(number);
    const auto state = (real_folder_.empty() ? "/" : real_folder_ + "/") + name + "-state";
    laptops.push_back(std::make_unique<Laptop>(name, state, now_, seed_ * 1000 + number));
    make_folder("/" + name);
    return *laptops.back();
}

library::Environment HistoryWorld::environment(Laptop& laptop) {
    return {files, laptop.random,        laptop.clock, laptop.state, stop_.get_token(),
            1,     !catalogs_are_files()};
}

// Where catalogs are files, they stand on the real disk under the very same path.
std::string HistoryWorld::real_state(const Laptop& laptop) const {
    return laptop.state + "/" + identity_->archive.hex();
}

std::vector<std::string> HistoryWorld::gone_by(Laptop& laptop,
                                               const archive::IdentityFile& identity) {
    library::LocalState local(files, laptop.state, identity.archive);
    const auto keys = must(local.load_keys(identity), "a computer's keys");
    return keys ? keys->roots : std::vector<std::string>{};
}

std::map<model::DeviceId, model::Head> HistoryWorld::remembered_heads(Laptop& laptop) {
    library::LocalState local(files, laptop.state, identity_->archive);
    auto heads = local.load_heads();
    if (heads.own) heads.others.emplace(heads.own_device, *heads.own);
    return heads.others;
}

std::set<model::TextHash> HistoryWorld::readable(const Disk& disk,
                                                 const archive::IdentityFile& identity) const {
    const bool all = identity.identities().size() == identity_->identities().size();
    return all ? disk.contents.pages : opened_by(identity, disk.contents);
}

FamilyView HistoryWorld::view(Laptop& laptop, const Disk& disk,
                              const archive::IdentityFile& identity) {
    return FamilyView(pages, readable(disk, identity), gone_by(laptop, identity));
}

bool HistoryWorld::can_be_opened(const Disk& disk) const {
    const auto& here = disk.contents;
    return here.has_manifest && !here.pages.empty() &&
           std::ranges::all_of(keys_ever_, [&](const model::FileHash& key) {
               return pages.revoked().contains(key) || here.keys.contains(key);
           });
}

std::unique_ptr<library::Library> HistoryWorld::open(Laptop& laptop, Disk& disk) {
    if (catalogs_are_files()) std::filesystem::create_directories(real_state(laptop));
    auto before = gone_by(laptop, *identity_);
    auto opened = library::Library::open(environment(laptop), disk.archive,
                                         library::IdentityText{owner_.to_text()}, heard);
    if (!opened) {
        if (!files.has_failed() && can_be_opened(disk))
            throw Wrong("it does not open: " + opened.error().describe());
        return nullptr;
    }
    if (files.has_failed()) return nullptr;  // what could not be read is not shown
    auto library = std::make_unique<library::Library>(std::move(*opened));
    if (const auto device = library->device()) laptop.devices.insert(*device);
    must(identity_->merge(library->identity().clone()), "the keys");
    pages.add_identities(identity_->identities());
    look(disk, {});
    // A copy that does not know the newest keys cannot open what the laptop remembers.
    if (gone_by(laptop, library->identity()).empty()) before.clear();
    const FamilyView view(pages, readable(disk, library->identity()), before);
    compare(*library, view, remembered_heads(laptop));
    return library;
}

void HistoryWorld::compare_now(Laptop& laptop, Disk& disk, library::Library& library) {
    must(identity_->merge(library.identity().clone()), "the keys");
    pages.add_identities(identity_->identities());
    const auto seen = view(laptop, disk, library.identity());
    compare(library, seen, remembered_heads(laptop));
}

// ---- what must never happen ----

void HistoryWorld::look(Disk& disk, const Cause& cause) {
    auto now = reader_.read(files.snapshot(), disk.archive, pages);
    std::swap(disk.contents, now);
    if (!cause.set_back) {
        try {
            expect_nothing_lost(disk, now, cause);
        } catch (...) {
            std::swap(disk.contents, now);
            throw;
        }
    }
    for (const auto& object : now.objects)
        if (const auto content = pages.content_of(object); content && cause.set_back)
            excused.insert(*content);
    keys_ever_.insert(disk.contents.keys.begin(), disk.contents.keys.end());
    note_let_gos(disk);
}

void HistoryWorld::look_at_all(const Cause& cause) {
    for (const auto& disk : disks) look(*disk, cause);
}

void HistoryWorld::expect_nothing_lost(const Disk& disk, const CopyContents& before,
                                       const Cause& cause) {
    const auto& after = disk.contents;
    for (const auto& text : before.pages)
        if (!after.pages.contains(text)) {
            const auto& header = pages.page(text).header;
            throw Wrong("a segment is gone from " + disk.archive + ": " +
                        header.device.hex().substr(0, 8) + "/" + std::to_string(header.seq));
        }
    std::set<model::ContentId> held;
    for (const auto& object : after.objects)
        if (const auto content = pages.content_of(object)) held.insert(*content);
    for (const auto& object : before.objects) {
        const auto content = pages.content_of(object);
        if (after.objects.contains(object) || !content || held.contains(*content)) continue;
        expect_due(disk, *content, cause);
        excused.insert(*content);
    }
}

// It was let go, and its 90 days have passed for whoever erased it.
void HistoryWorld::expect_due(const Disk& disk, const model::ContentId& content,
                              const Cause& cause) {
    const auto name = "the original " + content.hex().substr(0, 8) + " in " + disk.archive;
    if (cause.tended_by == nullptr) throw Wrong(name + " is gone");
    auto& laptop = *cause.tended_by;
    library::LocalState local(files, laptop.state, identity_->archive);
    const auto keys = must(local.load_keys(*identity_), "a computer's keys");
    const auto seen = view(laptop, disk, *identity_);
    if (!keys || seen.is_live(content)) throw Wrong(name + " was erased, and is not let go");
    const auto let_go = seen.let_go_with(content);
    if (let_go.empty()) throw Wrong(name + " was erased, and nothing that was let go refers to it");
    for (const auto& item : let_go) {
        const auto device = keys->id();
        std::int64_t counted = seen.counted_seconds(device, item, laptop.clock.now());
        // It may have begun anew just after it erased.
        for (const auto& was : laptop.devices)
            counted = std::max(counted, seen.counted_seconds(was, item, laptop.clock.now()));
        if (counted < kDaysToWait * kSecondsPerDay)
            throw Wrong(name + " was erased after " + std::to_string(counted / kSecondsPerDay) +
                        " days of the eraser's count");
        const auto met = met_at_.find({device, item, seen.letting.at(item).stamp});
        if (!laptop.runs_true || met == met_at_.end()) continue;
        const auto waited = now_ - met->second;
        if (waited < kDaysToWait * kSecondsPerDay)
            throw Wrong(name + " was erased after " + std::to_string(waited / kSecondsPerDay) +
                        " days in truth");
    }
}

void HistoryWorld::note_let_gos(const Disk& disk) {
    for (const auto& text : disk.contents.pages) {
        const auto& page = pages.page(text);
        for (const auto& entry : page.entries) {
            if (const auto* let_go = std::get_if<model::LetGo>(&entry.body))
                met_at_.try_emplace(
                    {page.header.device, let_go->item, Stamp{entry.clock, page.header.device}},
                    now_);
            const auto* tick = std::get_if<model::Tick>(&entry.body);
            if (tick == nullptr) continue;
            for (const auto& met : tick->met)
                met_at_.try_emplace(
                    {page.header.device, met.item, Stamp{met.let_go.clock, met.let_go.device}},
                    now_);
        }
    }
}

void HistoryWorld::power_cut() {
    files.crash();
    // Of a program that stopped nobody heard which keys it had made: its key files tell.
    for (const auto& disk : disks) {
        const auto keys = archive::read_key_files(files, disk->archive);
        if (!keys) continue;
        const auto opened = archive::unlock_with_identity_text(*keys, owner_.to_text().text());
        if (!opened) continue;
        must(identity_->merge(opened->identity.clone()), "the keys");
        pages.add_identities(identity_->identities());
    }
}

// ---- files ----

void HistoryWorld::make_folder(const std::string& path) {
    must(os::make_directories(files, path, false), path);
}

void HistoryWorld::put_source(Laptop& laptop, const std::string& path, std::string_view bytes) {
    const auto write = [&]() -> Result<> {
        TRY_LET(const auto file, files.create(path, false));
        TRY(file->append(as_bytes(bytes)));
        TRY(file->set_modified({1'600'000'000 + static_cast<std::int64_t>(bytes.size()), 0}));
        TRY(file->sync());
        TRY(file->close());
        return files.sync_directory(os::parent_of(path));
    };
    must(write(), path);
    laptop.sources.push_back(path);
}

std::map<std::string, Bytes> HistoryWorld::tree(const std::string& path) const {
    std::map<std::string, Bytes> found;
    for (auto& [name, bytes] : files.snapshot())
        if (name.starts_with(path + "/")) found.emplace(name.substr(path.size() + 1), bytes);
    for (const auto& name : files.paths())
        if (name.ends_with('/') && name.starts_with(path + "/"))
            found.emplace(name.substr(path.size() + 1), Bytes());
    return found;
}

void HistoryWorld::remove_tree(const std::string& path) {
    auto all = files.paths();
    std::ranges::reverse(all);
    for (const auto& name : all) {
        if (!name.starts_with(path + "/")) continue;
        if (name.ends_with('/'))
            must(files.remove_directory(name.substr(0, name.size() - 1)), name);
        else
            must(files.remove_file(name), name);
    }
}

void HistoryWorld::put_tree(const std::string& path, const std::map<std::string, Bytes>& tree) {
    for (const auto& [name, bytes] : tree) {
        const auto target = os::join_path(path, name);
        if (name.empty()) continue;
        const bool is_folder = name.ends_with('/');
        make_folder(is_folder ? target.substr(0, target.size() - 1) : os::parent_of(target));
        if (is_folder) continue;
        const auto write = [&]() -> Result<> {
            TRY_LET(const auto file, files.create(target, false));
            TRY(file->append(bytes));
            return file->close();
        };
        must(write(), target);
    }
}

void HistoryWorld::copy_folders(const std::string& from, const std::string& to) {
    for (const auto& path : files.paths())
        if (path.ends_with('/') && path.starts_with(from + "/"))
            make_folder(to + path.substr(from.size(), path.size() - from.size() - 1));
}

bool HistoryWorld::copy_file(const std::string& from, const std::string& to,
                             std::optional<std::size_t> cut) {
    const auto copy = [&]() -> Result<> {
        TRY_LET(auto bytes, os::read_file(files, from, std::uint64_t{1} << 30U));
        if (cut) bytes.resize(std::min(bytes.size(), *cut));
        TRY(os::make_directories(files, os::parent_of(to), false));
        TRY_LET(const auto file, files.create(to, false));
        TRY(file->append(bytes));
        return file->close();
    };
    return copy().has_value();
}

void HistoryWorld::clone_state(const Laptop& from, const Laptop& to) {
    remove_tree(to.state);
    put_tree(to.state, tree(from.state));
    if (!catalogs_are_files()) return;
    std::filesystem::remove_all(to.state);
    if (std::filesystem::exists(from.state))
        std::filesystem::copy(from.state, to.state, std::filesystem::copy_options::recursive);
}

void HistoryWorld::lose_state(Laptop& laptop) {
    remove_tree(laptop.state);
    if (catalogs_are_files()) std::filesystem::remove_all(laptop.state);
}

std::vector<Disk*> HistoryWorld::disks_here() {
    std::vector<Disk*> here;
    for (const auto& disk : disks)
        if (!disk->away) here.push_back(disk.get());
    return here;
}

}  // namespace keepsake::testing
