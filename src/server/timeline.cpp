#include "server/timeline.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/ids.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kYear = 4;
constexpr std::size_t kMonth = 7;

std::string_view section_of(std::string_view date) {
    if (date.size() >= kMonth) return date.substr(0, kMonth);
    return date.substr(0, kYear);
}

}  // namespace

Result<Timeline> Timeline::read(catalog::Catalog& catalog, const Told& told) {
    Timeline timeline;
    std::vector<model::ItemId> undated;
    TRY(catalog.for_each_listed([&](const catalog::ListedItem& listed) -> Result<> {
        if (told.is_just_kept(listed.item)) return {};
        if (!listed.dated) {
            undated.push_back(listed.item);
            return {};
        }
        const auto date = section_of(listed.date);
        if (timeline.sections_.empty() || timeline.sections_.back().date != date)
            timeline.sections_.push_back({std::string(date), timeline.items_.size(), 0});
        ++timeline.sections_.back().items;
        timeline.items_.push_back(listed.item);
        return {};
    }));
    if (!undated.empty())
        timeline.sections_.push_back({"", timeline.items_.size(), undated.size()});
    timeline.items_.insert(timeline.items_.end(), undated.begin(), undated.end());
    return timeline;
}

std::optional<std::size_t> Timeline::number_of(const model::ItemId& item) const {
    const auto found = std::ranges::find(items_, item);
    if (found == items_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - items_.begin());
}

}  // namespace keepsake::server
