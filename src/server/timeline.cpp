#include "server/timeline.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/ids.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kYear = 4;
constexpr std::size_t kMonth = 7;
constexpr double kThousandths = 1'000;
constexpr double kWidest = 65'535;

std::string_view section_of(std::string_view date) {
    if (date.size() >= kMonth) return date.substr(0, kMonth);
    return date.substr(0, kYear);
}

}  // namespace

Result<Timeline> Timeline::read(catalog::Catalog& catalog, const Told& told) {
    Timeline timeline;
    std::vector<model::ItemId> undated;
    std::vector<catalog::Dimensions> undated_sizes;
    TRY(catalog.for_each_listed([&](const catalog::ListedItem& listed) -> Result<> {
        if (told.is_just_kept(listed.item)) return {};
        if (!listed.dated) {
            undated.push_back(listed.item);
            undated_sizes.push_back(listed.size);
            return {};
        }
        const auto date = section_of(listed.date);
        if (timeline.sections_.empty() || timeline.sections_.back().date != date)
            timeline.sections_.push_back({std::string(date), timeline.items_.size(), 0});
        ++timeline.sections_.back().items;
        timeline.items_.push_back(listed.item);
        timeline.sizes_.push_back(listed.size);
        return {};
    }));
    if (!undated.empty())
        timeline.sections_.push_back({"", timeline.items_.size(), undated.size()});
    timeline.items_.insert(timeline.items_.end(), undated.begin(), undated.end());
    timeline.sizes_.insert(timeline.sizes_.end(), undated_sizes.begin(), undated_sizes.end());
    return timeline;
}

std::optional<std::size_t> Timeline::number_of(const model::ItemId& item) const {
    const auto found = std::ranges::find(items_, item);
    if (found == items_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - items_.begin());
}

std::uint16_t ratio_of(const Told& told, const model::ItemId& item,
                       const catalog::Dimensions& stored) {
    double width = stored.width;
    double height = stored.height;
    const int rotation = told.rotation(item);
    if (rotation == 90 || rotation == 270) std::swap(width, height);
    if (const auto crop = told.crop(item)) {
        width *= crop->width;
        height *= crop->height;
    }
    if (width <= 0 || height <= 0) return 0;
    return static_cast<std::uint16_t>(std::clamp(width / height * kThousandths, 1.0, kWidest));
}

}  // namespace keepsake::server
