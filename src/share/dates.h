#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/library.h"
#include "model/ids.h"
#include "share/end.h"
#include "share/record.h"

/// Until when something is shown, said anew.
namespace keepsake::share {

/// Says until when (none: until it is ended). The journal is told first; then what this device put
/// is sealed anew in its head, and the guests' listener follows. Gives the places that still say
/// another date, and why. Errors: invalid for a day that has passed, or a share that is over; those
/// of the journal.
Result<std::vector<Remains>> change_until(library::Library& library, const Record& record,
                                          const std::optional<std::string>& until);

/// Brings what this device (`own`) put to the date that the journal says, if it was said elsewhere.
/// What cannot be written waits.
void follow_date(library::Library& library, const model::DeviceId& own, const Record& record);

}  // namespace keepsake::share
