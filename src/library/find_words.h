#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace keepsake::library {

/// "2020", "2020-09" or "2020-09-14".
bool is_date(std::string_view word);

/// What a person looks for: words, dates and kinds in one line, all of them to be met (of several
/// kinds any). The last date is the date, earlier ones are words; what stands in quotation marks is
/// words.
catalog::ItemFilter find_filter(const std::vector<std::string>& typed);

}  // namespace keepsake::library
