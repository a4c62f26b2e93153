#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/age_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/signing.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"
#include "os/file_system.h"

/// The journal's files: listing, reading whole ones from either place, writing new ones to both.
/// Source: docs/formats/journal.md, "Files".
namespace keepsake::archive {

inline constexpr std::size_t kLargestJournalFileBytes = 65UL
                                                        << 20U;  ///< a rollup of 64 MiB, sealed
inline constexpr std::size_t kMostJournalFiles = 2'000'000;

/// What stands in journal/ and mirror/journal/ together.
struct JournalListing {
    std::vector<JournalFileName> files;  ///< each once, by (device, first, last, hash)
    std::set<JournalFileName> only_in_main;
    std::set<JournalFileName> only_in_mirror;
    std::vector<std::string> strangers;  ///< relative paths of what is no journal file
    bool has_main = false;
    bool has_mirror = false;
    bool in_both(const JournalFileName& name) const {
        return !only_in_main.contains(name) && !only_in_mirror.contains(name);
    }
};

/// Errors: corrupt if neither folder is there, not_found if the archive is not there any more
/// either; those of listing (a failed listing is never taken for a shorter one); limit.
Result<JournalListing> list_journal(os::FileSystem& files, const std::string& archive_path);

/// A journal file's sealed bytes, from the main place, or from the mirror if they are not whole
/// there. Errors: corrupt if whole in neither; not_found if in neither.
struct JournalBytes {
    Bytes sealed;
    bool from_mirror = false;
};
Result<JournalBytes> read_journal_file(os::FileSystem& files, const std::string& archive_path,
                                       const JournalFileName& name);

/// Decrypted, parsed and checked as to signatures (each by the key whose hash is the device's id).
/// Whether the segments count is Authority's to say. Neither the sealed bytes nor the text are held
/// longer than they are needed: the segments come without `signed_text`.
/// Errors: wrong_key if no identity opens it; corrupt; limit; unsupported.
Result<std::vector<model::Segment>> open_journal_file(
    const JournalFileName& name, Bytes sealed, std::span<const crypto::AgeIdentity> identities,
    const model::ArchiveId& archive, model::EntryParser& parser);

/// Signs, seals and writes one segment to the main place and to the mirror.
/// Durability: when it returns, the segment survives a crash, in both places.
struct WrittenSegment {
    JournalFileName name;
    model::TextHash text;
};
Result<WrittenSegment> write_segment(Staging& staging, const model::SegmentHeader& header,
                                     const std::vector<model::Entry>& entries,
                                     const crypto::SigningKey& key,
                                     const crypto::AgeRecipient& recipient,
                                     crypto::RandomSource& random);

/// Removes a journal file from both places; one that is not there is fine.
Result<> remove_journal_file(Staging& staging, const JournalFileName& name);

/// Writes one file that holds the texts of consecutive segments of one device one after another,
/// and reads it back from both places and compares. What it stands for is remove_rolled_up's to
/// remove. Requires: the names cover first..last without a gap. Errors: as reading and writing;
/// limit past 64 MiB.
Result<JournalFileName> roll_up(Staging& staging, std::span<const JournalFileName> names,
                                std::span<const crypto::AgeIdentity> identities,
                                const crypto::AgeRecipient& recipient,
                                crypto::RandomSource& random);

/// Removes those of `inside` of which every text stands in the rollup, which is read again from
/// both places first; gives the ones that went.
Result<std::vector<JournalFileName>> remove_rolled_up(
    Staging& staging, const JournalFileName& rollup, std::span<const JournalFileName> inside,
    std::span<const crypto::AgeIdentity> identities);

}  // namespace keepsake::archive
