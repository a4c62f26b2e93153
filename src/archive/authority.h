#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/identity_file.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

/// Which devices' segments count, and which keys are the archive's now. Source:
/// docs/formats/journal.md, "Who counts".
namespace keepsake::archive {

/// Signs an epoch's entry by the root before it and by its own, and names both in it. For the first
/// they are one.
void sign_epoch(const model::ArchiveId& archive, const crypto::SigningKey& previous,
                const crypto::SigningKey& root, model::Epoch& epoch);

/// A way in that the opening of an epoch tells of, and when it was said.
struct ToldWay {
    model::HybridTime clock;
    model::Way way;
    friend auto operator<=>(const ToldWay&, const ToldWay&) = default;
};

/// What the opening of an epoch tells: the word of its own root, so of somebody who was to have its
/// keys. Where the same epoch is opened twice (two that were opened at once were joined), what
/// either tells, whatever the order in which they come.
struct Opening {
    std::map<model::DeviceId, model::Head> devices;  ///< accepted from before; the higher head
    std::set<model::FileHash> revoked;               ///< all key files that open nothing any more
    std::map<model::WayId, ToldWay> ways;            ///< who may open it; the later word
};

/// A value fed with signed segments (observe) and their epoch, enroll, retire and adopt entries
/// (add), in any order. A claim whose signature does not hold is passed over, as if it were not
/// there.
///
/// The epochs form a chain from the first root, whose hash is the archive's id: each opened by a
/// signature of the one before, and one of its own. Whoever was a keeper knows the roots of that
/// time and can sign a second successor of one of them; so a device goes on with the chain that it
/// has seen before (`pinned`), and never takes one of two by itself. He can also open anew what he
/// knows both roots of; so nothing is believed of an opening but of the newest epoch's, whose root
/// nobody knows who was removed before. Thread safety: one thread at a time.
class Authority {
  public:
    /// `pinned`: the roots ("ssh-ed25519 ...") of the chain that this device has gone by, oldest
    /// first.
    Authority(const IdentityFile& identity, std::vector<std::string> pinned);

    /// Takes in where a segment stands in its series.
    void observe(const model::DeviceId& device, const model::Head& segment,
                 const std::optional<model::TextHash>& previous);
    /// Takes in the key that signed a segment of the device: where the segment that enrolled it is
    /// lost, nothing else tells it. Passed over if its hash is not the device's id.
    void learn_key(const model::DeviceId& device, const crypto::VerifyingKey& key);
    /// The highest segment of a device that was taken in, whether it counts or not.
    std::optional<model::Head> latest_of(const model::DeviceId& device) const;
    /// Takes in one entry of a segment of `writer`; entries of other kinds are passed over.
    void add(const model::DeviceId& writer, const model::Head& segment, const model::Entry& entry);
    /// Whether an entry is of a kind that add() looks at.
    static bool concerns(const model::Entry& entry);

    /// Whether the segment counts.
    bool counts(const model::DeviceId& device, const model::Head& segment) const;
    /// Whether all segments of a device count, whatever they are: no need to know how they hang
    /// together.
    bool counts_whole(const model::DeviceId& device) const;
    /// Whether the device may go on writing without being enrolled anew.
    bool may_write(const model::DeviceId& device) const;
    bool is_enrolled(const model::DeviceId& device) const;
    bool is_retired(const model::DeviceId& device) const;
    /// The key of every device that an enroll entry tells of or that signed what waits, counting or
    /// not: each has its device's id as its hash, so that a keeper can let in what waits.
    const std::map<model::DeviceId, std::string>& keys() const { return keys_; }
    /// The last segment of a device that the newest epoch's opening tells of: up to it, keys of
    /// earlier epochs open.
    std::uint64_t last_seq_of_earlier_epochs(const model::DeviceId& device) const;

    /// The roots of the epochs that hold, oldest first; at least the first.
    const std::vector<std::string>& chain() const;
    /// The roots from which something may still be read: the first, those of the chain from the
    /// newest on, then others that lead to it.
    std::vector<std::string> roots_to_hand_on() const;
    /// What the opening of the newest of those epochs tells. Null for the first, whose ways stand
    /// beside it; where it is not here; and while it is undecided which is the newest.
    const Opening* newest_opening() const;
    /// Whether nothing is known to lack of what the newest epoch's opening tells.
    bool knows_newest_opening() const { return chain().size() == 1 || newest_opening() != nullptr; }
    /// What the opening of any epoch tells; null where it is not here. Only for one that a person
    /// takes for a keeper's.
    const Opening* opening_of(const std::string& root) const;
    /// Key files that open nothing any more, by the word of the newest epoch.
    std::set<model::FileHash> revoked_files() const;
    /// Who may open the archive, as the newest epoch's opening tells it: it stands there even where
    /// the segment that was to follow was never written.
    std::vector<ToldWay> ways_told() const;
    /// Whether the newest epoch is one whose keys are not in the identity file: this way in was
    /// ended.
    bool is_ended() const;
    /// Roots of other successors, opened beside the chain, as far as each goes; those whose keys
    /// are here.
    std::vector<std::string> side_ends() const;
    /// Whether two successors stand side by side and this device has gone by neither.
    bool is_undecided() const;

  private:
    struct Claim {  // a retirement or an adoption, with the segment that says so
        model::DeviceId writer;
        model::Head segment;
        model::Head head;
        std::string root;  // that signs a retirement
    };
    struct Derived {  // what follows from what was taken in; made when asked for
        std::vector<std::string> chain;
        bool undecided = false;
        std::map<model::DeviceId, std::set<model::TextHash>> enrolled_parts;
        std::map<model::DeviceId, std::set<model::TextHash>> retired_parts;
    };
    void add_enroll(const model::Enroll& enroll);
    void add_epoch(const model::Epoch& epoch);
    void add_retire(const model::DeviceId& writer, const model::Head& segment,
                    const model::Retire& retire);
    Derived& derived() const;
    std::vector<std::string> make_chain(bool& undecided) const;
    std::string end_of(std::string root) const;
    bool enrolled_whole(const model::DeviceId& device) const;
    bool enrolled_counts(const model::DeviceId& device, const model::Head& segment) const;
    std::set<model::TextHash> leading_to(const model::DeviceId& device,
                                         const model::Head& head) const;
    std::vector<model::Head> retirements(const model::DeviceId& device) const;

    model::ArchiveId archive_;
    std::string first_root_;
    std::set<std::string> keys_here_;  // roots of the identity file
    std::vector<std::string> pinned_;
    std::map<std::string, std::set<std::string>> successors_;    // of a root
    std::map<std::string, Opening> openings_;                    // by root
    std::map<model::DeviceId, std::set<std::string>> enrolled_;  // roots that let it in
    std::map<model::DeviceId, std::string> keys_;
    std::map<model::DeviceId, std::vector<Claim>> retired_;
    std::map<model::DeviceId, std::vector<Claim>> adopted_;
    std::map<model::DeviceId, std::map<model::TextHash, std::optional<model::TextHash>>> previous_;
    std::map<model::DeviceId, model::Head> latest_;
    mutable std::optional<Derived> derived_;
};

}  // namespace keepsake::archive
