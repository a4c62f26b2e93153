#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "model/ids.h"

namespace keepsake::library {

/// Bits in which two pictures that look alike differ at most (media::difference).
inline constexpr int kMostDifference = 3;

/// Contents that look alike, each group in order; groups by their first. Same pixels are alike,
/// whatever their metadata. Found by an index of parts of their looks, of which two that differ in
/// three bits share one: no two groups' pictures are compared. Pure.
std::vector<std::vector<model::ContentId>> alike(std::span<const catalog::Look> looks);

/// Items of which pictures look alike, side by side; those that are one item already left out.
Result<std::vector<std::vector<model::ItemId>>> alike_items(Library& library);

}  // namespace keepsake::library
