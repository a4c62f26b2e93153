#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.h"
#include "histories/journal_pages.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::testing {

/// Who wrote something, and when by their clock.
struct Stamp {
    model::HybridTime clock;
    model::DeviceId device;
    friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

/// What a thoughtful person makes of some journal pages, following docs/formats/journal.md
/// ("Merging", "Who counts") with sets and maximums, slowly, all at once and from the start:
/// nothing of it is the program's.
class FamilyView {
  public:
    struct File {
        model::RootId root;
        std::string folder;
        std::string name;
        model::ContentId content;
        std::uint64_t bytes = 0;
        Instant modified;
        friend auto operator<=>(const File&, const File&) = default;
    };
    struct Said {  // one version of words
        Stamp stamp;
        std::string text;
        std::optional<model::ContentId> content;
        friend auto operator<=>(const Said&, const Said&) = default;
    };
    struct LettingGo {
        Stamp stamp;
        bool let_go = false;
        std::uint64_t seq = 0;
    };
    using FieldKey = std::tuple<std::string, std::string, std::optional<model::PersonId>>;
    using LinkKey = std::tuple<std::string, std::string, std::string>;  // of, as, to
    using Written = std::pair<Stamp, std::string>;                      // value

    /// `here`: the segments of a copy that its keys open; `gone_by`: the roots that the device has
    /// gone by.
    FamilyView(const JournalPages& pages, std::set<model::TextHash> here,
               std::vector<std::string> gone_by);

    // Who counts.
    std::vector<std::string> chain;
    bool undecided = false;
    std::set<model::TextHash> counting;
    bool is_retired(const model::DeviceId& device) const;

    // Who may open it.
    /// What tells of the newest epoch; none for the first, or where it is not here.
    std::vector<const model::Epoch*> newest() const;
    /// Whether this copy tells of a way in for this recipient that was not ended.
    bool tells_of(const std::string& recipient) const;
    /// The key files that some way in names, or that were ended.
    std::set<model::FileHash> known_key_files() const;

    // What is kept, as far as it counts.
    std::map<model::ItemId, std::set<File>> items;
    std::map<model::ItemId, LettingGo> letting;
    std::map<std::pair<std::string, std::string>, std::set<Said>> words;  // by subject, field
    std::map<FieldKey, Written> fields;
    std::map<LinkKey, Written> links;
    std::map<model::ContentId, std::set<model::ObjectId>> objects;
    std::map<model::DeviceId, std::map<std::uint64_t, std::set<model::TextHash>>> series;

    bool is_let_go(const model::ItemId& item) const;
    /// The versions of words that nobody replaced.
    std::set<Said> standing(const std::string& subject, const std::string& field) const;
    std::optional<std::string> text_field(const std::string& subject,
                                          const std::string& field) const;
    /// Items let go that refer to a content, and whether anything else does.
    std::set<model::ItemId> let_go_with(const model::ContentId& content) const;
    bool is_live(const model::ContentId& content) const;
    std::set<model::DeviceId> forked() const;
    /// How much is known to exist and does not count here; `known`: heads that the device
    /// remembers.
    std::map<model::DeviceId, std::uint64_t> missing(
        const std::map<model::DeviceId, model::Head>& known) const;
    /// Seconds that a device has counted for this let-go, until its clock says `now`.
    std::int64_t counted_seconds(const model::DeviceId& device, const model::ItemId& item,
                                 Instant now) const;
    /// The seq of a device's first segment that knew of this let-go.
    std::optional<std::uint64_t> first_met(const model::DeviceId& device,
                                           const model::ItemId& item) const;

  private:
    struct Claim {
        const Page* page;
        model::DeviceId device;
        model::Head head;
        std::string root;
    };
    void read_claims();
    std::string leads_to(std::string root) const;
    void follow_chain(std::vector<std::string> gone_by);
    std::set<model::TextHash> leading_to(const model::Head& head) const;
    bool accepted(const Page& page) const;
    bool counts(const Page& page) const;
    std::vector<model::Head> cuts(const model::DeviceId& device) const;
    void take(const Page& page, const model::Entry& entry);
    void take_words(const Stamp& stamp, const model::Words& said);

    const JournalPages* pages_;
    std::set<model::TextHash> here_;
    std::map<std::string, std::set<std::string>> next_;  // roots that go on from a root
    std::map<std::string, std::vector<const model::Epoch*>> openings_;  // by the root they open
    std::map<model::DeviceId, std::set<std::string>> enrolled_;
    std::vector<Claim> retirements_;
    std::vector<Claim> adoptions_;
    std::vector<std::pair<Stamp, model::Way>> ways_;  // told, in any order
    std::set<model::WayId> ended_;
    std::map<std::pair<std::string, std::string>, std::set<Stamp>> replaced_;
    std::map<std::tuple<model::DeviceId, model::ItemId, Stamp>, std::uint64_t> met_;
};

}  // namespace keepsake::testing
