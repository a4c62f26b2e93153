#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "archive/layout.h"
#include "base/bytes.h"
#include "crypto/age_keys.h"
#include "model/entry.h"
#include "model/ids.h"
#include "model/segment.h"

namespace keepsake::testing {

/// One segment of somebody's journal, as it was written.
struct Page {
    model::SegmentHeader header;
    model::TextHash text;
    std::vector<model::Entry> entries;
};

/// Every segment that ever stood in any copy, and which files hold which. It opens journal files;
/// what they mean together is FamilyView's to say.
class JournalPages {
  public:
    explicit JournalPages(const model::ArchiveId& archive) : archive_(archive) {}

    /// Keys that open journal files; the same twice is fine.
    void add_identities(const std::vector<crypto::AgeIdentity>& identities);
    /// The segments of a whole journal file. Throws if nothing that was written opens like that.
    const std::vector<model::TextHash>& learn(const archive::JournalFileName& name,
                                              ByteView sealed);
    const Page& page(const model::TextHash& text) const { return pages_.at(text); }
    /// The root that the archive's id follows from.
    const std::string& first_root() const { return first_root_; }
    /// What an object holds; none if nobody named it.
    std::optional<model::ContentId> content_of(const model::ObjectId& object) const;
    /// The segments that tell who may open the archive.
    const std::set<model::TextHash>& about_ways() const { return about_ways_; }
    /// Key files that any epoch revoked.
    const std::set<model::FileHash>& revoked() const { return revoked_; }

  private:
    model::ArchiveId archive_;
    std::vector<crypto::AgeIdentity> identities_;
    std::set<std::string> known_;
    std::map<model::TextHash, Page> pages_;
    std::map<model::FileHash, std::vector<model::TextHash>> files_;
    std::map<model::ObjectId, model::ContentId> objects_;
    std::set<model::FileHash> revoked_;
    std::set<model::TextHash> about_ways_;
    std::string first_root_;
};

}  // namespace keepsake::testing
