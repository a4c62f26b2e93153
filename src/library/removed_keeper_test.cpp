// What somebody who was a keeper, and still can write into the folder, must not be able to do with
// the roots that she knows: end key files, shut anybody out, let herself or a device in, hide what
// was kept.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "archive/authority.h"
#include "archive/identity_file.h"
#include "archive/journal_store.h"
#include "archive/key_store.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/age_keys.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "library/keys.h"
#include "library/library.h"
#include "library/local_state.h"
#include "library/tell.h"
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

class RemovedKeeper : public Family {
  protected:
    RemovedKeeper()
        : laptop(scratch, "anas-laptop", 2),
          ana(crypto::AgeIdentity::generate(laptop.random)),
          kim(crypto::AgeIdentity::generate(home.random)),
          paper(crypto::AgeIdentity::generate(home.random)) {}

    // Ana is a keeper for so many epochs, of which she remembers all keys; then she is removed.
    void SetUp() override {
        Family::SetUp();
        write_text(scratch / "a/before", "before");
        write_text(scratch / "b/after", "after");
        auto library = open();
        keep(library, {scratch / "a"});
        ASSERT_TRUE(add_recipient(library, "Ana", ana.recipient()));
        ASSERT_TRUE(add_recipient(library, "Kim", kim.recipient()));
        ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
        {
            auto hers = laptop.open(archive, ana);
            ASSERT_TRUE(hers) << hers.error().describe();
            ASSERT_TRUE(name_device(*hers, *hers->device(), "Ana's"));
            known = hers->identity().clone();
        }
        ASSERT_EQ(known.epochs.size(), 2U);
        ASSERT_TRUE(library.refresh(home.heard));
        fs::copy(archive, scratch / "earlier", fs::copy_options::recursive);
        ASSERT_TRUE(remove_way(library, find_way(library, "Ana").value()));
        ASSERT_TRUE(add_recipient(library, "paper", paper.recipient()));
        keep(library, {scratch / "b"});
        newest = library.current_epoch().root.verifying_key().to_openssh();
        key_files = key_files_of(archive);
    }
    const crypto::SigningKey& root(std::uint32_t number) const {
        return known.epochs.at(2 - number).root;
    }
    static std::set<std::string> key_files_of(const std::string& path) {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(path + "/keys"))
            names.insert(entry.path().filename());
        return names;
    }
    static void add_copy(const std::string& from, const std::string& to) {
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::skip_existing);
    }

    // Every key file that stands here is to end, every device but hers, every way in but hers.
    model::Epoch hostile(const std::string& path) {
        model::Epoch epoch;
        epoch.number = 2;
        epoch.opened = *model::HybridTime::from_text("9999-12-31T23:59:59.999Z-fffe");
        for (const auto& name : key_files_of(path))
            if (name != her_file)
                epoch.revoked.push_back(*model::FileHash::from_hex(fs::path(name).stem().string()));
        for (const auto& entry : fs::directory_iterator(path + "/journal")) {
            auto& head =
                epoch.devices[*model::DeviceId::from_hex(entry.path().filename().string())];
            head.seq = 1'000'000;
            head.text.bytes.fill(0x66);
        }
        model::Way way;
        way.way.bytes.fill(0x55);
        way.kind = model::WayKind::recipient;
        way.recipient = ana.recipient().to_text();
        if (!her_file.empty())
            way.files = {*model::FileHash::from_hex(fs::path(her_file).stem().string())};
        epoch.ways = {way};
        return epoch;
    }
    // A key file of hers that opens for `recipient`, with every epoch that she tells of.
    void write_key_file(const std::string& path, const crypto::AgeRecipient& recipient,
                        const crypto::SigningKey* own) {
        auto file = known.clone();
        if (own != nullptr)
            file.epochs.insert(file.epochs.begin(),
                               {9, own->clone(), crypto::AgeIdentity::generate(laptop.random)});
        archive::Staging staging(laptop.files, path, laptop.random);
        const auto written = archive::add_key_file(
            staging, archive::seal_for_recipient(file, recipient, laptop.random));
        ASSERT_TRUE(written);
        her_file = written->hex() + ".age";
    }
    // A segment of a device that she makes, for whoever has the keys of an epoch that she knows.
    void write(const std::string& path, const std::vector<model::Epoch>& epochs,
               const crypto::SigningKey& enrolled_by) {
        auto& random = laptop.random;
        const auto device = new_device_keys(random);
        model::Enroll enroll{device.id(),
                             device.signing.verifying_key().to_openssh(),
                             enrolled_by.verifying_key().to_openssh(),
                             {}};
        enroll.signature =
            crypto::sshsig_sign(enrolled_by, "keepsake-enroll-v1@" + known.archive.hex(),
                                as_bytes(model::enroll_text(known.archive, enroll)));
        model::HybridClock clock(laptop.clock);
        std::vector<model::Entry> entries{{*clock.next(), enroll}};
        for (const auto& epoch : epochs) entries.push_back({*clock.next(), epoch});
        model::SegmentHeader header;
        header.archive = known.archive;
        header.device = device.id();
        header.clock = entries.back().clock;
        header.time = laptop.clock.now();
        archive::Staging staging(laptop.files, path, random);
        ASSERT_TRUE(archive::write_segment(staging, header, entries, device.signing,
                                           known.newest().identity.recipient(), random));
    }

    // Whoever may open it does, sees everything, and goes on; she does not.
    void expect_all_is_well(Computer& computer, const std::string& path) {
        expect_the_family_is_well(computer, path);
        const auto hers = laptop.open(path, ana);
        ASSERT_FALSE(hers);
        EXPECT_EQ(hers.error().code(), ErrorCode::wrong_key);
    }
    void expect_the_family_is_well(Computer& computer, const std::string& path) {
        auto library = open(computer, path);
        EXPECT_EQ(library.current_epoch().root.verifying_key().to_openssh(), newest);
        EXPECT_TRUE(library.may_write());
        EXPECT_EQ(items(library).size(), 2U);
        std::set<std::string> names;
        const auto ways = list_ways(library);
        ASSERT_TRUE(ways);
        for (const auto& way : *ways) names.insert(way.name);
        EXPECT_EQ(names, (std::set<std::string>{"recipient", "Kim", "paper"}));
        const auto now = key_files_of(path);
        for (const auto& name : key_files) EXPECT_TRUE(now.contains(name)) << name << " was erased";
        EXPECT_TRUE(computer.open(path, kim));
        EXPECT_TRUE(computer.open(path, paper));
    }
    // The next change of keys shuts nobody out, and lets nobody in.
    void expect_keys_can_be_changed() {
        {
            auto library = open();
            ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
            newest = library.current_epoch().root.verifying_key().to_openssh();
        }
        Computer later(scratch, "later", 21);
        expect_all_is_well(later, archive);
    }
    // By who has gone by the family's epochs, by a computer that has not been here, and by one that
    // heard of hers before it heard of the family's.
    void expect_all_is_well_everywhere() {
        expect_all_is_well(home, archive);
        Computer fresh(scratch, "fresh", 11);
        expect_all_is_well(fresh, archive);
        expect_keys_can_be_changed();
    }

    Computer laptop;
    crypto::AgeIdentity ana;
    crypto::AgeIdentity kim;
    crypto::AgeIdentity paper;
    archive::IdentityFile known;  // what she knows
    std::string newest;           // root
    std::string her_file;
    std::set<std::string> key_files;
};

// The keys of epochs 1 and 2 are hers, and the newest she has seen opened.
TEST_F(RemovedKeeper, OpensNoEpochAnewWhoseRootSheDoesNotKnow) {
    write_key_file(archive, ana.recipient(), nullptr);
    std::vector<model::Epoch> forged;
    for (const std::uint32_t accepted_by : {1U, 2U}) {
        auto epoch = hostile(archive);
        epoch.number = 3;
        archive::sign_epoch(known.archive, root(2), root(accepted_by), epoch);
        epoch.root = newest;
        epoch.signature = crypto::sshsig_sign(root(2), "keepsake-epoch-v1@" + known.archive.hex(),
                                              as_bytes(model::epoch_text(known.archive, epoch)));
        epoch.accepted =
            crypto::sshsig_sign(root(accepted_by), "keepsake-epoch-v1@" + known.archive.hex(),
                                as_bytes(model::epoch_text(known.archive, epoch)));
        forged.push_back(epoch);
    }
    write(archive, forged, root(2));
    expect_all_is_well_everywhere();
}

TEST_F(RemovedKeeper, OpensNoEarlierEpochAnewToAnyEffect) {
    write_key_file(archive, ana.recipient(), nullptr);
    auto again = hostile(archive);
    archive::sign_epoch(known.archive, root(1), root(2), again);
    write(archive, {again}, root(2));
    expect_all_is_well_everywhere();
}

TEST_F(RemovedKeeper, PutsNoEpochBetweenThoseThatSheKnew) {
    write_key_file(archive, ana.recipient(), nullptr);
    const auto own = crypto::SigningKey::generate(laptop.random);
    auto away = hostile(archive);
    archive::sign_epoch(known.archive, root(1), own, away);
    auto back = hostile(archive);
    archive::sign_epoch(known.archive, own, root(2), back);
    write(archive, {away, back}, own);
    expect_all_is_well_everywhere();
}

// Another copy, which hears of hers before it hears of the family's. What she makes it do there
// ends when the family's word comes.
TEST_F(RemovedKeeper, IsBelievedNoLongerThanUntilTheFamilysWordComes) {
    const std::string disk = scratch / "earlier";
    write_key_file(disk, ana.recipient(), nullptr);
    auto again = hostile(disk);
    archive::sign_epoch(known.archive, root(1), root(2), again);
    write(disk, {again}, root(2));
    Computer away(scratch, "away", 12);
    static_cast<void>(away.open(disk, owner));
    static_cast<void>(away.open(disk, kim));
    add_copy(archive, disk);
    expect_all_is_well(away, disk);
    Computer fresh(scratch, "fresh", 11);
    expect_all_is_well(fresh, disk);
    add_copy(disk, archive);
    expect_all_is_well_everywhere();
}

// Beside the family's epoch one of her own, with a key file for the others: it is told. Who has
// gone by the family's goes on; a computer that has not been here cannot tell which of the two is
// the family's, and does not choose. Nothing is ended meanwhile, whatever hers says.
TEST_F(RemovedKeeper, MakesNoEpochsOfHerOwn) {
    for (const std::uint32_t from : {1U, 2U}) {
        SCOPED_TRACE(from);
        const auto own = crypto::SigningKey::generate(laptop.random);
        write_key_file(archive, owner.recipient(), &own);
        write_key_file(archive, kim.recipient(), &own);
        write_key_file(archive, ana.recipient(), &own);
        auto rogue = hostile(archive);
        archive::sign_epoch(known.archive, root(from), own, rogue);
        write(archive, {rogue}, own);
        expect_the_family_is_well(home, archive);
        {
            auto library = open();
            EXPECT_FALSE(library.authority().side_ends().empty()) << "it is told";
            const auto joined = list_joined_ways(library);
            ASSERT_TRUE(joined);
            EXPECT_TRUE(from != 1 || std::ranges::any_of(*joined,
                                                         [&](const WayInfo& way) {
                                                             return way.recipient ==
                                                                    ana.recipient().to_text();
                                                         }))
                << "and whom it would let in";
        }
        Computer fresh(scratch, "fresh" + std::to_string(from), 11 + from);
        for (const auto* way : {&owner, &kim}) {
            const auto first_time = fresh.open(archive, *way);
            ASSERT_TRUE(first_time) << first_time.error().describe();
            EXPECT_TRUE(first_time->authority().is_undecided());
            EXPECT_FALSE(first_time->may_write());
        }
        for (const auto& name : key_files)
            EXPECT_TRUE(key_files_of(archive).contains(name)) << name << " was erased";
    }
    // The next change of keys is for the same ways in.
    auto library = open();
    ASSERT_TRUE(rotate(library, Library::Joining::none, false, home.heard));
    newest = library.current_epoch().root.verifying_key().to_openssh();
    expect_the_family_is_well(home, archive);
    EXPECT_TRUE(home.open(archive, kim));
    EXPECT_TRUE(home.open(archive, paper));
}

// Under Kim's number an epoch beside tells of her recipient: a way in never becomes another's.
TEST_F(RemovedKeeper, TakesNobodysPlaceWhereEpochsAreJoined) {
    const auto own = crypto::SigningKey::generate(laptop.random);
    write_key_file(archive, owner.recipient(), &own);
    auto rogue = hostile(archive);
    rogue.revoked.clear();
    {
        auto library = open();
        const auto ways = list_ways(library);
        ASSERT_TRUE(ways);
        for (const auto& way : *ways)
            if (way.name == "Kim") rogue.ways.front().way = way.way;
    }
    rogue.ways.front().name = "Kim";
    archive::sign_epoch(known.archive, root(2), own, rogue);
    write(archive, {rogue}, own);
    auto library = open();
    ASSERT_EQ(library.authority().side_ends().size(), 1U);
    ASSERT_TRUE(rotate(library, Library::Joining::side_epochs, false, home.heard));
    newest = library.current_epoch().root.verifying_key().to_openssh();
    expect_all_is_well(home, archive);
}

// A computer that has gone by neither of two epochs of the family's joins them. What she wrote
// after she was removed, for the epoch before both, does not count by that.
TEST_F(RemovedKeeper, DoesNotCountAgainWhereSomebodyNewJoinsEpochs) {
    const std::string hers = scratch / "hers";
    const std::string disk = scratch / "earlier";
    fs::copy(disk, hers, fs::copy_options::recursive);
    {
        auto late = laptop.open(hers, ana);
        ASSERT_TRUE(late) << late.error().describe();
        const std::vector<model::ItemId> one{items(*late).at(0).item};
        ASSERT_TRUE(let_go(*late, one));
        Computer away(scratch, "away", 12);
        auto elsewhere = open(away, disk);
        ASSERT_TRUE(rotate(elsewhere, Library::Joining::none, false, away.heard));
    }
    add_copy(hers, archive);
    add_copy(disk, archive);
    Computer fresh(scratch, "fresh", 11);
    auto library = open(fresh, archive);
    ASSERT_TRUE(library.authority().is_undecided());
    ASSERT_TRUE(rotate(library, Library::Joining::side_epochs, false, fresh.heard));
    EXPECT_TRUE(items(library, true).empty());
    EXPECT_EQ(items(library).size(), 1U) << "of before the two; what came after waits";
    auto at_home = open();
    EXPECT_EQ(items(at_home).size(), 2U);
    EXPECT_FALSE(laptop.open(archive, ana));
}

// What key files tell of is handed on in new ones only as far as it leads to the newest epoch: with
// a thousand epochs of hers no new key file would open.
TEST_F(RemovedKeeper, MakesNoNewKeyFileTooLarge) {
    auto file = known.clone();
    while (file.epochs.size() < archive::kMostEpochs)
        file.epochs.push_back({7, crypto::SigningKey::generate(laptop.random),
                               crypto::AgeIdentity::generate(laptop.random)});
    archive::Staging staging(laptop.files, archive, laptop.random);
    for (const auto* way : {&owner, &kim})
        ASSERT_TRUE(archive::add_key_file(
            staging, archive::seal_for_recipient(file, way->recipient(), laptop.random)));
    expect_all_is_well_everywhere();
    auto library = open();
    const auto grandma = crypto::AgeIdentity::generate(home.random);
    ASSERT_TRUE(add_recipient(library, "Grandma", grandma.recipient()));
    const auto hers = home.open(archive, grandma);
    ASSERT_TRUE(hers) << hers.error().describe();
    EXPECT_LT(hers->identity().epochs.size(), 10U);
}

// A key file that tells of another identity for an epoch of her time, and is read before the
// others: what was sealed for the right one opens all the same.
TEST_F(RemovedKeeper, HidesNoEpochBehindAnotherIdentity) {
    auto file = known.clone();
    for (auto& keys : file.epochs) keys.identity = crypto::AgeIdentity::generate(laptop.random);
    archive::Staging staging(laptop.files, archive, laptop.random);
    for (const auto* way : {&owner, &kim}) {
        Bytes sealed;
        do {
            sealed = archive::seal_for_recipient(file, way->recipient(), laptop.random);
        } while (crypto::sha256(sealed).front() != 0);
        ASSERT_TRUE(archive::add_key_file(staging, sealed));
    }
    expect_all_is_well_everywhere();
}

// As a keeper she had said that the others' key files are hers: to remove her removes nobody else.
TEST_F(RemovedKeeper, TakesNoKeyFilesOfOthersWithHer) {
    auto library = open();
    const auto eve = crypto::AgeIdentity::generate(laptop.random);
    ASSERT_TRUE(add_recipient(library, "Eve", eve.recipient()));
    model::Way hers;
    const auto ways = list_ways(library);
    ASSERT_TRUE(ways);
    for (const auto& way : *ways)
        if (way.name == "Eve") hers = {way.way, way.kind, way.name, way.recipient, {}};
    for (const auto& name : key_files_of(archive))
        hers.files.push_back(*model::FileHash::from_hex(fs::path(name).stem().string()));
    ASSERT_TRUE(library.commit({hers}));
    ASSERT_TRUE(remove_way(library, hers.way));
    newest = library.current_epoch().root.verifying_key().to_openssh();
    EXPECT_FALSE(home.open(archive, eve));
    expect_all_is_well(home, archive);
    expect_keys_can_be_changed();
}

}  // namespace
}  // namespace keepsake::library
