#include "allocation_watch.h"

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
// As the allocator itself is one for the whole process, so is its count.
thread_local std::ptrdiff_t held_bytes = 0;
thread_local std::ptrdiff_t most_bytes = 0;

void* counted(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    held_bytes += static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
    most_bytes = std::max(most_bytes, held_bytes);
    return memory;
}

void release(void* memory) noexcept {
    held_bytes -= static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
    std::free(memory);
}
}  // namespace

namespace keepsake::fuzz {
void watch_allocations() { held_bytes = most_bytes = 0; }
std::size_t most_allocated_bytes() { return static_cast<std::size_t>(most_bytes); }
}  // namespace keepsake::fuzz

void* operator new(std::size_t size) {
    return counted(std::malloc(std::max(size, std::size_t{1})));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto step = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}
// All forms, as a sanitizer's own would not go with the `delete` here: std::stable_sort uses this
// one.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    void* const memory = std::malloc(std::max(size, std::size_t{1}));
    return memory == nullptr ? nullptr : counted(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
