#include "crypto/secret.h"

#include <linux/prctl.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace keepsake::crypto {
namespace {

/// Zeroed pages, locked and left out of dumps as far as the system lets us: a small RLIMIT_MEMLOCK
/// must not keep anyone from their photographs.
std::uint8_t* map_pages(std::size_t bytes) {
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    static_cast<void>(mlock(pages, bytes));
    static_cast<void>(madvise(pages, bytes, MADV_DONTDUMP));
    return static_cast<std::uint8_t*>(pages);
}

constexpr std::size_t kRegionBytes = 32UL * 1024;
constexpr std::array<std::size_t, 4> kSlotBytes = {64, 256, 1024, 4096};

/// Small secrets share pages that hold nothing but secrets. Every sealed or opened file makes half
/// a dozen keys of 16 to 64 bytes, and mapping, locking and unmapping a page for each would cost
/// more than the cryptography. Locked memory belongs to the process as a whole (so does its limit),
/// and so does this pool: the one mutable global, which holds no state that a caller could see.
/// Invariant: a free slot is all zeros but for the link in its first bytes.
class SlotPool {
  public:
    std::uint8_t* take(std::size_t kind) {
        const std::scoped_lock lock(mutex_);
        if (free_[kind] == nullptr) grow(kind);
        std::uint8_t* slot = free_[kind];
        std::memcpy(static_cast<void*>(&free_[kind]), slot, kLinkBytes);
        std::memset(slot, 0, kLinkBytes);
        return slot;
    }
    void give_back(std::size_t kind, std::uint8_t* slot) noexcept {
        const std::scoped_lock lock(mutex_);
        push(kind, slot);
    }

  private:
    void push(std::size_t kind, std::uint8_t* slot) noexcept {
        std::memcpy(slot, static_cast<const void*>(&free_[kind]), kLinkBytes);
        free_[kind] = slot;
    }
    void grow(std::size_t kind) {
        std::uint8_t* region = map_pages(kRegionBytes);
        for (std::size_t at = kRegionBytes; at != 0; at -= kSlotBytes[kind])
            push(kind, region + at - kSlotBytes[kind]);
    }
    static constexpr std::size_t kLinkBytes = sizeof(std::uint8_t*);
    std::mutex mutex_;
    std::array<std::uint8_t*, kSlotBytes.size()> free_{};
};

SlotPool& pool() {
    // Never destroyed: secrets in static storage may outlive any order of destruction.
    static SlotPool* const the_pool = new SlotPool;
    return *the_pool;
}

/// Index into kSlotBytes, or kSlotBytes.size() for what gets pages of its own.
std::size_t kind_of(std::size_t bytes) {
    std::size_t kind = 0;
    while (kind < kSlotBytes.size() && kSlotBytes[kind] < bytes) ++kind;
    return kind;
}

std::size_t whole_pages(std::size_t bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    if (bytes > SIZE_MAX - page) throw std::bad_alloc();
    return (bytes + page - 1) / page * page;
}

}  // namespace

Secret::Secret(std::size_t size) : size_(size) {
    if (size == 0) return;
    const std::size_t kind = kind_of(size);
    if (kind < kSlotBytes.size()) {
        mapped_ = kSlotBytes[kind];
        data_ = pool().take(kind);
    } else {
        mapped_ = whole_pages(size);
        data_ = map_pages(mapped_);
    }
}

Secret::Secret(ByteView bytes) : Secret(bytes.size()) {
    if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
}

Secret::Secret(std::string_view text) : Secret(as_bytes(text)) {}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        mapped_ = std::exchange(other.mapped_, 0);
    }
    return *this;
}

Secret::~Secret() { release(); }

Secret Secret::clone() const { return Secret(view()); }

void Secret::shrink(std::size_t size) {
    assert(size <= size_);
    wipe(mutable_view().subspan(size));
    size_ = size;
}

void Secret::release() noexcept {
    if (data_ == nullptr) return;
    wipe({data_, size_});
    const std::size_t kind = kind_of(mapped_);
    if (kind < kSlotBytes.size()) {
        pool().give_back(kind, data_);
    } else {
        static_cast<void>(munmap(data_, mapped_));
    }
    data_ = nullptr;
    size_ = 0;
    mapped_ = 0;
}

void wipe(MutableBytes bytes) {
    if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

void harden_process() {
    const rlimit no_core{0, 0};
    static_cast<void>(setrlimit(RLIMIT_CORE, &no_core));
    static_cast<void>(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

}  // namespace keepsake::crypto
