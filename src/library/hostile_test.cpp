// What somebody who was a keeper, or who has a device's key, or who can write to the disk, must not
// be able to do.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/journal_store.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_keys.h"
#include "crypto/signing.h"
#include "library/check.h"
#include "library/keep.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/local_state.h"
#include "library/tell.h"
#include "library/tend.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/segment.h"
#include "support/family.h"

namespace keepsake::library {
namespace {

namespace fs = std::filesystem;
using testing::Computer;
using testing::Family;
using testing::write_text;

class Hostile : public Family {
  protected:
    Hostile()
        : laptop(scratch, "laptop", 2),
          disk(scratch / "disk"),
          ana(crypto::AgeIdentity::generate(laptop.random)) {}
    static void add_copy(const std::string& from, const std::string& to) {
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::skip_existing);
    }
    Library open_as_ana(const std::string& path) {
        auto opened = laptop.open(path, ana);
        if (!opened) throw std::runtime_error(opened.error().describe());
        return std::move(*opened);
    }
    Computer laptop;
    std::string disk;
    crypto::AgeIdentity ana;
};

TEST_F(Hostile, ALetGoThatArrivesLateIsNotErasedAtOnce) {
    write_text(scratch / "a/one.jpg", "one");
    {
        auto library = open();
        keep(library, {scratch / "a"});
    }
    add_copy(archive, disk);
    {
        auto away = open(laptop, disk);
        const std::vector<model::ItemId> one{items(away).at(0).item};
        ASSERT_TRUE(name_device(away, *away.device(), "x"));
        ASSERT_TRUE(let_go(away, one));  // segment 2, which is left out of what is copied now
        ASSERT_TRUE(name_device(away, *away.device(), "y"));
        for (const auto& entry : fs::recursive_directory_iterator(disk)) {
            const auto relative = entry.path().lexically_relative(disk);
            const bool second = relative.string().find(away.device()->hex()) != std::string::npos &&
                                relative.filename().string().starts_with("2-");
            if (!entry.is_regular_file() || second) continue;
            fs::create_directories((fs::path(archive) / relative).parent_path());
            fs::copy_file(entry.path(), fs::path(archive) / relative,
                          fs::copy_options::skip_existing);
        }
    }
    {
        auto library = open();
        ASSERT_TRUE(name_device(library, *library.device(), "home"));
    }
    home.clock.pass_days(100);
    add_copy(disk, archive);
    auto library = open();
    EXPECT_TRUE(items(library).empty());
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.pass_days(89);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
    home.clock.pass_days(2);
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 1U);
}

TEST_F(Hostile, ARemovedKeeperWritesNothingUnderOldNumbers) {
    write_text(scratch / "a/one.jpg", "one");
    {
        auto library = open();
        keep(library, {scratch / "a"});
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
    }
    add_copy(archive, disk);
    {
        auto away = open_as_ana(disk);
        ASSERT_TRUE(name_device(away, *away.device(), "Ana's"));
    }
    fs::copy(disk, scratch / "disk-old", fs::copy_options::recursive);
    fs::copy(laptop.state_folder, scratch / "state-old", fs::copy_options::recursive);
    {
        auto away = open_as_ana(disk);
        ASSERT_TRUE(name_device(away, *away.device(), "Ana's laptop"));
    }
    add_copy(disk, archive);
    {
        auto library = open();
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
    }
    home.clock.pass_days(100);
    laptop.state_folder = scratch / "state-old";
    {
        auto away = open_as_ana(scratch / "disk-old");
        const std::vector<model::ItemId> one{items(away).at(0).item};
        ASSERT_TRUE(let_go(away, one));
    }
    add_copy(scratch / "disk-old", archive);
    auto library = open();
    EXPECT_EQ(items(library).size(), 1U);
    EXPECT_FALSE(library.journal_problems().empty());
    EXPECT_EQ(tend(library, home.heard)->erased_objects, 0U);
}

TEST_F(Hostile, TwoChangesOfKeysAtOnceAreJoinedByAKeeper) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    Computer third(scratch, "third", 12);
    auto kim = crypto::AgeIdentity::generate(home.random);
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        ASSERT_TRUE(add_recipient(library, "Kim", kim.recipient()));
    }
    add_copy(archive, disk);
    {
        auto at_home = open();
        ASSERT_TRUE(remove_way(at_home, find_way(at_home, "Ana").value()));
        keep(at_home, {scratch / "a"});
        auto away = open(laptop, disk);
        ASSERT_TRUE(remove_way(away, find_way(away, "Kim").value()));
        const std::vector<std::string> paths{scratch / "b"};
        ASSERT_TRUE(library::keep(away, paths, {}, laptop.heard));
    }
    add_copy(archive, disk);
    add_copy(disk, archive);
    {
        auto at_home = open();
        EXPECT_EQ(at_home.authority().side_ends().size(), 1U);
        ASSERT_TRUE(rotate(at_home, Library::Joining::side_epochs, false, home.heard));
        EXPECT_TRUE(at_home.authority().side_ends().empty());
    }
    add_copy(archive, disk);
    {
        auto away = open(laptop, disk);
        EXPECT_TRUE(away.authority().side_ends().empty());
        ASSERT_TRUE(name_device(away, *away.device(), "laptop"));
    }
    add_copy(disk, archive);
    auto at_home = open();
    EXPECT_EQ(items(at_home).size(), 2U);
    EXPECT_TRUE(check(at_home, {}, home.heard)->sound());
    EXPECT_FALSE(home.open(archive, ana));
    EXPECT_FALSE(home.open(archive, kim)) << "whom either removed stays out";
    auto fresh = open(third, archive);
    EXPECT_TRUE(fresh.may_write());
    EXPECT_EQ(items(fresh).size(), 2U);
}

TEST_F(Hostile, ARetiredDeviceNeitherTakesItselfBackNorRetiresOthers) {
    auto library = open();
    const auto& root = library.current_epoch().root;
    const auto id = library.copy().manifest.archive;
    const auto enrolled = [&](const crypto::SigningKey& key) {
        model::Enroll enroll{archive::device_id_of(key.verifying_key()),
                             key.verifying_key().to_openssh(),
                             root.verifying_key().to_openssh(),
                             {}};
        enroll.signature = crypto::sshsig_sign(root, "keepsake-enroll-v1@" + id.hex(),
                                               as_bytes(model::enroll_text(id, enroll)));
        return enroll;
    };
    const auto stolen = new_device_keys(laptop.random);
    const auto own = new_device_keys(laptop.random);
    const auto head = [](std::uint64_t seq, std::uint8_t byte) {
        model::Head made{seq, {}};
        made.text.bytes.fill(byte);
        return made;
    };
    archive::Authority authority(library.identity(), {});
    authority.add(stolen.id(), head(1, 1), {{}, enrolled(stolen.signing)});
    authority.add(own.id(), head(1, 2), {{}, enrolled(own.signing)});
    authority.observe(stolen.id(), head(1, 1), std::nullopt);
    authority.observe(stolen.id(), head(2, 3), head(1, 1).text);
    model::Retire retire{stolen.id(), head(1, 1), root.verifying_key().to_openssh(), {}};
    retire.signature = crypto::sshsig_sign(root, "keepsake-retire-v1@" + id.hex(),
                                           as_bytes(model::retire_text(id, retire)));
    authority.add(own.id(), head(2, 4), {{}, retire});
    EXPECT_TRUE(authority.counts(stolen.id(), head(1, 1)));
    EXPECT_FALSE(authority.counts(stolen.id(), head(1, 9))) << "the same number with another text";
    EXPECT_FALSE(authority.counts(stolen.id(), head(2, 3)));
    authority.add(stolen.id(), head(2, 3), {{}, model::Adopt{stolen.id(), head(2, 3)}});
    EXPECT_FALSE(authority.counts(stolen.id(), head(2, 3)));
    // It has a device's key and no root, so it cannot sign a retirement.
    model::Retire back{own.id(), {}, root.verifying_key().to_openssh(), retire.signature};
    authority.add(stolen.id(), head(1, 1), {{}, back});
    EXPECT_TRUE(authority.counts(own.id(), head(1, 2)));
    authority.add(own.id(), head(3, 5), {{}, model::Adopt{stolen.id(), head(2, 3)}});
    EXPECT_TRUE(authority.counts(stolen.id(), head(2, 3)))
        << "another device of the person's may take it up";
}

TEST_F(Hostile, LockedKeepingGoesOnAfterItsDeviceWasReplaced) {
    for (int i = 0; i < 3; ++i)
        write_text(scratch / ("s" + std::to_string(i) + "/f"), std::to_string(i));
    model::DeviceId device;
    {
        auto library = open();
        keep(library, {scratch / "s0"});
        ASSERT_TRUE(library.allow_locked(true));
        device = *library.device();
        auto other = open(laptop, archive);
        ASSERT_TRUE(retire_device(other, device));
    }
    {
        auto library = open();
        keep(library, {scratch / "s1"});
        EXPECT_NE(*library.device(), device);
    }
    {
        auto locked = Library::open_locked(home.environment(), archive);
        ASSERT_TRUE(locked);
        EXPECT_EQ(keep(*locked, {scratch / "s2"}).kept, 1U);
    }
    auto library = open();
    EXPECT_EQ(items(library).size(), 3U);
}

TEST_F(Hostile, SegmentsOfStrangersCountForNothing) {
    write_text(scratch / "a/one.jpg", "one");
    model::ArchiveId id;
    crypto::AgeRecipient recipient;
    model::DeviceId own;
    {
        auto library = open();
        keep(library, {scratch / "a"});
        id = library.copy().manifest.archive;
        recipient = library.recipient();
        own = *library.device();
    }
    // Who knows the recipient and can write to the disk: at the end of time, without a beginning,
    // twice, in another's name.
    archive::Staging staging(laptop.files, archive, laptop.random);
    const auto write = [&](const DeviceKeys& keys, const model::DeviceId& device,
                           std::uint64_t seq) {
        model::Keep keep;
        laptop.random.fill(keep.item.bytes);
        keep.files.push_back({{}, 1, "forged.jpg", "", {}});
        model::SegmentHeader header;
        header.archive = id;
        header.device = device;
        header.seq = seq;
        if (seq > 1) header.previous = model::TextHash{};
        header.clock = model::HybridTime::from_text("9999-12-31T23:59:59.999Z-ffff").value();
        const std::vector<model::Entry> entries{{header.clock, keep}};
        ASSERT_TRUE(archive::write_segment(staging, header, entries, keys.signing, recipient,
                                           laptop.random));
    };
    constexpr std::size_t kStrangers = 20;
    for (std::size_t i = 0; i < kStrangers; ++i) {
        const auto keys = new_device_keys(laptop.random);
        for (const std::uint64_t seq : {1UL, 1UL, 3UL, 2'000'000'000UL})
            write(keys, keys.id(), seq);
        write(keys, own, 100 + i);
    }
    auto library = open();
    EXPECT_EQ(items(library).size(), 1U);
    EXPECT_EQ(library.journal_problems().size(), 5 * kStrangers);
    EXPECT_TRUE(library.gaps()->empty());
    EXPECT_EQ(*library.device(), own);
    const auto now = library.tick();
    ASSERT_TRUE(now);
    EXPECT_LT(now->to_text(), "2027") << "a stranger sets nobody's clock";
    EXPECT_TRUE(name_device(library, own, "home"));
    EXPECT_EQ(check(library, {}, home.heard)->originals, 1U);
}

TEST_F(Hostile, NothingIsWrittenThroughALinkOutOfTheArchive) {
    write_text(scratch / "a/one.jpg", "one");
    write_text(scratch / "b/two.jpg", "two");
    {
        auto library = open();
        keep(library, {scratch / "a"});
    }
    for (const std::string folder :
         {"objects", "tmp", "journal", "keys", "mirror", "mirror/journal", "mirror/keys"}) {
        const auto copy = scratch / "copy";
        const auto outside = scratch / "outside";
        fs::copy(archive, copy, fs::copy_options::recursive);
        if (fs::exists(fs::path(copy) / folder))
            fs::rename(fs::path(copy) / folder, outside);
        else
            fs::create_directory(outside);
        fs::create_directory_symlink(outside, fs::path(copy) / folder);
        const auto before = testing::tree_of(outside);
        {
            auto library = open(laptop, copy);
            const auto kept = library::keep(library, {{scratch / "b"}}, {}, laptop.heard);
            EXPECT_FALSE(kept && kept->kept == 1 && folder == "objects");
            static_cast<void>(add_recipient(library, "Ana", ana.recipient()));
            static_cast<void>(tend(library, laptop.heard));
        }
        EXPECT_EQ(testing::tree_of(outside), before) << folder;
        fs::remove_all(copy);
        fs::remove_all(outside);
    }
}

TEST_F(Hostile, NothingIsErasedThroughALinkOutOfTheArchive) {
    const auto outside = scratch / "outside";
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        fs::copy(archive + "/keys", outside);
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
    }
    fs::remove_all(archive + "/keys");
    fs::create_directory_symlink(outside, archive + "/keys");
    const auto before = testing::tree_of(outside);
    ASSERT_EQ(before.size(), 2U);
    auto library = open();
    EXPECT_EQ(testing::tree_of(outside), before);
}

TEST_F(Hostile, WhatTakesTheNameOfADamagedFileDoesNotStopKeeping) {
    for (const auto* folder : {"/keys", "/journal"}) {
        std::vector<fs::path> files;
        for (const auto& entry : fs::recursive_directory_iterator(archive + folder))
            if (entry.is_regular_file()) files.push_back(entry.path());
        for (const auto& file : files) {
            fs::remove(file);
            ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
        }
    }
    write_text(scratch / "a/one.jpg", "one");
    auto library = open();
    EXPECT_EQ(keep(library, {scratch / "a"}).kept, 1U);
}

TEST_F(Hostile, AnEndedWayInLeavesTheDeviceItsKeys) {
    {
        auto library = open();
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
    }
    fs::copy(archive, disk, fs::copy_options::recursive);
    model::DeviceId device;
    {
        auto library = open();
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
        device = *library.device();
    }
    add_copy(disk, archive);  // her key file is back
    EXPECT_FALSE(home.open(archive, ana));
    auto library = open();
    EXPECT_EQ(library.device(), device);
    EXPECT_TRUE(library.gaps()->empty());
}

}  // namespace
}  // namespace keepsake::library
