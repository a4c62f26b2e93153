#include "library/alike.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "media/look_alike.h"
#include "model/ids.h"

namespace keepsake::library {
namespace {

constexpr unsigned kBands = 4;
constexpr unsigned kBandBits = 64 / kBands;
static_assert(kMostDifference < static_cast<int>(kBands), "two alike must share a band");
// Of a band that very many share (black, white), each is compared with so many of its neighbours.
constexpr std::size_t kMostCompared = 256;

/// Sets that grow together.
class Joined {
  public:
    explicit Joined(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    std::size_t find(std::size_t i) {
        for (; parent_[i] != i; i = parent_[i]) parent_[i] = parent_[parent_[i]];
        return i;
    }
    void join(std::size_t a, std::size_t b) {
        a = find(a);
        b = find(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

  private:
    std::vector<std::size_t> parent_;
};

std::uint64_t band_of(std::uint64_t look, unsigned band) {
    return look >> (band * kBandBits) & ((1ULL << kBandBits) - 1);
}

void join_same_pixels(std::span<const catalog::Look> looks, Joined& joined) {
    std::map<std::string_view, std::size_t> first;
    for (std::size_t i = 0; i < looks.size(); ++i)
        if (!looks[i].pixels.empty())
            joined.join(first.emplace(looks[i].pixels, i).first->second, i);
}

/// Pictures without any detail look alike whatever they are: a few bits set, or nearly all.
bool says_something(std::uint64_t look) { return look != 0 && ~look != 0; }

void join_band(std::span<const catalog::Look> looks, unsigned band, Joined& joined) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < looks.size(); ++i)
        if (says_something(looks[i].look)) order.push_back(i);
    std::ranges::sort(order, {}, [&](std::size_t i) {
        return std::tuple(band_of(looks[i].look, band), looks[i].look, i);
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto own = looks[order[i]].look;
        for (std::size_t k = i + 1; k < order.size() && k - i <= kMostCompared; ++k) {
            const auto other = looks[order[k]].look;
            if (band_of(own, band) != band_of(other, band)) break;
            if (media::difference(own, other) <= kMostDifference) joined.join(order[i], order[k]);
        }
    }
}

}  // namespace

std::vector<std::vector<model::ContentId>> alike(std::span<const catalog::Look> looks) {
    Joined joined(looks.size());
    join_same_pixels(looks, joined);
    for (unsigned band = 0; band < kBands; ++band) join_band(looks, band, joined);
    std::map<std::size_t, std::vector<model::ContentId>> groups;
    for (std::size_t i = 0; i < looks.size(); ++i)
        groups[joined.find(i)].push_back(looks[i].content);
    std::vector<std::vector<model::ContentId>> several;
    for (auto& [first, group] : groups)
        if (group.size() > 1) several.push_back(std::move(group));
    return several;
}

Result<std::vector<std::vector<model::ItemId>>> alike_items(Library& library) {
    auto& catalog = library.catalog();
    TRY_LET(const auto looks, catalog.looks());
    std::vector<std::vector<model::ItemId>> groups;
    for (const auto& contents : alike(looks)) {
        std::set<model::ItemId> items;
        for (const auto& content : contents) {
            TRY_LET(const auto holding, catalog.items_of_content(content, false));
            for (const auto& item : holding) {
                TRY_LET(const auto record, catalog.item(item));
                if (record) items.insert(record->lead.value_or(item));
            }
        }
        if (items.size() > 1) groups.emplace_back(items.begin(), items.end());
    }
    return groups;
}

}  // namespace keepsake::library
