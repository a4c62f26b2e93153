#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/item_json.h"

/// What the catalog does not look through: cover lines, and moments.
namespace keepsake::server {

/// Whether all of the words stand in the text, whatever their case. Latin, Greek and Cyrillic
/// letters are known in both.
bool has_words(std::string_view text, const std::vector<std::string>& words);

/// Adds what is covered and has the words in its cover line. What is covered is found by that
/// alone, without asking the catalog: that its hidden words match, or do not, would tell of them.
Result<> find_covered(const Eyes& eyes, const catalog::ItemFilter& filter,
                      std::vector<model::ItemId>& found);
/// `MomentCard`s of moments that have the words: in their names and cover lines, and where they are
/// open in their stories and the names of who was there, too.
Result<Json> find_moments(const Eyes& eyes, const catalog::ItemFilter& filter);

}  // namespace keepsake::server
