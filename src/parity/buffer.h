#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace keepsake::parity {

/// Bytes that begin at a cache line and are not set to anything.
class Buffer {
  public:
    explicit Buffer(std::size_t bytes) : size_(bytes) {
        constexpr std::size_t kLine = 64;
        const auto rounded = (bytes + kLine - 1) / kLine * kLine;
        data_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(kLine, rounded + kLine)));
        if (data_ == nullptr) throw std::bad_alloc();
    }
    std::uint8_t* data() const { return data_.get(); }
    std::size_t size() const { return size_; }

  private:
    struct Free {
        void operator()(std::uint8_t* data) const { std::free(data); }
    };
    std::unique_ptr<std::uint8_t, Free> data_;
    std::size_t size_;
};

}  // namespace keepsake::parity
