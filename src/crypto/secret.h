#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace keepsake::crypto {

/// Owned bytes that are a secret: in pages that hold nothing else (small ones share such pages, as
/// file keys are made for every file), locked in memory and left out of core dumps where the system
/// allows, wiped when destroyed or moved from. Not copyable by accident:
/// clone() says so. Thread safety: a value; not shared.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::size_t size);  ///< zeros
    explicit Secret(ByteView bytes);    ///< a copy; the source is the caller's to wipe
    explicit Secret(std::string_view text);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret clone() const;
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    ByteView view() const { return {data_, size_}; }
    MutableBytes mutable_view() { return {data_, size_}; }
    std::string_view text() const { return as_text(view()); }
    /// Keeps the first `size` bytes; the rest is wiped. Requires: size <= size().
    void shrink(std::size_t size);

  private:
    void release() noexcept;
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t mapped_ = 0;
};

/// Overwrites so that the compiler may not leave it out.
void wipe(MutableBytes bytes);
/// In time that does not depend on where they differ.
bool equal_constant_time(ByteView a, ByteView b);
/// For the whole process: no core dumps, no ptrace by others of the same user. Called once, by
/// main.
void harden_process();

}  // namespace keepsake::crypto
