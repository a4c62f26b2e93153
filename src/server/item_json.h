#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "library/library.h"
#include "media/facts.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/house.h"
#include "server/told.h"

/// Items and moments as the pages get them.
namespace keepsake::server {

/// Who asks, and what they may see: what everything here is written for.
struct Eyes {
    House& house;
    library::Library& library;
    const Told& told;
    Viewer viewer;
    Opened opened;
};

/// Whether a picture can be made of such a file.
bool has_picture(const std::optional<media::Facts>& facts);
/// Whether browsers show or play the original itself, and it is safe that they do.
bool plays_in_browsers(const media::Facts& facts);
/// What a picture's address changes with.
std::string picture_mark(const model::ContentId& content);
/// A name that stands in every answer, cut at 200 characters.
std::string shortened(const std::string& text);

/// A cover's line; null where there is none.
Json line_json(const std::optional<std::string>& line);

/// `Listed`, or `Covered`.
Result<Json> listed_json(const Eyes& eyes, const catalog::ItemRecord& item);
/// `Covered`.
Result<Json> covered_json(const Eyes& eyes, const catalog::ItemRecord& item, const Cover& cover);
/// `Item`, or `Covered`.
Result<Json> item_json(const Eyes& eyes, const catalog::ItemRecord& item);
Json person_json(const Eyes& eyes, const model::PersonId& person);
/// The `Listed` or `Covered` of each that is there and is not let go.
Result<Json> listed_by_id(const Eyes& eyes, std::span<const model::ItemId> items);
/// People whom the links of this kind name, by name.
Result<Json> people_json(const Eyes& eyes, const model::Subject& of, std::string_view as);

}  // namespace keepsake::server
