#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/packing.h"
#include "catalog/schema.h"
#include "catalog/sqlite_handle.h"
#include "catalog/stage.h"
#include "media/taken.h"
#include "model/ids.h"

/// How the derived rows of items are made anew; seen by refresh*.cpp alone.
namespace keepsake::catalog {

/// Which tables have anything to say at all. In a first intake most have not, and a million
/// questions each are spared.
struct Present {
    bool items = false;
    bool letting = false;
    bool facts = false;
    bool fields = false;
    bool words = false;
    bool links = false;
    bool belongs = false;
    bool parts = false;
};

/// One item whose derived rows are to be made anew.
struct Row {
    std::int64_t item = 0;
    std::int64_t no = 0;
    std::string date;  // as it stood, or a guess; then as it is
    bool stood = false;
    bool renew_text = false;
    bool moved = false;
    int old_state = kStateKept;
    int state = kStateKept;
    int kind = kNoKind;
    bool grouped = false;                // belongs to a group of several
    std::vector<std::int64_t> parts;     // of the one that is shown for its group, the others
    std::span<const Stage::Keep> keeps;  // new ones
    auto place() const { return std::tie(date, item); }
};

/// What is read and derived of one item.
struct Draft {
    Row* row = nullptr;
    std::string old_date;
    std::string packed;                  // all keep entries
    UnpackedKeeps keeps;                 // with those of its parts
    std::size_t own_files = 0;           // of them, those of its own, which come first
    std::vector<std::string> briefs;     // of each file, "" for unknown
    std::vector<std::int64_t> findings;  // of each file, 0 for unknown
    std::optional<media::Taken> by_hand;
    int flags = 0;
    std::string packed_taken;
    std::string text;
};

/// What `facts` says of a content.
struct KnownFacts {
    model::ContentId content;
    std::string brief;
    std::int64_t no = 0;
};

struct WantedFacts {
    model::ContentId content;
    std::size_t draft = 0;
    std::size_t file = 0;
};

/// Reads in the order of items, writes in the order of dates, and items last in their own order:
/// each tree is passed through once, not touched at random.
class Refresh {
  public:
    Refresh(Database& database, const std::vector<std::string>& blocks)
        : database_(database), blocks_(blocks) {}

    Result<> run(std::span<const Stage::Touch> touched, std::span<const Stage::Keep> keeps);

  private:
    Result<> look_around();
    Result<bool> exists(const char* sql);
    std::string_view view_of(const Stage::Keep& keep) const {
        return std::string_view(blocks_[keep.block]).substr(keep.offset, keep.size);
    }
    Result<> add_row(const Stage::Touch& touch, std::span<const Stage::Keep> keeps);
    Result<> add_draft(Row& row);
    Result<> finish_chunk();
    Result<> learn_facts();
    Result<> read_facts();
    Result<> derive(Draft& draft);
    Result<int> read_letting(std::int64_t item);
    Result<> gather_groups();
    Result<> settle_group(std::span<const std::int64_t> items, std::int64_t lead);
    Result<std::string> whole_keeps(const Row& row);
    Result<> read_findings(Draft& draft);
    Result<> read_said(Draft& draft, std::int64_t item);
    void choose_taken(Draft& draft);
    Result<> write_parts();
    Result<> write_unread();
    Result<> write_days();
    Result<> read_fields(Draft& draft, std::string_view subject);
    Result<> read_words(Draft& draft, std::string_view subject);
    Result<> read_moment_names(Draft& draft, std::string_view subject);
    Result<> write_found();
    Result<> write_listed();
    Result<> write_items();
    Result<> write_totals();

    Database& database_;
    const std::vector<std::string>& blocks_;
    Present present_;
    std::int64_t last_no_ = 0;
    std::vector<Row> rows_;
    std::vector<model::ContentId> asked_facts_;  // sorted: what `facts` was asked of
    std::vector<KnownFacts> known_facts_;        // by content: what it knew of these
    std::vector<Draft> drafts_;
    std::size_t draft_bytes_ = 0;
    std::map<std::int64_t, std::string> group_keeps_;  // of those that belong to a group, all
    std::vector<model::ContentId> unread_;
    std::map<std::pair<int, std::string>, std::int64_t> more_days_;
    std::int64_t more_kept_ = 0;
    std::int64_t more_let_go_ = 0;
};

}  // namespace keepsake::catalog
