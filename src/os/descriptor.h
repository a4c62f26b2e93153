#pragma once

#include <unistd.h>

#include <utility>

namespace keepsake::os {

/// An owned file descriptor, closed when destroyed. Where the result of close() matters (files that
/// were written), take it out with release() and close it by hand.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) reset(other.release());
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(-1); }

    bool is_open() const { return number_ >= 0; }
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

  private:
    void reset(int number) {
        if (number_ >= 0) ::close(number_);
        number_ = number;
    }
    int number_ = -1;
};

}  // namespace keepsake::os
