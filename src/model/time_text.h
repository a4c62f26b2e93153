#pragma once

#include <string>

#include "base/time.h"

namespace keepsake::model {

/// A wall time as the journal has it: with nine fraction digits, or none for a whole second.
inline std::string time_text(Instant instant) {
    return to_rfc3339(instant, instant.nanoseconds == 0 ? Fraction::none : Fraction::nano);
}

}  // namespace keepsake::model
