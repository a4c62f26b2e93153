#pragma once

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
    bool facts = false;     ///< a facts entry for each photograph
    bool shuffled = false;  ///< kept in no order, instead of in the order of time
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

  private:
    void add_words(std::uint64_t number, std::vector<model::EntryBody>& entries) const;
    void add_moment(std::uint64_t number, std::vector<model::EntryBody>& entries) const;
    model::Facts facts(std::uint64_t number) const;

    FamilyOptions options_;
    std::vector<std::uint64_t> order_;
};

}  // namespace keepsake::bench
