#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "media/facts.h"

/// What is known of an item from its originals, in the words that people read.
namespace keepsake::library {

/// What is known of an item's main file: the first that tells of no other.
struct MainFile {
    std::size_t index = 0;
    std::optional<media::Facts> facts;
};
Result<MainFile> main_file_of(Library& library, const catalog::ItemRecord& item);

/// The camera, by maker and model; "" if unknown.
std::string camera_of(const media::Facts& facts);
/// The nearest town and its country, "Lisbon, PT"; "" if nothing is near or no place is known.
std::string town_of(const media::Facts& facts);

}  // namespace keepsake::library
