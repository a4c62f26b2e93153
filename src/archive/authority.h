#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/identity_file.h"
#include "base/result.h"
#include "model/entry.h"
#include "model/ids.h"

/// Which devices' segments count. Source: docs/formats/journal.md, "Merging".
namespace keepsake::archive {

/// A value fed with the epoch, enroll, retire and adopt entries of signed segments, in any order.
/// A claim whose signature is not a root's of the identity file is passed over, as if it were not
/// there. Thread safety: one thread at a time.
class Authority {
  public:
    explicit Authority(const IdentityFile& identity);

    /// Takes in one entry of segment `seq` of `writer`; entries of other kinds are passed over.
    void add(const model::DeviceId& writer, std::uint64_t seq, const model::Entry& entry);
    /// Whether an entry is of a kind that add() looks at.
    static bool concerns(const model::Entry& entry);

    /// Whether the segment counts.
    bool counts(const model::DeviceId& device, std::uint64_t seq) const;
    /// Whether the device may go on writing without being enrolled anew.
    bool may_write(const model::DeviceId& device) const;
    bool is_enrolled(const model::DeviceId& device) const;
    /// The last segment that counts by a retirement; none if not retired.
    std::optional<std::uint64_t> retired_after(const model::DeviceId& device) const;

    /// The last segment of a device that an epoch's opening tells of: up to it, keys of earlier epochs open.
    std::uint64_t last_seq_of_earlier_epochs(const model::DeviceId& device) const;

    /// Key files that open nothing any more.
    std::set<model::FileHash> revoked_files() const;
    /// An epoch whose keys are not in the identity file: this way in was ended. Its number; none if
    /// all are there.
    std::optional<std::uint32_t> epoch_without_keys() const;
    /// The root, "ssh-ed25519 ...", of the newest epoch whose keys are here; none before the first
    /// is told of.
    std::optional<std::string> newest_root() const;

  private:
    struct KnownEpoch {
        std::uint32_t number = 1;
        bool have_keys = false;
        std::map<model::DeviceId, std::uint64_t> devices;
        std::vector<model::FileHash> revoked;
    };
    struct Claim {  // a retirement or an adoption, with who says so
        model::DeviceId writer;
        std::uint64_t writer_seq = 0;
        std::uint64_t last_seq = 0;
    };
    void add_enroll(const model::Enroll& enroll);
    void add_epoch(const model::Epoch& epoch);
    /// Epochs that bind: those whose keys are here, and later ones. One of the past whose keys are
    /// not here may be the word of a keeper who was removed, and binds nobody.
    std::vector<const KnownEpoch*> binding_epochs() const;
    bool enrolled_for(const model::DeviceId& device, std::uint64_t seq) const;
    bool believed(const Claim& claim) const { return enrolled_for(claim.writer, claim.writer_seq); }

    model::ArchiveId archive_;
    std::map<std::string, std::uint32_t>
        roots_;  // "ssh-ed25519 ..." to the epoch's number, of the identity file
    std::map<std::string, KnownEpoch> epochs_;           // by root
    std::map<model::DeviceId, std::uint32_t> enrolled_;  // the highest epoch whose root enrolled it
    std::map<model::DeviceId, std::vector<Claim>> retired_;
    std::map<model::DeviceId, std::vector<Claim>> adopted_;
};

}  // namespace keepsake::archive
