#pragma once

/// How the C library keeps memory that was freed. Linux with glibc; nothing happens elsewhere.
namespace keepsake::os {

/// For the whole process, once, by main: large pieces are mapped by themselves for good and return
/// to the system when freed. Left alone, glibc raises that bound to the size of what was freed
/// last, and large pieces then leave holes.
void settle_memory();

/// What was freed returns to the system, also from between what is still in use. Takes some
/// milliseconds a hundred megabytes: for after a large step.
void give_back_freed_memory();

}  // namespace keepsake::os
