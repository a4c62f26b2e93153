#include "faults/family_world.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/age_keys.h"
#include "library/environment.h"
#include "library/keep.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/tell.h"
#include "model/entry.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "support/family.h"

namespace keepsake::testing {
namespace {

std::string joined(const std::string& folder, const std::string& name) {
    return folder + "/" + name;
}

}  // namespace

FamilyWorld::FamilyWorld(std::uint64_t seed) : files(seed), random(seed) {
    meet_people();
    for (const auto* const path : {"/home", "/disk", "/other"}) make_folder(path);
}

FamilyWorld::FamilyWorld(std::uint64_t seed, const Beginning& beginning)
    : files(seed),
      random(seed + 1'000'000),  // never again what was drawn before the beginning
      ledger(beginning.ledger),
      sources_(beginning.sources) {
    meet_people();
    pass_days(beginning.days);
    for (const auto& path : beginning.paths) {
        if (path.ends_with('/'))
            make_folder(path.substr(0, path.size() - 1));
        else if (sources_.contains(path))
            put_source(path, as_text(sources_.at(path)));
        else
            files.put(path, beginning.files.at(path));
    }
    files.settle();
}

// The same people in every world, or nobody could open what another world wrote.
void FamilyWorld::meet_people() {
    SeededRandom births(7);
    for (const auto* const name : {"owner", "friend"})
        people_.emplace(name, crypto::AgeIdentity::generate(births));
}

Beginning FamilyWorld::as_it_is() const {
    return {files.paths(), files.snapshot(), sources_, ledger, days_};
}

library::Environment FamilyWorld::environment() {
    return {files, random, clock, state_folder, stop.get_token(), 1, true};
}

const crypto::AgeIdentity& FamilyWorld::person(const std::string& name) const {
    return people_.at(name);
}

Result<library::Library> FamilyWorld::open(const std::string& who) {
    return library::Library::open(environment(), archive,
                                  library::IdentityText{person(who).to_text()}, heard);
}

void FamilyWorld::make_folder(const std::string& path) {
    const auto made = files.make_directory(path, false);
    if (!made) throw std::runtime_error(made.error().describe());
}

void FamilyWorld::put_source(const std::string& path, std::string_view bytes) {
    const auto write = [&]() -> Result<> {
        TRY_LET(const auto file, files.create(path, false));
        TRY(file->append(as_bytes(bytes)));
        TRY(file->set_modified({1'600'000'000, 0}));  // the same in every world
        return file->close();
    };
    const auto written = write();
    if (!written) throw std::runtime_error(written.error().describe());
    files.settle();
    sources_[path] = Bytes(bytes.begin(), bytes.end());
}

void FamilyWorld::pass_days(std::int64_t days) {
    days_ += days;
    clock.pass_days(days);
}

void FamilyWorld::copy_missing(const std::string& from, const std::string& to) {
    const auto snapshot = files.snapshot();
    for (const auto& path : files.paths()) {
        if (!path.starts_with(from + "/")) continue;
        const auto target = to + path.substr(from.size());
        if (path.ends_with('/'))
            static_cast<void>(files.make_directory(target.substr(0, target.size() - 1), false));
        else if (!snapshot.contains(target))
            files.put(target, snapshot.at(path));
    }
}

std::vector<std::string> FamilyWorld::names_below(const std::string& path) const {
    std::vector<std::string> names;
    for (const auto& [file, bytes] : sources_) {
        if (file == path) names.push_back("/" + os::file_name_of(file));
        if (file.starts_with(path + "/"))
            names.push_back(os::file_name_of(path) + file.substr(path.size()));
    }
    return names;
}

std::optional<model::ItemId> FamilyWorld::item_of(library::Library& library,
                                                  const std::string& file) {
    std::optional<model::ItemId> found;
    for (const bool away : {false, true}) {
        catalog::ItemFilter filter;
        filter.let_go = away;
        const auto listed = library.catalog().for_each_item(
            filter, [&](const catalog::ItemRecord& item) -> Result<> {
                for (const auto& record : item.files)
                    if (joined(record.folder, record.name) == file) found = item.item;
                return {};
            });
        EXPECT_TRUE(listed) << listed.error().describe();
    }
    return found;
}

void FamilyWorld::make_archive() {
    library::NewArchive ways;
    ways.recipient = person("owner").recipient();
    ledger.has_archive = heed(library::new_archive(environment(), archive, ways));
    if (ledger.has_archive) ledger.opens["owner"] = {true};
}

void FamilyWorld::keep(library::Library& library, const std::string& path) {
    auto names = names_below(path);
    for (const auto& [file, bytes] : sources_) {
        if (file == path) ledger.asked["/" + os::file_name_of(file)] = bytes;
        if (file.starts_with(path + "/"))
            ledger.asked[os::file_name_of(path) + file.substr(path.size())] = bytes;
    }
    heard.problems.clear();
    const std::vector<std::string> paths{path};
    const auto report = library::keep(library, paths, {}, heard);
    if (!heed(report)) return;
    if (report->stopped || report->problems > 0) {
        told_of_failure = true;
        ledger.claims.push_back({names, report->kept + report->already});
        // Named problems are all that may be missing, unless a whole folder could not be listed.
        EXPECT_TRUE(report->stopped || !heard.problems.empty());
        return;
    }
    EXPECT_EQ(report->kept + report->already, names.size()) << "more or less than there is";
    ledger.claims.push_back({names, names.size()});
}

void FamilyWorld::set_words(library::Library& library, const std::string& file,
                            const std::string& text) {
    const auto item = item_of(library, file);
    if (!item) return;
    auto& allowed = ledger.words.try_emplace(file, std::set<std::string>{""}).first->second;
    allowed.insert(text);
    if (heed(library::set_words(library, model::Subject::of(*item), "words", text)))
        allowed = {text};
}

void FamilyWorld::set_cover(library::Library& library, const std::string& file,
                            const std::string& text) {
    const auto item = item_of(library, file);
    if (!item) return;
    auto& allowed = ledger.covers.try_emplace(file, std::set<std::string>{""}).first->second;
    allowed.insert(text);
    const auto of = model::Subject::of(*item);
    const auto done = text.empty() ? library::take_cover_away(library, of)
                                   : library::set_cover(library, of, text);
    if (heed(done)) allowed = {text};
}

void FamilyWorld::change_item(library::Library& library, const std::string& file, bool away) {
    const auto item = item_of(library, file);
    if (!item) return;
    auto& allowed = ledger.let_go.try_emplace(file, std::set<bool>{!away}).first->second;
    allowed.insert(away);
    const std::vector<model::ItemId> items{*item};
    if (heed(away ? library::let_go(library, items) : library::bring_back(library, items)))
        allowed = {away};
}

void FamilyWorld::let_go(library::Library& library, const std::string& file) {
    change_item(library, file, true);
}

void FamilyWorld::bring_back(library::Library& library, const std::string& file) {
    change_item(library, file, false);
}

void FamilyWorld::add_way(library::Library& library, const std::string& who) {
    ledger.opens[who] = {false, true};
    if (heed(library::add_recipient(library, who, person(who).recipient())))
        ledger.opens[who] = {true};
}

void FamilyWorld::remove_way(library::Library& library, const std::string& who) {
    const auto way = library::find_way(library, who);
    if (!way) return;
    ledger.opens[who] = {false, true};
    if (heed(library::remove_way(library, *way))) ledger.opens[who] = {false};
}

}  // namespace keepsake::testing
