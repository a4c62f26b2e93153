#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "server/answers.h"
#include "server/item_json.h"

/// Moments as the pages get them.
namespace keepsake::server {

/// `MomentCard`.
Result<Json> moment_card_json(const Eyes& eyes, const catalog::MomentRecord& moment);
/// `Moment`.
Result<Json> moment_json(const Eyes& eyes, const catalog::MomentRecord& moment);

}  // namespace keepsake::server
