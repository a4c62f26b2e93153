#pragma once

#include <string_view>

/// What every archive carries so that it can be opened without Keepsake; made from packaging/archive by the build.
namespace keepsake::archive {

extern const std::string_view kArchiveReadme;
extern const std::string_view kArchiveScript;

}  // namespace keepsake::archive
