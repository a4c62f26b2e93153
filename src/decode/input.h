#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "media/kind.h"

namespace keepsake::decode {

/// The file that is looked at: whole in memory, or a piece at a time from the parent.
class Input {
  public:
    using Need = std::function<Result<Bytes>(std::uint64_t offset_bytes, std::uint32_t size_bytes)>;

    explicit Input(ByteView whole) : whole_(whole), size_bytes_(whole.size()) {}
    Input(Bytes head, std::uint64_t size_bytes, Need need)
        : head_(std::move(head)), size_bytes_(size_bytes), need_(std::move(need)) {}

    std::uint64_t size_bytes() const { return size_bytes_; }
    bool is_whole() const { return !need_; }
    /// The beginning, as much as detect() wants.
    ByteView head() const;
    /// All bytes. Errors: limit where the file is too large to be in memory.
    Result<ByteView> whole() const;
    /// Fills `out` as far as the file reaches; fewer bytes mean its end.
    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const;

  private:
    ByteView whole_;
    Bytes head_;
    std::uint64_t size_bytes_ = 0;
    Need need_;
};

}  // namespace keepsake::decode
