#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Which town is near a place: places of more than a thousand people, from GeoNames, compiled in.
/// Source: docs/dependencies.md. Nothing of it is asked of a network, and nothing of it is ever
/// written as a fact: it is what somebody who looks at a map would say.
namespace keepsake::places {

struct Town {
    std::string_view name;     ///< as GeoNames calls it in the Latin alphabet
    std::string_view country;  ///< ISO 3166, two letters
    std::uint32_t people = 0;
    double km = 0;  ///< from the place
};

inline constexpr double kNearKm = 30;
inline constexpr double kNearCityKm = 20;
inline constexpr std::uint32_t kCityPeople = 100'000;

struct Nearby {
    std::optional<Town> town;  ///< the nearest one within kNearKm
    /// The largest one of at least kCityPeople within kNearCityKm: what a suburb belongs to.
    std::optional<Town> city;
};
/// Requires: degrees, -90 to 90 and -180 to 180; nothing is near others.
Nearby nearby(double latitude, double longitude);

}  // namespace keepsake::places
