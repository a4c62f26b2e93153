// Finding among very many: counted and ordered by marks, and only what is shown is read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/bounds.h"
#include "catalog/catalog.h"
#include "catalog/findings.h"
#include "catalog/marks.h"
#include "catalog/packing.h"
#include "catalog/schema.h"
#include "catalog/search.h"
#include "catalog/sqlite_handle.h"
#include "catalog/state.h"
#include "model/ids.h"

namespace keepsake::catalog {
namespace {

constexpr std::size_t kDayLetters = 10;

/// Whether marks alone tell what is within.
bool is_of_whole_days(const ItemFilter& filter) {
    return filter.from.size() <= kDayLetters && filter.before.size() <= kDayLetters;
}

/// The bounds as marks show them.
class MarkBounds {
  public:
    explicit MarkBounds(const ItemFilter& filter)
        : bounds_(filter),
          from_(day_key(filter.from)),
          before_(filter.before.empty() ? kLastDay + 1 : day_key(filter.before)) {}
    bool holds(Mark mark) const {
        return mark.state() == bounds_.state && mark.day() >= from_ && mark.day() < before_ &&
               bounds_.holds(mark.kind());
    }

  private:
    Bounds bounds_;
    std::uint32_t from_;
    std::uint32_t before_;
};

struct MarkedItem {
    std::int64_t no = 0;
    std::uint32_t day = 0;
};

/// All that the filter finds, by number.
Result<std::vector<MarkedItem>> find_marked(Database& database, const ItemFilter& filter) {
    const MarkBounds bounds(filter);
    std::vector<MarkedItem> items;
    if (filter.words.empty() && filter.date.empty()) {
        TRY(for_each_mark(database, [&](std::int64_t no, Mark mark) {
            if (bounds.holds(mark)) items.push_back({.no = no, .day = mark.day()});
        }));
        return items;
    }
    TRY_LET(const auto numbers, find_words(database, filter));
    TRY_LET(const auto marks, read_marks(database, numbers));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (bounds.holds(marks[i])) items.push_back({.no = numbers[i], .day = marks[i].day()});
    return items;
}

Result<> leave_out(Database& database, std::span<const model::ItemId> without,
                   std::vector<MarkedItem>& items) {
    std::vector<std::int64_t> numbers;
    TRY_LET(auto row, database.prepare("SELECT no FROM items WHERE item = ?1"));
    for (const auto& item : without) {
        TRY_LET(const bool found, row.bind(1, key_of(item)).step());
        if (found) numbers.push_back(row.column_int(0));
        row.reset();
    }
    std::ranges::sort(numbers);
    std::erase_if(items, [&](const MarkedItem& item) {
        return std::ranges::binary_search(numbers, item.no);
    });
    return {};
}

/// Some of the items, in order of their whole dates.
Result<std::vector<model::ItemId>> in_order(Database& database, std::span<const MarkedItem> items) {
    std::vector<std::pair<std::string, std::int64_t>> dated;
    TRY_LET(auto row, database.prepare("SELECT date, item FROM numbers WHERE no = ?1"));
    for (const auto& item : items) {
        TRY_LET(const bool found, row.bind(1, item.no).step());
        if (!found) return damaged("list of items");
        dated.emplace_back(row.column_text(0), row.column_int(1));
        row.reset();
    }
    std::ranges::sort(dated);
    std::vector<model::ItemId> ids;
    ids.reserve(dated.size());
    for (const auto& [date, key] : dated) ids.push_back(id_of_key<model::ItemId>(key));
    return ids;
}

/// Puts the items from `first` on, and those of their days, into their places; gives them, and how
/// many of all come before them.
std::pair<std::span<MarkedItem>, std::size_t> days_around(std::vector<MarkedItem>& items,
                                                          std::size_t first, std::size_t count) {
    const auto at = [&](std::size_t i) { return items.begin() + static_cast<std::ptrdiff_t>(i); };
    const auto last = first + count - 1;
    std::ranges::nth_element(items, at(last), {}, &MarkedItem::day);
    const auto end_day = items[last].day;
    std::ranges::nth_element(items.begin(), at(first), at(last), {}, &MarkedItem::day);
    const auto begin_day = items[first].day;
    const auto before =
        std::ranges::partition(items, [&](const auto& item) { return item.day < begin_day; });
    const auto after =
        std::ranges::partition(before, [&](const auto& item) { return item.day <= end_day; });
    return {{before.begin(), after.begin()},
            static_cast<std::size_t>(before.begin() - items.begin())};
}

Result<std::uint64_t> count_total(Database& database, int state) {
    TRY_LET(auto row, database.prepare("SELECT kept, let_go FROM totals"));
    TRY_LET(const bool found, row.step());
    if (!found) return damaged("totals");
    return static_cast<std::uint64_t>(row.column_int(state == kStateKept ? 0 : 1));
}

}  // namespace

Result<std::vector<std::int64_t>> find_words(Database& database, const ItemFilter& filter) {
    auto words = filter.words;
    if (filter.kinds.size() == 1) words.push_back(kind_word(filter.kinds.front()));
    if (filter.date.empty()) return find_items(database, words);
    return find_items(database, words, {own_date_word(filter.date), date_word(filter.date)});
}

Result<std::uint64_t> Catalog::item_count(const ItemFilter& filter) {
    TRY_LET(auto* const database, state_->settled());
    if (filter.words.empty() && filter.date.empty() && filter.from.empty() &&
        filter.before.empty() && filter.kinds.empty())
        return count_total(*database, Bounds(filter).state);
    if (is_of_whole_days(filter)) {
        TRY_LET(const auto items, find_marked(*database, filter));
        return items.size();
    }
    std::uint64_t count = 0;
    TRY(for_each_item(filter, [&](const ItemRecord&) -> Result<> {
        ++count;
        return {};
    }));
    return count;
}

Result<FoundItems> Catalog::find(const ItemFilter& filter, std::uint64_t first, std::uint64_t count,
                                 std::span<const model::ItemId> without) {
    TRY_LET(auto* const database, state_->settled());
    if (!is_of_whole_days(filter))
        return Error(ErrorCode::invalid, "a window is asked of whole days alone");
    TRY_LET(auto items, find_marked(*database, filter));
    if (!without.empty()) TRY(leave_out(*database, without, items));
    FoundItems found{.total = items.size(), .items = {}};
    if (first >= items.size() || count == 0) return found;
    const auto from = static_cast<std::size_t>(first);
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(count, items.size() - from));
    const auto [days, before] = days_around(items, from, most);
    TRY_LET(auto ordered, in_order(*database, days));
    const auto begin = ordered.begin() + static_cast<std::ptrdiff_t>(from - before);
    found.items.assign(begin, begin + static_cast<std::ptrdiff_t>(most));
    return found;
}

}  // namespace keepsake::catalog
