#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/entry.h"
#include "model/ids.h"

/// What people said that decides what may be shown to whom, read once and held in memory.
namespace keepsake::library {

using Viewer = std::optional<model::PersonId>;

/// What an item or a moment is covered by.
struct Cover {
    std::string line;  ///< "": nobody has said what it is
    std::string more;  ///< words for whoever wants to be told more; "": none
    std::optional<model::PersonId> by;
    std::optional<model::MomentId> moment;  ///< it is covered as a part of this moment
};

/// A part of a picture, in thousandths of it as it is shown after turning.
struct Crop {
    std::uint16_t x = 0;
    std::uint16_t y = 0;
    std::uint16_t width = 1000;
    std::uint16_t height = 1000;
};

/// What was opened by looks: items, and moments with what their covers cover.
struct Opened {
    std::set<model::ItemId> items;
    std::set<model::MomentId> moments;
};

/// A snapshot. Thread safety: immutable once read.
class Told {
  public:
    static Result<Told> read(catalog::Catalog& catalog);

    /// The strictest of item, moments and the viewer's own setting; none where the viewer may see
    /// it, for good or by what was opened.
    std::optional<Cover> cover_of(const model::ItemId& item, const Viewer& viewer,
                                  const Opened& opened) const;
    std::optional<Cover> cover_of(const model::MomentId& moment, const Viewer& viewer,
                                  const Opened& opened) const;
    /// All items that are covered from this viewer, by id, each with what covers it; also such as
    /// were let go.
    std::vector<std::pair<model::ItemId, Cover>> covered(const Viewer& viewer,
                                                         const Opened& opened) const;
    /// Whether anybody covered it in any way: then nothing of it may stay in a cache.
    bool is_ever_covered(const model::ItemId& item) const;
    /// The family's own line, or that of one person.
    std::optional<std::string> line(const model::Subject& of, const Viewer& whose) const;
    struct OwnCover {
        Viewer whose;  ///< none: the family's
        Cover cover;
    };
    /// All that cover it, also from others than whoever asks.
    std::vector<OwnCover> covers_on(const model::Subject& of) const;
    bool left_open(const model::Subject& of, const Viewer& viewer) const;
    std::vector<model::PersonId> who_left_open(const model::Subject& of) const;
    /// Of a person, moment or date ("date:03-14"); the family's word or the viewer's own.
    bool is_quiet(const model::Subject& of, const Viewer& viewer) const;
    std::vector<model::Subject> quiet(const Viewer& viewer) const;

    bool is_just_kept(const model::ItemId& item) const { return just_kept_.contains(item); }
    const std::set<model::ItemId>& just_kept() const { return just_kept_; }
    /// The name of who gave it to be kept; "" if nobody noted that.
    std::string kept_by(const model::ItemId& item) const;
    /// 0, 90, 180 or 270.
    int rotation(const model::ItemId& item) const;
    std::optional<Crop> crop(const model::ItemId& item) const;
    const std::map<model::PersonId, std::string>& people() const { return people_; }
    /// As they are called; "" for nobody, and for whom nobody named.
    std::string name_of(const Viewer& person) const;
    std::optional<model::ItemId> front(const model::MomentId& moment) const;
    const std::string& archive_name() const { return archive_name_; }

  private:
    using Own = std::pair<std::string, Viewer>;  // subject, whose
    Result<> read_covers(catalog::Catalog& catalog);
    Result<> read_cover_words(catalog::Catalog& catalog);
    Result<> read_covered_moments(catalog::Catalog& catalog);
    Result<> read_people(catalog::Catalog& catalog);
    Result<> read_edits(catalog::Catalog& catalog);
    std::optional<Cover> cover_on(const model::Subject& of, const Viewer& viewer) const;
    std::optional<Cover> cover_by(const model::Subject& of, const Viewer& whose) const;

    std::map<Own, std::string> covers_;
    std::map<Own, std::string> covers_more_;
    std::map<std::string, model::PersonId> covered_by_;
    std::set<Own> left_open_;
    std::set<Own> quiet_;
    std::set<std::string> ever_covered_;
    std::unordered_map<model::ItemId, std::vector<model::MomentId>> in_covered_moments_;
    std::set<model::ItemId> just_kept_;
    std::unordered_map<model::ItemId, model::PersonId> kept_by_;
    std::unordered_map<model::ItemId, int> rotations_;
    std::unordered_map<model::ItemId, Crop> crops_;
    std::map<model::PersonId, std::string> people_;
    std::map<model::MomentId, model::ItemId> fronts_;
    std::string archive_name_;
};

}  // namespace keepsake::library
