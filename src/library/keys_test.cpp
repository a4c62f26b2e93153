#include "library/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/key_store.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/secret.h"
#include "library/check.h"
#include "library/keep.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Computer;
using testing::Family;
using testing::write_text;

class Keys : public Family {
  protected:
    Keys() : ana(crypto::AgeIdentity::generate(home.random)) {}
    Result<Library> open_with_words(std::string_view words) {
        return Library::open(home.environment(), archive, Passphrase{crypto::Secret(words)},
                             home.heard);
    }
    std::set<std::string> key_files() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(archive + "/keys"))
            names.insert(entry.path().filename());
        return names;
    }
    // A key file for Ana that no entry names: adding her was cut off.
    Result<model::FileHash> write_further_key() {
        auto library = open();
        const auto sealed =
            archive::seal_for_recipient(library.identity(), ana.recipient(), home.random);
        return archive::add_key_file(library.staging(), sealed);
    }
    std::set<std::string> objects() const {
        std::set<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(archive + "/objects"))
            if (entry.is_regular_file()) names.insert(entry.path().filename());
        return names;
    }

    // The segments of an archive above a number, in both places, are taken away; what they held.
    std::map<fs::path, std::string> take_away(
        const std::string& path, const std::function<bool(unsigned long)>& which) const {
        std::map<fs::path, std::string> taken;
        for (const auto& entry : fs::recursive_directory_iterator(path))
            if (entry.is_regular_file() &&
                entry.path().string().find("/journal/") != std::string::npos &&
                which(std::stoul(entry.path().filename())))
                taken.emplace(entry.path(), testing::read_text(entry.path()));
        for (const auto& [file, bytes] : taken) fs::remove(file);
        return taken;
    }
    unsigned long last_segment(const std::string& path) const {
        unsigned long last = 0;
        for (const auto& entry : fs::recursive_directory_iterator(path + "/journal"))
            if (entry.is_regular_file()) last = std::max(last, std::stoul(entry.path().filename()));
        return last;
    }

    crypto::AgeIdentity ana;
};

// The only way in gets another passphrase, and nothing after the word that opens the new epoch was
// written: it is known all the same, and the next change of keys ends nobody.
TEST_F(Keys, AChangedPassphraseIsKnownThoughTheChangeWasCutOff) {
    const auto diary = scratch / "diary";
    NewArchive ways;
    ways.passphrase = crypto::Secret(std::string_view("old words"));
    ASSERT_TRUE(new_archive(home.environment(), diary, ways));
    const auto open_diary = [&](Computer& computer, std::string_view words) {
        return Library::open(computer.environment(), diary, Passphrase{crypto::Secret(words)},
                             computer.heard);
    };
    unsigned long before = 0;
    {
        auto library = open_diary(home, "old words");
        ASSERT_TRUE(library);
        before = last_segment(diary);
        ASSERT_TRUE(change_passphrase(*library, {}, crypto::Secret(std::string_view("new words"))));
    }
    ASSERT_FALSE(
        take_away(diary, [&](unsigned long number) { return number > before + 1; }).empty());

    Computer laptop(scratch, "laptop", 5);
    auto library = open_diary(laptop, "new words");
    ASSERT_TRUE(library) << library.error().describe();
    const auto known = list_ways(*library);
    ASSERT_TRUE(known);
    ASSERT_EQ(known->size(), 1U);
    EXPECT_TRUE(known->front().opened_now);
    EXPECT_TRUE(check(*library, {}, laptop.heard)->sound())
        << ::testing::PrintToString(laptop.heard.problems);
    ASSERT_TRUE(rotate(*library, Library::Joining::none, false, laptop.heard));
    Computer other(scratch, "other", 6);
    EXPECT_TRUE(open_diary(other, "new words"));
    EXPECT_FALSE(open_diary(other, "old words"));
}

// A copy by hand that lacks the segment which tells of Ana's way in.
TEST_F(Keys, ACopyThatDoesNotTellWhoMayOpenItBeginsNoEpoch) {
    unsigned long of_ana = 0;
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        of_ana = last_segment(archive);
        ASSERT_TRUE(library.commit({model::Tick{}}));
    }
    const auto taken = take_away(archive, [&](unsigned long number) { return number == of_ana; });
    Computer hers(scratch, "hers", 9);
    {
        auto library = hers.open(archive, ana);
        ASSERT_TRUE(library) << library.error().describe();
        const auto refused = rotate(*library, Library::Joining::none, false, hers.heard);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::read_only);
        EXPECT_NE(refused.error().message().find("cp -rn"), std::string::npos);
    }
    // To join where nothing stands beside is a change like any other.
    for (const auto joining : {Library::Joining::none, Library::Joining::side_epochs}) {
        auto library = open();
        const auto refused = rotate(library, joining, false, home.heard);
        ASSERT_FALSE(refused) << "she would be shut out";
        EXPECT_EQ(refused.error().code(), ErrorCode::read_only);
    }
    for (const auto& [path, bytes] : taken) write_text(path, bytes);
    auto library = open();
    EXPECT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    EXPECT_TRUE(hers.open(archive, ana));
}

// What was ended stands in the word that opened the newest epoch: without it she would be let in
// again.
TEST_F(Keys, ACopyThatLacksTheNewestOpeningBeginsNoEpoch) {
    unsigned long before = 0;
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        before = last_segment(archive);
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
    }
    const auto taken =
        take_away(archive, [&](unsigned long number) { return number == before + 1; });
    ASSERT_FALSE(taken.empty());
    {
        auto library = open();
        const auto refused = rotate(library, Library::Joining::none, false, home.heard);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::read_only);
    }
    for (const auto& [path, bytes] : taken) write_text(path, bytes);
    {
        auto library = open();
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
        EXPECT_EQ(list_ways(library)->size(), 1U);
    }
    EXPECT_FALSE(home.open(archive, ana));
}

// Each opening says again what was ended before: with the newest alone it is known.
TEST_F(Keys, WhatWasEndedStaysEndedThroughLaterEpochs) {
    const std::string old = scratch / "old";
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        fs::copy(archive, old, fs::copy_options::recursive);
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    }
    const auto before = key_files();
    fs::copy(old, archive, fs::copy_options::recursive | fs::copy_options::skip_existing);
    ASSERT_GT(key_files().size(), before.size());
    auto library = open();
    EXPECT_EQ(key_files(), before) << "her key file came back, and stays";
    EXPECT_EQ(list_ways(library)->size(), 1U);
    EXPECT_TRUE(check(library, {}, home.heard)->sound());
}

// On one copy the keys were changed, on another the passphrase, and a way in was added: all of it
// holds once they are joined.
TEST_F(Keys, JoiningKeepsTheWaysInOfBothSides) {
    const auto grandma = crypto::AgeIdentity::generate(home.random);
    const std::string disk = scratch / "disk";
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        ASSERT_TRUE(add_passphrase(library, "ours", crypto::Secret(std::string_view("old words"))));
    }
    fs::copy(archive, disk, fs::copy_options::recursive);
    Computer laptop(scratch, "laptop", 5);
    {
        auto at_home = open();
        ASSERT_TRUE(remove_way(at_home, find_way(at_home, "Ana").value()));
        auto away = open(laptop, disk);
        ASSERT_TRUE(add_recipient(away, "Grandma", grandma.recipient()));
        ASSERT_TRUE(change_passphrase(away, find_way(away, "ours").value(),
                                      crypto::Secret(std::string_view("new words"))));
    }
    fs::copy(disk, archive, fs::copy_options::recursive | fs::copy_options::skip_existing);
    const auto names = [](const Result<std::vector<WayInfo>>& ways) {
        std::multiset<std::string> all;
        for (const auto& way : ways.value()) all.insert(way.name);
        return all;
    };
    const std::multiset<std::string> joined{"Grandma", "ours", "recipient"};
    {
        auto library = open();
        EXPECT_EQ(names(list_ways(library)), (std::multiset<std::string>{"ours", "recipient"}));
        EXPECT_EQ(names(list_joined_ways(library)), joined);
        ASSERT_TRUE(rotate(library, Library::Joining::side_epochs, false, home.heard));
        EXPECT_EQ(names(list_ways(library)), joined);
        ASSERT_TRUE(check(library, {}, home.heard));
        for (const auto& [name, why] : home.heard.problems)
            EXPECT_TRUE(name.starts_with("journal/")) << name << ": " << why;
    }
    auto by_new_words = open_with_words("new words");
    ASSERT_TRUE(by_new_words) << by_new_words.error().describe();
    EXPECT_TRUE(by_new_words->may_write());
    EXPECT_FALSE(open_with_words("old words"));
    EXPECT_TRUE(home.open(archive, grandma));
    EXPECT_FALSE(home.open(archive, ana));
    fs::copy(archive, disk, fs::copy_options::recursive | fs::copy_options::skip_existing);
    Computer fresh(scratch, "fresh", 6);
    auto elsewhere = open(fresh, disk);
    EXPECT_TRUE(elsewhere.may_write());
    EXPECT_EQ(names(list_ways(elsewhere)), joined);
    EXPECT_TRUE(rotate(elsewhere, Library::Joining::none, false, fresh.heard));
    EXPECT_TRUE(fresh.open(disk, grandma));
}

// What more ways in would write nobody could read: neither the opening nor the folder of key files.
TEST_F(Keys, ThereAreNoMoreWaysInThanCanBeRead) {
    auto library = open();
    std::vector<model::EntryBody> ways;
    for (std::uint8_t i = 0; i < 126; ++i) {
        model::Way way;
        way.way.bytes.fill(i);
        way.kind = model::WayKind::recipient;
        way.recipient = ana.recipient().to_text();
        ways.emplace_back(way);
    }
    ASSERT_TRUE(library.commit(std::move(ways)));
    ASSERT_TRUE(add_recipient(library, "the last", ana.recipient()));
    const auto refused = add_recipient(library, "one more", ana.recipient());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit);
    ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    EXPECT_EQ(list_ways(library)->size(), 128U);
    for (int i = 0; i < 800; ++i) {
        const auto digits = std::to_string(1000 + i);
        write_text(archive + "/keys/" + std::string(60, 'f') + digits + ".age", "nobody's");
    }
    const auto full = rotate(library, Library::Joining::none, false, home.heard);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code(), ErrorCode::limit);
    EXPECT_TRUE(home.open(archive, owner)) << "and what there is can be read";
}

// Also where there is no other copy any more: a way in of one's own is added, and then it goes on.
TEST_F(Keys, WhoeverIsToldNowhereAddsAWayInAndChangesKeys) {
    {
        auto library = open();
        ASSERT_TRUE(library.commit({model::Tick{}}));
        const auto key = write_further_key();
        ASSERT_TRUE(key) << key.error().describe();
    }
    Computer hers(scratch, "hers", 9);
    auto library = hers.open(archive, ana);
    ASSERT_TRUE(library) << library.error().describe();
    EXPECT_FALSE(rotate(*library, Library::Joining::none, false, hers.heard));
    const auto newborn = crypto::AgeIdentity::generate(hers.random);
    ASSERT_TRUE(add_recipient(*library, "Ana", newborn.recipient()));
    auto again = hers.open(archive, newborn);
    ASSERT_TRUE(again);
    EXPECT_TRUE(rotate(*again, Library::Joining::none, false, hers.heard));
    EXPECT_TRUE(home.open(archive, owner));
    EXPECT_TRUE(hers.open(archive, newborn));
}

// The word that opens an epoch stands in a segment that counts no more itself. If nobody noted its
// number, it must not be given again: that would be a fork of one's own series, told for ever.
TEST_F(Keys, ARotationThatWasCutOffIsNoFork) {
    const auto segments = [&] {
        std::vector<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(archive + "/journal"))
            if (entry.is_regular_file()) names.push_back(entry.path().filename());
        return names;
    };
    const auto number_of = [](const std::string& name) { return std::stoul(name); };
    unsigned long opening = 0;
    {
        auto library = open();
        for (const auto& name : segments()) opening = std::max(opening, number_of(name) + 1);
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    }
    std::vector<fs::path> later;
    for (const auto& entry : fs::recursive_directory_iterator(archive))
        if (entry.path().string().find("/journal/") != std::string::npos &&
            entry.is_regular_file() && number_of(entry.path().filename()) > opening)
            later.push_back(entry.path());
    ASSERT_FALSE(later.empty());
    for (const auto& path : later) fs::remove(path);
    for (const auto& entry : fs::recursive_directory_iterator(home.state_folder))
        if (entry.path().filename() == "heads.json") later = {entry.path()};
    fs::remove(later.front());

    auto library = open();
    ASSERT_TRUE(library.commit({model::Tick{}}));
    std::set<unsigned long> numbers;
    for (const auto& name : segments())
        EXPECT_TRUE(numbers.insert(number_of(name)).second) << name << ": a number given twice";
    const auto report = check(library, {}, home.heard);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_TRUE(report->sound());
}

TEST_F(Keys, EveryWayInOpens) {
    std::string words;
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        ASSERT_TRUE(
            add_passphrase(library, "ours", crypto::Secret(std::string_view("winter light"))));
        words = add_recovery_key(library, "paper")->text();
        EXPECT_EQ(list_ways(library)->size(), 4U);
    }
    EXPECT_TRUE(home.open(archive, ana));
    EXPECT_TRUE(open_with_words("winter light"));
    EXPECT_TRUE(open_with_words(words));
    for (auto& c : words)
        if (c == '-') c = ' ';
    EXPECT_TRUE(open_with_words(words)) << "as a person types them";
    const auto wrong = open_with_words("winter night");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message(), "That passphrase does not open this archive.");
}

TEST_F(Keys, ARemovedKeeperSeesWhatWasKeptBeforeAndNothingAfter) {
    write_text(scratch / "a/before", "before");
    write_text(scratch / "b/after", "after");
    auto library = open();
    ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
    ASSERT_TRUE(add_passphrase(library, "ours", crypto::Secret(std::string_view("winter light"))));
    keep(library, {scratch / "a"});
    fs::copy(archive, scratch / "anas", fs::copy_options::recursive);
    ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
    keep(library, {scratch / "b"});
    EXPECT_EQ(list_ways(library)->size(), 2U);

    EXPECT_FALSE(home.open(archive, ana));
    // A copy brings her key file back: it opens nothing, and is erased again.
    fs::copy(scratch / "anas", archive,
             fs::copy_options::recursive | fs::copy_options::skip_existing);
    const auto before = key_files();
    Computer hers(scratch, "hers", 9);
    const auto opened = hers.open(archive, ana);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::wrong_key);
    EXPECT_LT(key_files().size(), before.size());

    // Whoever remains needs nothing new: not even those who were not there.
    EXPECT_TRUE(open_with_words("winter light"));
    auto again = open();
    EXPECT_EQ(items(again).size(), 2U);
    EXPECT_TRUE(check(again, {}, home.heard)->sound());
}

TEST_F(Keys, AChangedPassphraseTakesTheOldOnesPlace) {
    auto library = open();
    ASSERT_TRUE(add_passphrase(library, "ours", crypto::Secret(std::string_view("old words"))));
    ASSERT_TRUE(change_passphrase(library, find_way(library, "ours").value(),
                                  crypto::Secret(std::string_view("new words"))));
    EXPECT_FALSE(open_with_words("old words"));
    EXPECT_TRUE(open_with_words("new words"));
    EXPECT_TRUE(home.open(archive, owner));
}

TEST_F(Keys, WhatOpensACopyStaysUntilTheNewKeyFilesHaveCome) {
    auto library = open();
    ASSERT_TRUE(add_passphrase(library, "ours", crypto::Secret(std::string_view("old words"))));
    std::string whole = scratch / "whole";
    fs::copy(archive, whole, fs::copy_options::recursive);
    ASSERT_TRUE(change_passphrase(library, find_way(library, "ours").value(),
                                  crypto::Secret(std::string_view("new words"))));
    // The change is brought to the other copy, and cut off before the key files.
    std::swap(archive, whole);
    const auto merge = [&](const std::string& folder) {
        fs::copy(whole + "/" + folder, archive + "/" + folder,
                 fs::copy_options::recursive | fs::copy_options::skip_existing);
    };
    merge("journal");
    merge("mirror/journal");
    const auto before = key_files();
    EXPECT_FALSE(open_with_words("old words"));
    EXPECT_EQ(key_files(), before) << "what still opens something was erased";
    merge("keys");
    merge("mirror/keys");
    EXPECT_TRUE(open_with_words("new words"));
    EXPECT_FALSE(open_with_words("old words"));
}

TEST_F(Keys, TheLastWayInStays) {
    auto library = open();
    const auto removed = remove_way(library, list_ways(library)->at(0).way);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code(), ErrorCode::invalid);
    EXPECT_TRUE(home.open(archive, owner));
}

TEST_F(Keys, ResealingReplacesEveryObject) {
    write_text(scratch / "a/one", "one");
    write_text(scratch / "a/big", std::string(3'000'000, 'b'));
    auto library = open();
    keep(library, {scratch / "a"});
    const auto before = objects();
    ASSERT_TRUE(rotate(library, Library::Joining::none, true, home.heard));
    const auto after = objects();
    EXPECT_EQ(after.size(), 2U);
    for (const auto& name : before) EXPECT_FALSE(after.contains(name));
    EXPECT_TRUE(check(library, {}, home.heard)->sound());
    auto again = open();
    EXPECT_TRUE(check(again, {}, home.heard)->sound());
    EXPECT_EQ(items(again).size(), 2U);
}

TEST_F(Keys, ADeviceThatWasAwayWhileTheKeepersChangedIsLetInAgain) {
    write_text(scratch / "a/one", "one");
    write_text(scratch / "b/two", "two");
    Computer laptop(scratch, "laptop", 5);
    const auto disk = scratch / "disk";
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
    }
    fs::copy(archive, disk, fs::copy_options::recursive);
    {
        auto library = open();
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "a"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
    }
    fs::copy(archive, disk, fs::copy_options::recursive | fs::copy_options::skip_existing);
    fs::copy(disk, archive, fs::copy_options::recursive | fs::copy_options::skip_existing);
    {
        auto library = open();
        EXPECT_TRUE(items(library).empty()) << "nothing vouches for that device since the change";
        EXPECT_FALSE(library.journal_problems().empty());
    }
    {
        auto away = open(laptop, disk);
        const std::vector<std::string> paths{scratch / "b"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
    }
    fs::copy(disk, archive, fs::copy_options::recursive | fs::copy_options::skip_existing);
    auto library = open();
    EXPECT_EQ(items(library).size(), 2U) << "nothing that was kept is lost";
}

}  // namespace
}  // namespace keepsake::library
