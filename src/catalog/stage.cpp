#include "catalog/stage.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/groups.h"
#include "catalog/packing.h"
#include "catalog/refresh.h"
#include "catalog/sqlite_handle.h"
#include "model/entry.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

constexpr std::size_t kBlockBytes = 1UL << 20U;

// With its room: what is read and derived next needs that more (refresh.cpp).
template <class Value>
void free_all(std::vector<Value>& values) {
    std::vector<Value>().swap(values);
}

template <class Value>
void sort_once(std::vector<Value>& values) {
    std::ranges::sort(values);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
}

Result<> write_pairs(Database& database, const char* sql, std::vector<Stage::Pair>& pairs) {
    sort_once(pairs);
    TRY_LET(auto insert, database.prepare(sql));
    for (const auto& pair : pairs) TRY(insert.bind(1, pair.key).bind(2, pair.no).run());
    free_all(pairs);
    return {};
}

}  // namespace

void Stage::add_object(const model::Object& object, std::int64_t no) {
    objects_by_content_.push_back({key_of(object.content), no});
    objects_by_id_.push_back({key_of(object.object), no});
    sizes_.push_back(static_cast<std::int64_t>(object.content_bytes));
}

void Stage::add_keep(const model::HybridTime& clock, const model::Keep& keep) {
    const auto item = key_of(keep.item);
    keeps_.push_back(stored(item, pack_keep(clock, keep)));
    for (const auto& file : keep.files) {
        auto& place = places_.emplace_back();
        std::ranges::copy(half_of(file.content), place.content.begin());
        place.place = place_key(keep.root, file.folder, file.name, file.modified);
        place.item = item;
    }
}

Stage::Keep Stage::stored(std::int64_t item, std::string_view packed) {
    // Blocks, not one string: that would hold twice as much whenever it grows.
    if (blocks_.empty() || blocks_.back().size() + packed.size() > blocks_.back().capacity())
        blocks_.emplace_back().reserve(std::max(kBlockBytes, packed.size()));
    auto& block = blocks_.back();
    const auto offset = block.size();
    block += packed;
    blocks_bytes_ += packed.size();
    return {item, static_cast<std::uint32_t>(blocks_.size() - 1),
            static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(packed.size())};
}

void Stage::add_facts(FactsRow row) { facts_.push_back(std::move(row)); }

void Stage::touch(const model::ItemId& item, bool text) {
    touched_.push_back({key_of(item), text});
}

void Stage::touch_moment(const model::MomentId& moment) {
    touched_moments_.push_back(key_of(moment));
}

bool Stage::is_empty() const {
    return keeps_.empty() && objects_by_content_.empty() && facts_.empty() && touched_.empty() &&
           touched_moments_.empty();
}

std::size_t Stage::size_bytes() const {
    constexpr std::size_t kHeapBytes = 144;  // of a facts row's strings, with their allocation
    return blocks_bytes_ + keeps_.size() * sizeof(Keep) +
           objects_by_content_.size() * (2 * sizeof(Pair) + sizeof(std::int64_t)) +
           places_.size() * sizeof(Place) + facts_.size() * (sizeof(FactsRow) + kHeapBytes) +
           touched_.size() * sizeof(Touch) + touched_moments_.size() * sizeof(std::int64_t);
}

void Stage::clear() { *this = Stage(); }

Result<> Stage::flush(Database& database) {
    if (is_empty()) return {};
    TRY(write_objects(database));
    TRY(write_places(database));
    TRY(write_facts(database));
    TRY(expand_touched(database));
    TRY(expand_groups(database));
    gather_touched();
    std::ranges::sort(keeps_);
    TRY(refresh_items(database, touched_, keeps_, blocks_));
    // The vectors keep their room for the next round.
    blocks_.clear();
    blocks_bytes_ = 0;
    keeps_.clear();
    touched_.clear();
    touched_moments_.clear();
    return {};
}

/// Contents that more than one object holds are few, and are looked for whenever something is kept:
/// a search through all objects would make that dearer with every year.
Result<> Stage::note_several(Database& database) {
    sort_once(objects_by_content_);
    TRY_LET(auto stands,
            database.prepare("SELECT 1 FROM object_by_content WHERE content = ?1 LIMIT 1"));
    TRY_LET(auto note, database.prepare("INSERT OR IGNORE INTO several(content) VALUES(?1)"));
    const Pair* before = nullptr;
    for (const auto& pair : objects_by_content_) {
        const bool repeated = before != nullptr && before->key == pair.key;
        before = &pair;
        TRY_LET(const bool stood, stands.bind(1, pair.key).step());
        if (stood) stands.reset();
        if (repeated || stood) TRY(note.bind(1, pair.key).run());
    }
    return {};
}

Result<> Stage::write_objects(Database& database) {
    TRY(note_several(database));
    TRY(write_pairs(database, "INSERT INTO object_by_content(content, no) VALUES(?1, ?2)",
                    objects_by_content_));
    TRY(write_pairs(database, "INSERT INTO object_by_id(object, no) VALUES(?1, ?2)",
                    objects_by_id_));
    sort_once(sizes_);
    TRY_LET(auto insert, database.prepare("INSERT OR IGNORE INTO sizes(bytes) VALUES(?1)"));
    for (const auto size : sizes_) TRY(insert.bind(1, size).run());
    free_all(sizes_);
    return {};
}

Result<> Stage::write_places(Database& database) {
    sort_once(places_);
    TRY_LET(auto insert, database.prepare("INSERT OR IGNORE INTO file_by_content(content, place, "
                                          "item) VALUES(?1, ?2, ?3)"));
    for (const auto& place : places_)
        TRY(insert.bind_blob(1, place.content).bind(2, place.place).bind(3, place.item).run());
    free_all(places_);
    return {};
}

/// Whether the row is to take the place of what stands. Two of one rank meet in a fork only: then
/// the greater text.
Result<bool> Stage::wins(Database& database, const FactsRow& row) {
    TRY_LET(auto stands,
            database.prepare("SELECT f.rank, f.no, r.json FROM facts f JOIN findings r "
                             "ON r.no = f.no WHERE f.content = ?1"));
    TRY_LET(const bool found, stands.bind_blob(1, row.content.bytes).step());
    if (!found) return true;
    const std::string rank(stands.column_text(0));
    const auto no = stands.column_int(1);
    const std::string json(stands.column_text(2));
    stands.reset();
    bool better = row.rank > rank;
    if (row.rank == rank) {
        TRY_LET(auto given, database.prepare("SELECT json FROM findings WHERE no = ?1"));
        TRY_LET(const bool there, given.bind(1, row.no).step());
        if (!there) return damaged("facts");
        better = given.column_text(0) > json;
    }
    TRY_LET(auto remove, database.prepare("DELETE FROM findings WHERE no = ?1"));
    TRY(remove.bind(1, better ? no : row.no).run());
    return better;
}

Result<> Stage::write_facts(Database& database) {
    if (facts_.empty()) return {};
    std::ranges::sort(facts_);
    TRY_LET(auto put, database.prepare("INSERT INTO facts(content, rank, brief, no) VALUES(?1, ?2, "
                                       "?3, ?4) ON CONFLICT DO UPDATE SET rank = excluded.rank, "
                                       "brief = excluded.brief, no = excluded.no"));
    TRY_LET(auto holders,
            database.prepare("SELECT DISTINCT item FROM file_by_content WHERE content = ?1"));
    TRY_LET(auto now_read, database.prepare("DELETE FROM unread WHERE content = ?1"));
    TRY_LET(auto unlook, database.prepare("DELETE FROM looks WHERE content = ?1"));
    TRY_LET(auto look, database.prepare("INSERT INTO looks(content, look, pixels) VALUES(?1, ?2, "
                                        "?3)"));
    for (const auto& row : facts_) {
        TRY_LET(const bool better, wins(database, row));
        if (!better) continue;
        put.bind_blob(1, row.content.bytes).bind_blob(2, as_bytes(row.rank));
        TRY(put.bind_blob(3, as_bytes(row.brief)).bind(4, row.no).run());
        TRY(now_read.bind_blob(1, row.content.bytes).run());
        TRY(unlook.bind_blob(1, row.content.bytes).run());
        if (row.look) {
            look.bind_blob(1, row.content.bytes).bind(2, static_cast<std::int64_t>(*row.look));
            TRY(look.bind_blob(3, as_bytes(row.pixels)).run());
        }
        holders.bind_blob(1, half_of(row.content));
        for (;;) {
            TRY_LET(const bool found, holders.step());
            if (!found) break;
            touched_.push_back({holders.column_int(0), true});
        }
    }
    free_all(facts_);
    return {};
}

/// What belongs together is looked at together: one of them tells what all are found by.
Result<> Stage::expand_groups(Database& database) {
    std::vector<std::int64_t> items;
    items.reserve(touched_.size() + keeps_.size());
    for (const auto& touch : touched_) items.push_back(touch.item);
    for (const auto& keep : keeps_) items.push_back(keep.item);
    sort_once(items);
    TRY_LET(const auto together, grouped_with(database, items));
    for (const auto item : together) touched_.push_back({item, true});
    return {};
}

Result<> Stage::expand_touched(Database& database) {
    sort_once(touched_moments_);
    TRY_LET(auto held, database.prepare("SELECT target FROM links WHERE subject = ?1 AND "
                                        "relation = ?2"));
    for (const auto key : touched_moments_) {
        const auto moment = model::Subject::of(id_of_key<model::MomentId>(key));
        held.bind_blob(1, as_bytes(moment.text)).bind_blob(2, as_bytes("holds"));
        for (;;) {
            TRY_LET(const bool found, held.step());
            if (!found) break;
            const model::Subject target{std::string(held.column_text(0))};
            if (const auto item = target.item()) touch(*item, true);
        }
    }
    return {};
}

void Stage::gather_touched() {
    for (const auto& keep : keeps_) touched_.push_back({keep.item, true});
    std::ranges::sort(touched_);
    std::size_t kept = 0;
    for (const auto& touch : touched_) {
        if (kept != 0 && touched_[kept - 1].item == touch.item)
            touched_[kept - 1].text = touched_[kept - 1].text || touch.text;
        else
            touched_[kept++] = touch;
    }
    touched_.resize(kept);
}

}  // namespace keepsake::catalog
