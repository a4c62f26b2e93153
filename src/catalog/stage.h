#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite_handle.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {

/// What an intake has said and the derived tables do not show yet. Random keys make B-trees slow
/// once they outgrow memory; held back here and written in each tree's own order, a million items
/// cost a few sequential passes. What is derived is computed from sets, so it does not matter when.
class Stage {
  public:
    /// Past this many bytes a flush is due.
    static constexpr std::size_t kMostBytes = 68UL << 20U;

    struct FactsRow {
        model::ContentId content;
        std::string rank;     ///< sorts by (reader, clock, device)
        std::int64_t no = 0;  ///< of its row in `findings`
        std::string brief;    ///< findings.h
        std::optional<std::uint64_t> look;
        std::string pixels;
        friend auto operator<=>(const FactsRow&, const FactsRow&) = default;
    };

    void add_object(const model::Object& object, std::int64_t no);
    void add_keep(const model::HybridTime& clock, const model::Keep& keep);
    void add_facts(FactsRow row);
    /// Something else about the item changed; with `text`, what it is found by.
    void touch(const model::ItemId& item, bool text);
    /// A moment's name changed.
    void touch_moment(const model::MomentId& moment);

    bool is_empty() const;
    std::size_t size_bytes() const;
    void clear();
    /// Brings every derived table up to date. Requires: a transaction.
    Result<> flush(Database& database);

    struct Pair {
        std::int64_t key = 0;
        std::int64_t no = 0;
        friend auto operator<=>(const Pair&, const Pair&) = default;
    };
    struct Place {
        std::array<std::uint8_t, model::ContentId::kBytes / 2> content{};
        std::int64_t place = 0;
        std::int64_t item = 0;
        friend auto operator<=>(const Place&, const Place&) = default;
    };
    struct Keep {  // `size` bytes of a block from `offset`
        std::int64_t item = 0;
        std::uint32_t block = 0;
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
        friend auto operator<=>(const Keep&, const Keep&) = default;
    };
    struct Touch {
        std::int64_t item = 0;
        bool text = false;
        friend auto operator<=>(const Touch&, const Touch&) = default;
    };

  private:
    Result<> note_several(Database& database);
    Result<> write_objects(Database& database);
    Result<> write_places(Database& database);
    Result<> write_facts(Database& database);
    Result<bool> wins(Database& database, const FactsRow& row);
    Result<> expand_groups(Database& database);
    Result<> expand_touched(Database& database);
    void gather_touched();
    Keep stored(std::int64_t item, std::string_view packed);

    std::vector<std::string> blocks_;  // of packed keep entries, filled one after another
    std::size_t blocks_bytes_ = 0;
    std::vector<Keep> keeps_;
    std::vector<Pair> objects_by_content_;
    std::vector<Pair> objects_by_id_;
    std::vector<std::int64_t> sizes_;
    std::vector<Place> places_;
    std::vector<FactsRow> facts_;
    std::vector<Touch> touched_;
    std::vector<std::int64_t> touched_moments_;
};

}  // namespace keepsake::catalog
