#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/entry.h"
#include "model/ids.h"

/// What a family that keeps very much would have in its journal: the same photographs for the same
/// numbers, every time. For measuring.
namespace keepsake::bench {

struct FamilyOptions {
    std::uint64_t items = 1'000'000;
    bool facts = false;              ///< a facts entry for each photograph
    bool shuffled = false;           ///< kept in no order, instead of in the order of time
    std::uint64_t in_one_month = 0;  ///< so many of them in July 2010
};

/// From 1980 to the end of 2025, more every year; names and folders as cameras and people give
/// them; words about each twentieth, moments of forty out of each 500.
class Family {
  public:
    explicit Family(const FamilyOptions& options);

    /// The entries of the photographs in these places of the order of keeping, without clocks.
    std::vector<model::EntryBody> entries(std::uint64_t first, std::uint64_t last) const;

    std::uint64_t items() const { return options_.items; }
    std::uint64_t number_at(std::uint64_t place) const { return order_[place]; }
    model::KeptFile file(std::uint64_t number) const;
    Instant time(std::uint64_t number) const;
    model::Keep keep(std::uint64_t number) const;
    /// An object that nobody made, with a header of the usual size.
    static model::Object object(std::uint64_t number);
    static model::ContentId content(std::uint64_t number);
    static model::ItemId item(std::uint64_t number);
    static std::uint64_t bytes(std::uint64_t number);
    static model::RootId root();
    /// Of the four shapes that photographs have, by number % 4.
    struct Shape {
        unsigned width = 0;
        unsigned height = 0;
    };
    static constexpr std::array<Shape, 4> kShapes{
        {{4032, 3024}, {3024, 4032}, {4032, 2268}, {4032, 2688}}};

  private:
    void add_words(std::uint64_t number, std::vector<model::EntryBody>& entries) const;
    void add_moment(std::uint64_t number, std::vector<model::EntryBody>& entries) const;
    model::Facts facts(std::uint64_t number) const;

    Instant spread(std::uint64_t number, std::uint64_t items) const;

    FamilyOptions options_;
    std::uint64_t month_begins_ = 0;  ///< the number of the first that is in the full month
    std::vector<std::uint64_t> order_;
};

}  // namespace keepsake::bench
