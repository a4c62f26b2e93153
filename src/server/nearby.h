#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "library/environment.h"
#include "os/file_system.h"

/// Archives that somebody else made: on a disk that was connected, or in the home folder of whoever
/// was given a kit.
namespace keepsake::server {

/// Folders that are archives, at most five levels below these roots and not in hidden folders;
/// those of the first root first, the nearest before the others. Links below a root are not
/// followed, what cannot be read is passed over. Bounded, for each root by itself: some thousands
/// of folders and a few seconds; twenty are told in all.
std::vector<std::string> archives_below(os::FileSystem& files, std::span<const std::string> roots);

/// The archive that was chosen once is the one to open the next time, too. Errors: those of
/// writing.
Result<> note_chosen_archive(const library::Environment& environment, const std::string& path);
std::optional<std::string> chosen_archive(const library::Environment& environment);
void forget_chosen_archive(const library::Environment& environment);

}  // namespace keepsake::server
