#include "places/towns.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <optional>
#include <span>
#include <string_view>

#include "places/towns_table.h"

// The table's bytes, put here by the assembler.
asm(".section .rodata\n"
    ".balign 8\n"
    ".global keepsake_towns_table\n"
    "keepsake_towns_table:\n"
    ".incbin \"" KEEPSAKE_TOWNS_TABLE
    "\"\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char keepsake_towns_table[];

namespace keepsake::places {
namespace {

constexpr double kKmADegree = 111.195;  // of a great circle
constexpr double kUnits = 1e-5;

class Table {
  public:
    Table() { std::memcpy(&head_, keepsake_towns_table, sizeof head_); }

    /// The towns of one row of cells, from one column to another.
    std::span<const TownRow> rows(std::uint32_t row, std::uint32_t first_column,
                                  std::uint32_t last_column) const {
        const auto all = towns();
        const auto begin =
            std::ranges::lower_bound(all, row * kCellColumns + first_column, {}, &TownRow::cell);
        const auto end = std::ranges::upper_bound(
            begin, all.end(), row * kCellColumns + last_column, {}, &TownRow::cell);
        return {begin, end};
    }
    std::string_view name(const TownRow& town) const {
        const auto* const names = keepsake_towns_table + sizeof head_ + head_.rows * sizeof town;
        return names + town.name_at;
    }

  private:
    std::span<const TownRow> towns() const {
        return {reinterpret_cast<const TownRow*>(keepsake_towns_table + sizeof head_), head_.rows};
    }
    TownTableHead head_;
};

double km_between(double latitude, double longitude, const TownRow& town) {
    const double north = town.latitude * kUnits - latitude;
    double east = std::abs(town.longitude * kUnits - longitude);
    if (east > 180) east = 360 - east;
    // Flat enough for so little of the earth.
    const double middle = (town.latitude * kUnits + latitude) / 2 * std::numbers::pi / 180;
    return kKmADegree * std::hypot(north, east * std::cos(middle));
}

/// Visits the towns within so many kilometres.
template <class Visit>
void visit_near(const Table& table, double latitude, double longitude, double km,
                const Visit& visit) {
    const double tall = km / kKmADegree;
    const double furthest = std::min(std::abs(latitude) + tall, 89.9) * std::numbers::pi / 180;
    const double wide = std::min(tall / std::cos(furthest), 180.0);
    for (auto row = cell_row(latitude - tall); row <= cell_row(latitude + tall); ++row) {
        const auto take = [&](double from, double to) {
            for (const auto& town : table.rows(row, cell_column(from), cell_column(to)))
                if (const double far = km_between(latitude, longitude, town); far <= km)
                    visit(town, far);
        };
        take(std::max(longitude - wide, -180.0), std::min(longitude + wide, 180.0));
        // Across the line where the day begins.
        if (longitude - wide < -180) take(longitude - wide + 360, 180);
        if (longitude + wide > 180) take(-180, longitude + wide - 360);
    }
}

bool is_place(double latitude, double longitude) {
    return std::abs(latitude) <= 90 && std::abs(longitude) <= 180;
}

Town town_of(const Table& table, const TownRow& row, double km) {
    return {.name = table.name(row),
            .country = std::string_view(row.country),
            .people = row.people,
            .km = km};
}

}  // namespace

Nearby nearby(double latitude, double longitude) {
    Nearby found;
    if (!is_place(latitude, longitude)) return found;
    const Table table;
    visit_near(table, latitude, longitude, kNearKm, [&](const TownRow& row, double km) {
        auto& [town, city] = found;
        if (!town || km < town->km) town = town_of(table, row, km);
        if (row.people >= kCityPeople && km <= kNearCityKm && (!city || row.people > city->people))
            city = town_of(table, row, km);
    });
    return found;
}

}  // namespace keepsake::places
