#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/ids.h"
#include "server/told.h"

namespace keepsake::server {

/// The outline of all that is listed, by date, what has no date last; what was just kept left out.
/// 16 bytes an item. Thread safety: immutable once read.
class Timeline {
  public:
    struct Section {
        std::string date;  ///< "2016-07"; "1987" where no month is known; "" where no date is
        std::size_t first = 0;
        std::size_t items = 0;
    };

    static Result<Timeline> read(catalog::Catalog& catalog, const Told& told);

    const std::vector<model::ItemId>& items() const { return items_; }
    const std::vector<Section>& sections() const { return sections_; }
    /// Of each item, as its file is stored.
    const std::vector<catalog::Dimensions>& sizes() const { return sizes_; }
    std::optional<std::size_t> number_of(const model::ItemId& item) const;
    friend bool operator==(const Timeline& a, const Timeline& b) { return a.items_ == b.items_; }

  private:
    std::vector<model::ItemId> items_;
    std::vector<catalog::Dimensions> sizes_;
    std::vector<Section> sections_;
};

/// Width over height in thousandths as it is shown, turned and cropped; 0: none.
std::uint16_t ratio_of(const Told& told, const model::ItemId& item,
                       const catalog::Dimensions& stored);

}  // namespace keepsake::server
