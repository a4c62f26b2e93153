#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "os/descriptor.h"

namespace keepsake::os {

/// A private file of this program's own that grows over days: opened again at its end, cut back
/// where what came last is to be forgotten. Thread safety: one thread at a time.
class GrowingFile {
  public:
    /// Opens it, or makes it (mode 0600); never through a symbolic link in the last component.
    /// Errors: invalid if it is no regular file; no_space; read_only.
    static Result<GrowingFile> open(const std::string& path);

    Result<std::uint64_t> size_bytes() const;
    /// Errors: no_space.
    Result<> append(ByteView bytes);
    Result<> cut_to(std::uint64_t size_bytes);
    /// Durability: what was appended survives a crash.
    Result<> sync();
    Result<> set_modified(Instant modified);

  private:
    GrowingFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
    Descriptor descriptor_;
    std::string path_;
};

}  // namespace keepsake::os
