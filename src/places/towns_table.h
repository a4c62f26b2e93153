#pragma once

#include <cstddef>
#include <cstdint>

/// The table of towns as make_towns writes it and towns.cpp reads it: both are of one build on one
/// machine, so numbers stand in the machine's own order.
namespace keepsake::places {

/// Cells of a quarter of a degree, row by row from south-west.
inline constexpr double kCellDegrees = 0.25;
inline constexpr std::uint32_t kCellColumns = 1440;
inline constexpr std::uint32_t kCellRows = 720;

/// Degrees in 1e-5.
struct TownRow {
    std::int32_t latitude = 0;
    std::int32_t longitude = 0;
    std::uint32_t people = 0;
    std::uint32_t name_at = 0;  ///< in the names behind the rows; ends with NUL
    std::uint32_t cell = 0;
    char country[4] = {};
};
static_assert(sizeof(TownRow) == 24);

/// Then `rows` rows, by cell, and the names.
struct TownTableHead {
    std::uint32_t rows = 0;
    std::uint32_t name_bytes = 0;
};

constexpr std::uint32_t cell_row(double latitude) {
    const double row = (latitude + 90) / kCellDegrees;
    return row <= 0 ? 0 : (row >= kCellRows - 1 ? kCellRows - 1 : static_cast<std::uint32_t>(row));
}
constexpr std::uint32_t cell_column(double longitude) {
    const double column = (longitude + 180) / kCellDegrees;
    return column <= 0 ? 0
                       : (column >= kCellColumns - 1 ? kCellColumns - 1
                                                     : static_cast<std::uint32_t>(column));
}

}  // namespace keepsake::places
