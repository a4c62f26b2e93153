#pragma once

#include <string_view>

#include "share/story.h"

namespace keepsake::share {

/// The runs of a paragraph's text: `*em*`, `**strong**`, a backslash before what would mean
/// something. A line's end is a space, but for one after two spaces or a backslash. Requires:
/// UTF-8, lines ended by LF. Linear time.
Runs parse_runs(std::string_view text);

}  // namespace keepsake::share
