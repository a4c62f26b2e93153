#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "os/file_system.h"

/// The shares that this device's guest listener serves: `shares/<32 hex>/` in its state folder, and
/// beside each `<32 hex>.until`, which tells the listener, that opens nothing, until when.
namespace keepsake::share {

enum class Standing : std::uint8_t { none, open, over };

/// Where the shares stand.
std::string shelf_folder(const std::string& state_folder);
/// Strict: 32 lower-case hex digits.
bool is_shelf_name(std::string_view name);

/// Says until when it may be served (none: until it is ended). Durability: survives a crash.
Result<> note_until(os::FileSystem& files, const std::string& shelf, const std::string& name,
                    const std::optional<std::string>& until);
/// What is noted of that, as it stands there; "" where nothing is.
std::string note_of(const std::optional<std::string>& until);
std::string noted_until(os::FileSystem& files, const std::string& shelf, const std::string& name);
/// Says that it has ended, and removes what is left of it. Nothing of it is served from the first
/// moment on. Errors: those of removing; it has ended all the same.
Result<> end_on_shelf(os::FileSystem& files, const std::string& shelf, const std::string& name);
/// What the listener may do with it now.
Standing standing_of(os::FileSystem& files, const std::string& shelf, const std::string& name,
                     Instant now);
/// Removes the files of those whose day has passed. What cannot be removed waits.
void sweep_shelf(os::FileSystem& files, const std::string& shelf, Instant now);

/// Where the listener says at what address it is, while it runs; and reads it ("" if it is not).
Result<> note_address(os::FileSystem& files, const std::string& shelf, const std::string& url);
void forget_address(os::FileSystem& files, const std::string& shelf);
std::string noted_address(os::FileSystem& files, const std::string& shelf);

}  // namespace keepsake::share
