#pragma once

#include <cstdint>
#include <string>

#include "archive/staging.h"
#include "os/file_system.h"

/// Room in one copy that is set aside for what must still be written when its disk is full: that
/// something is let go, and that its days are counted, after which erasing makes room again.
/// Source: docs/adr/0007-room-set-aside.md.
namespace keepsake::archive {

/// Enough for a few thousand items that are let go at once.
inline constexpr std::uint64_t kReserveBytes = 1UL << 20U;

/// Sets it aside where it is missing and four times as much is free. A courtesy: where that fails,
/// there is none. Durability: none is needed; one that a crash cut short is made anew.
void set_reserve_aside(Staging& staging);

/// Gives it up: its room can be written now. False if there was none.
bool give_reserve_up(os::FileSystem& files, const std::string& archive_path);

}  // namespace keepsake::archive
