#pragma once

#include "library/told.h"

/// What was said, under the names that all of the server uses.
namespace keepsake::server {

using library::Cover;
using library::Crop;
using library::Opened;
using library::Told;
using library::Viewer;

}  // namespace keepsake::server
