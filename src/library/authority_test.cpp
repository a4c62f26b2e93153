// Who counts and who may open the archive, whatever somebody put there who knows earlier roots, in
// whatever order it comes.

#include "archive/authority.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/identity_file.h"
#include "base/bytes.h"
#include "crypto/age_keys.h"
#include "crypto/signing.h"
#include "library/local_state.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "support/family.h"

namespace keepsake::archive {
namespace {

constexpr int kOrders = 60;

template <class Id>
Id numbered(std::uint8_t number) {
    Id id;
    id.bytes.fill(number);
    return id;
}

// Epochs 1, 2 and 3. Whoever was removed with the third knows the first two roots.
class Epochs : public ::testing::Test {
  protected:
    Epochs() : identity(IdentityFile::first(random)) {
        for (std::uint32_t number = 2; number <= 3; ++number)
            identity.epochs.insert(identity.epochs.begin(),
                                   {number, crypto::SigningKey::generate(random),
                                    crypto::AgeIdentity::generate(random)});
        enroll_by(1);
        openings = {opening(2), opening(3)};
        for (std::uint32_t i = 0; i < openings.size(); ++i)
            sign_epoch(identity.archive, root(i + 1), root(i + 2), openings[i]);
    }
    const crypto::SigningKey& root(std::uint32_t number) const {
        return identity.epochs.at(3 - number).root;
    }
    std::string name_of(std::uint32_t number) const {
        return root(number).verifying_key().to_openssh();
    }
    std::vector<std::string> whole_chain() const { return {name_of(1), name_of(2), name_of(3)}; }

    // What the family says: its device as far as it has come, one key file that is ended, one way.
    model::Epoch opening(std::uint32_t number) const {
        model::Epoch epoch;
        epoch.number = number;
        epoch.opened = {std::int64_t{number} * 1000, 0};
        epoch.devices[device.id()] = head(2);
        epoch.revoked = {numbered<model::FileHash>(0xee)};
        epoch.ways = {{numbered<model::WayId>(1),
                       model::WayKind::passphrase,
                       "ours",
                       "age1q",
                       {numbered<model::FileHash>(static_cast<std::uint8_t>(number))}}};
        return epoch;
    }
    // What she would have it say instead.
    model::Epoch hostile(std::uint32_t number) const {
        model::Epoch epoch;
        epoch.number = number;
        epoch.opened = {9'999'999'999'999, 0xffff};
        epoch.devices[device.id()] = {1'000'000, numbered<model::TextHash>(0x66)};
        epoch.devices[hers.id()] = {1'000'000, numbered<model::TextHash>(0x67)};
        for (std::uint8_t i = 1; i < 10; ++i) epoch.revoked.push_back(numbered<model::FileHash>(i));
        epoch.ways = {{numbered<model::WayId>(1),
                       model::WayKind::recipient,
                       "ours",
                       "age1hers",
                       {numbered<model::FileHash>(0x99)}},
                      {numbered<model::WayId>(2),
                       model::WayKind::recipient,
                       "",
                       "age1hers",
                       {numbered<model::FileHash>(0x99)}}};
        return epoch;
    }
    void enroll_by(std::uint32_t number) {
        for (const auto* keys : {&device, &hers}) {
            model::Enroll enroll{
                keys->id(), keys->signing.verifying_key().to_openssh(), name_of(number), {}};
            enroll.signature =
                crypto::sshsig_sign(root(number), "keepsake-enroll-v1@" + identity.archive.hex(),
                                    as_bytes(model::enroll_text(identity.archive, enroll)));
            entries.emplace_back(enroll);
        }
    }
    model::Head head(std::uint8_t number) const {
        return {number, numbered<model::TextHash>(number)};
    }
    // Reads everything in some order, given by a number.
    Authority read(const std::vector<model::Epoch>& forged, unsigned order,
                   std::vector<std::string> pinned) const {
        Authority authority(identity, std::move(pinned));
        auto all = entries;
        all.insert(all.end(), openings.begin(), openings.end());
        all.insert(all.end(), forged.begin(), forged.end());
        std::mt19937 shuffle(order);
        std::ranges::shuffle(all, shuffle);
        for (const auto& body : all) {
            model::Entry entry;
            entry.body = body;
            authority.add(hers.id(), {1, numbered<model::TextHash>(0x67)}, entry);
        }
        authority.observe(device.id(), head(1), std::nullopt);
        authority.observe(device.id(), head(2), head(1).text);
        authority.observe(hers.id(), {1'000'000, numbered<model::TextHash>(0x67)}, std::nullopt);
        return authority;
    }
    void expect_nothing_changed(const std::vector<model::Epoch>& forged) const {
        for (unsigned order = 0; order < kOrders; ++order)
            for (const auto& pinned :
                 {std::vector<std::string>{}, {name_of(1), name_of(2)}, whole_chain()}) {
                SCOPED_TRACE("order " + std::to_string(order));
                const auto authority = read(forged, order, pinned);
                EXPECT_EQ(authority.chain().back(), name_of(3));
                expect_the_third_holds(authority);
            }
    }
    void expect_the_third_holds(const Authority& authority) const {
        EXPECT_EQ(authority.revoked_files(), std::set{numbered<model::FileHash>(0xee)});
        ASSERT_EQ(authority.ways_told().size(), 1U);
        EXPECT_EQ(authority.ways_told().front().way, openings.back().ways.front());
        EXPECT_EQ(authority.ways_told().front().clock, openings.back().opened);
        EXPECT_TRUE(authority.counts(device.id(), head(1)));
        EXPECT_TRUE(authority.counts(device.id(), head(2)));
        EXPECT_FALSE(authority.counts(hers.id(), {1'000'000, numbered<model::TextHash>(0x67)}));
        EXPECT_EQ(authority.last_seq_of_earlier_epochs(device.id()), 2U);
        EXPECT_FALSE(authority.is_ended());
        EXPECT_FALSE(authority.is_undecided());
    }

    testing::SeededRandom random{77};
    IdentityFile identity;
    library::DeviceKeys device = library::new_device_keys(random);
    library::DeviceKeys hers = library::new_device_keys(random);
    std::vector<model::EntryBody> entries;
    std::vector<model::Epoch> openings;
};

TEST_F(Epochs, AreHeardInAnyOrder) { expect_nothing_changed({}); }

// She knows the root before, and neither the one that was opened nor what it signed elsewhere.
TEST_F(Epochs, AreNotOpenedAnewByWhoDoesNotKnowTheirRoot) {
    std::vector<model::Epoch> forged;
    for (int accepted_by = 0; accepted_by < 4; ++accepted_by) {
        auto epoch = hostile(3);
        sign_epoch(identity.archive, root(2), root(3), epoch);
        const auto true_signature = epoch.signature;
        sign_epoch(identity.archive, root(2), root(2), epoch);
        const auto by_second = epoch.accepted;
        epoch.root = name_of(3);
        epoch.signature = true_signature;
        epoch.accepted = accepted_by == 0   ? true_signature
                         : accepted_by == 1 ? by_second
                         : accepted_by == 2 ? openings.back().accepted
                                            : "";
        forged.push_back(epoch);
    }
    // The true opening with another field: what either signed is not this.
    auto changed = openings.back();
    changed.opened = hostile(3).opened;
    forged.push_back(changed);
    changed = openings.back();
    changed.ways.clear();
    forged.push_back(changed);
    expect_nothing_changed(forged);
}

// Of an epoch that she was part of she knows both roots.
TEST_F(Epochs, AnEarlierOneOpenedAnewTellsNothing) {
    auto again = hostile(2);
    sign_epoch(identity.archive, root(1), root(2), again);
    expect_nothing_changed({again});
}

// An epoch of her own between two that she knows is a way to the same end, and nothing more.
TEST_F(Epochs, OnesOfHersBetweenEarlierOnesTellNothing) {
    const auto own = crypto::SigningKey::generate(random);
    auto away = hostile(2);
    sign_epoch(identity.archive, root(1), own, away);
    auto back = hostile(3);
    sign_epoch(identity.archive, own, root(2), back);
    expect_nothing_changed({away, back});
}

// One of her own beside the chain is told of, and not followed by who has gone by the chain. Who
// has not reads, and believes nothing of either.
TEST_F(Epochs, OnesOfHersBesideTheChainEndAndLetInNobody) {
    for (const std::uint32_t from : {1U, 2U}) {
        testing::SeededRandom her_random{from};
        auto rogue = hostile(from + 1);
        const auto own = crypto::SigningKey::generate(her_random);
        sign_epoch(identity.archive, root(from), own, rogue);
        for (unsigned order = 0; order < kOrders; ++order) {
            const auto pinned = read({rogue}, order, whole_chain());
            EXPECT_EQ(pinned.chain(), whole_chain());
            expect_the_third_holds(pinned);
            const auto fresh = read({rogue}, order, {});
            EXPECT_TRUE(fresh.is_undecided());
            EXPECT_FALSE(fresh.may_write(device.id()));
            EXPECT_TRUE(fresh.revoked_files().empty());
            EXPECT_TRUE(fresh.ways_told().empty());
            EXPECT_EQ(fresh.newest_opening(), nullptr);
        }
    }
}

// No successor that she makes of the newest epoch is one: she does not know its root.
TEST_F(Epochs, TheNewestIsFollowedByNobodyElses) {
    const auto own = crypto::SigningKey::generate(random);
    auto rogue = hostile(4);
    sign_epoch(identity.archive, root(2), own, rogue);
    rogue.previous = name_of(3);
    expect_nothing_changed({rogue});
}

// Where the word that opened the newest epoch is not here, no earlier one stands in for it.
TEST_F(Epochs, WithoutTheNewestOpeningNobodyIsEndedAndOnlyItsOwnCount) {
    openings.pop_back();
    auto again = hostile(2);
    sign_epoch(identity.archive, root(1), root(2), again);
    const auto authority = read({again}, 1, whole_chain());
    EXPECT_EQ(authority.chain(), whole_chain());
    EXPECT_FALSE(authority.knows_newest_opening());
    EXPECT_TRUE(authority.revoked_files().empty());
    EXPECT_TRUE(authority.ways_told().empty());
    EXPECT_FALSE(authority.counts(hers.id(), {1'000'000, numbered<model::TextHash>(0x67)}));
    EXPECT_FALSE(authority.counts(device.id(), head(1)));
    entries.clear();
    enroll_by(3);
    EXPECT_TRUE(read({again}, 1, whole_chain()).counts(device.id(), head(1)));
}

// Two that were opened at once and joined: each side goes by its own line, and both by one word.
TEST_F(Epochs, ThatWereJoinedAreOneWhicheverWasGoneBy) {
    const auto other = crypto::SigningKey::generate(random);
    auto beside = opening(2);
    beside.devices.clear();
    sign_epoch(identity.archive, root(1), other, beside);
    auto joining = openings.back();
    sign_epoch(identity.archive, other, root(3), joining);
    const auto there = read({beside, joining}, 3, {name_of(1), other.verifying_key().to_openssh()});
    expect_the_third_holds(there);
    EXPECT_EQ(there.chain().back(), name_of(3));
    expect_nothing_changed({beside, joining});
}

}  // namespace
}  // namespace keepsake::archive
