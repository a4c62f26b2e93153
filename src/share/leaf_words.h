#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "media/facts.h"
#include "model/entry.h"
#include "model/ids.h"
#include "share/sealer.h"

namespace keepsake::share {

/// The family's words for an item; versions that stand side by side follow one another.
Json caption_json(const catalog::ItemRecord& item);
/// When it was: by hand, else the day that is believed. TAKEN of docs/formats/share.md, or null.
Result<Json> taken_json(catalog::Catalog& catalog, const catalog::ItemRecord& item);
/// By hand, of an item or a moment; null where nobody said so.
Result<Json> told_taken_json(catalog::Catalog& catalog, const model::Subject& of);
/// Where it was: by hand, else as the file says; or null.
Result<Json> place_json(catalog::Catalog& catalog, const model::ItemId& item,
                        const media::Facts& facts);

}  // namespace keepsake::share
