#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "library/library.h"
#include "model/entry.h"

namespace keepsake::cli {

/// The field that an item's or a moment's words stand in. Source: docs/formats/journal.md, "words".
std::string_view words_field(const model::Subject& subject);

/// The words that stand, for a person; where several versions do, each with when and from which
/// device it came. Ends with LF; empty if there are none.
Result<std::string> words_text(library::Library& library, const model::Subject& subject);

}  // namespace keepsake::cli
