#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/identity_file.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

/// Which devices' segments count, and which keys are the archive's now. Source:
/// docs/formats/journal.md, "Who counts".
namespace keepsake::archive {

/// A way in that the opening of an epoch tells of, and when it was said.
struct ToldWay {
    model::Way way;
    model::HybridTime clock;
};

/// A value fed with signed segments (observe) and their epoch, enroll, retire and adopt entries
/// (add), in any order. A claim whose signature does not hold is passed over, as if it were not
/// there.
///
/// The epochs form a chain from the first root, whose hash is the archive's id: each opened by a
/// signature of the one before. Whoever was a keeper knows the roots of that time and can sign a
/// second successor of one of them; so a device goes on with the chain that it has seen before
/// (`pinned`), and never takes one of two by itself. Thread safety: one thread at a time.
class Authority {
  public:
    /// `pinned`: the roots ("ssh-ed25519 ...") of the chain that this device has gone by, oldest
    /// first.
    Authority(const IdentityFile& identity, std::vector<std::string> pinned);

    /// Takes in where a segment stands in its series.
    void observe(const model::DeviceId& device, const model::Head& segment,
                 const std::optional<model::TextHash>& previous);
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
    /// The key of every device that an enroll entry tells of, counting or not: each has its
    /// device's id as its hash, so that a keeper can let in what waits.
    const std::map<model::DeviceId, std::string>& keys() const { return keys_; }
    /// The last segment of a device that an epoch's opening tells of: up to it, keys of earlier
    /// epochs open.
    std::uint64_t last_seq_of_earlier_epochs(const model::DeviceId& device) const;

    /// The roots of the epochs that hold, oldest first; at least the first.
    const std::vector<std::string>& chain() const;
    /// Key files that open nothing any more, by the word of those epochs.
    std::set<model::FileHash> revoked_files() const;
    /// Who may open the archive, as the openings of those epochs tell it, oldest first: it stands
    /// there even where the segment that was to follow an opening was never written.
    std::vector<ToldWay> ways_told() const;
    /// Who may open the archive by the word that opened the newest of those epochs; none for the
    /// first, whose ways stand beside it.
    std::vector<model::Way> newest_ways() const;
    /// Key files of the ways in that any epoch's opening tells of, also of those beside the chain.
    std::set<model::FileHash> files_told() const;
    /// Whether the newest epoch is one whose keys are not in the identity file: this way in was
    /// ended.
    bool is_ended() const;
    /// Roots of other successors, opened beside the chain, as far as each goes; those whose keys
    /// are here.
    std::vector<std::string> side_ends() const;
    /// Whether two successors stand side by side and this device has gone by neither.
    bool is_undecided() const;
    /// Key files that epochs beside the chain revoke.
    std::set<model::FileHash> files_revoked_beside() const;

  private:
    struct Opening {  // an epoch's entry whose signature holds
        std::string root;
        std::map<model::DeviceId, model::Head> devices;
        std::set<model::FileHash> revoked;
        std::vector<ToldWay> ways;
    };
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
    void add_epoch(const model::Epoch& epoch, const model::HybridTime& clock);
    void add_retire(const model::DeviceId& writer, const model::Head& segment,
                    const model::Retire& retire);
    Derived& derived() const;
    std::vector<std::string> make_chain(bool& undecided) const;
    std::string end_of(std::string root) const;
    const Opening* opening_of(std::size_t position) const;
    std::size_t enrolled_position(const model::DeviceId& device) const;
    bool enrolled_whole(const model::DeviceId& device) const;
    bool enrolled_counts(const model::DeviceId& device, const model::Head& segment) const;
    std::set<model::TextHash> leading_to(const model::DeviceId& device,
                                         const model::Head& head) const;
    std::vector<model::Head> retirements(const model::DeviceId& device) const;

    model::ArchiveId archive_;
    std::string first_root_;
    std::set<std::string> keys_here_;  // roots of the identity file
    std::vector<std::string> pinned_;
    std::map<std::string, std::map<std::string, Opening>> openings_;  // by previous root, then root
    std::map<model::DeviceId, std::set<std::string>> enrolled_;       // roots that let it in
    std::map<model::DeviceId, std::string> keys_;
    std::map<model::DeviceId, std::vector<Claim>> retired_;
    std::map<model::DeviceId, std::vector<Claim>> adopted_;
    std::map<model::DeviceId, std::map<model::TextHash, std::optional<model::TextHash>>> previous_;
    std::map<model::DeviceId, model::Head> latest_;
    mutable std::optional<Derived> derived_;
};

}  // namespace keepsake::archive
