#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "model/entry.h"
#include "server/answers.h"
#include "server/drafts.h"
#include "server/item_json.h"

/// Stories as the pages get them.
namespace keepsake::server {

inline constexpr std::string_view kStory = "story";

/// A version's name in the API: its text in the journal with "_" for the "/".
std::string version_name(const model::Version& version);
std::optional<model::Version> version_named(std::string_view name);
/// A request's list of versions. Errors: invalid.
Result<std::vector<model::Version>> versions_member(const Json& json, const char* name);

/// `StoryVersion`; with its text where that is wanted, null if it is not in this copy.
Result<Json> version_json(const Eyes& eyes, const catalog::WordsRecord& words, bool with_text);
/// `Story`.
Result<Json> story_json(const Eyes& eyes, const catalog::MomentRecord& moment);
/// `Draft`.
Json draft_json(const Draft& draft);
/// The `Listed` or `Covered` of all that these stories show, each once.
Result<Json> shown_json(const Eyes& eyes, const std::vector<std::string>& stories);

}  // namespace keepsake::server
