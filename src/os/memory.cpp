#include "os/memory.h"

#include <cstdlib>  // says whether it is glibc

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace keepsake::os {

#if defined(__GLIBC__)
namespace {
constexpr int kMappedByItselfBytes = 1 << 20;
}

// A sanitizer's allocator takes no advice, which is no failure.
void settle_memory() { ::mallopt(M_MMAP_THRESHOLD, kMappedByItselfBytes); }
void give_back_freed_memory() { ::malloc_trim(0); }
#else
void settle_memory() {}
void give_back_freed_memory() {}
#endif

}  // namespace keepsake::os
