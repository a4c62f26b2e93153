#pragma once

#include <unistd.h>

#include <utility>

namespace keepsake::cli {

/// A file descriptor that is closed when this goes, if it is its own.
class Descriptor {
  public:
    static Descriptor owned(int descriptor) { return {descriptor, true}; }
    static Descriptor borrowed(int descriptor) { return {descriptor, false}; }
    Descriptor(Descriptor&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), owned_(other.owned_) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(owned_, other.owned_);
        return *this;
    }
    ~Descriptor() {
        if (owned_ && descriptor_ >= 0) ::close(descriptor_);
    }
    int get() const { return descriptor_; }

  private:
    Descriptor(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned) {}
    int descriptor_;
    bool owned_;
};

}  // namespace keepsake::cli
