#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite_handle.h"

/// What must be known of very many items at once to count and order them, by their numbers, in four
/// bytes each: a million of them are read in some milliseconds, where rows of their own would take
/// hundreds.
namespace keepsake::catalog {

/// A date up to its day as a number, in the order of the dates ("2019" < "2019-05" < "2019-05-01");
/// 0 for none. Two dates of one day, or texts of at most ten letters, are compared by it alone.
std::uint32_t day_key(std::string_view date);
inline constexpr std::uint32_t kLastDay = (1U << 22U) - 1;

/// Of one item.
class Mark {
  public:
    Mark() = default;
    Mark(std::string_view date, int state, int kind)
        : bits_(day_key(date) << 10U | (static_cast<std::uint32_t>(state) & 0x7U) << 6U |
                static_cast<std::uint32_t>(kind + 1)) {}
    static Mark of_bits(std::uint32_t bits) {
        Mark mark;
        mark.bits_ = bits;
        return mark;
    }
    std::uint32_t bits() const { return bits_; }
    std::uint32_t day() const { return bits_ >> 10U; }
    int state() const { return static_cast<int>(bits_ >> 6U & 0x7U); }
    int kind() const { return static_cast<int>(bits_ & 0x3FU) - 1; }

  private:
    std::uint32_t bits_ = ~0U;  // nobody's
};

/// Writes these, by number, ascending.
Result<> write_marks(Database& database, std::span<const std::pair<std::int64_t, Mark>> marks);
/// Of these numbers, ascending. Errors: corrupt where one has none.
Result<std::vector<Mark>> read_marks(Database& database, std::span<const std::int64_t> numbers);

/// Every item's, by number.
Result<> for_each_mark(Database& database, const std::function<void(std::int64_t, Mark)>& visit);

}  // namespace keepsake::catalog
