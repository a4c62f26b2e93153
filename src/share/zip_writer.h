#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace keepsake::share {

/// A ZIP that is written from its beginning to its end, nothing in it compressed, no times told;
/// with ZIP64 where it grows past what the old form can say.
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3. Thread safety: one at a time.
class ZipWriter {
  public:
    /// One whole file, below 4 GiB; gives the bytes that stand for it in the ZIP. Requires: an
    /// ASCII name of at most 255 bytes. `content` follows what is given.
    Bytes begin(std::string_view name, ByteView content);
    /// What stands at the end.
    Bytes finish() const;

  private:
    struct Entry {
        std::string name;
        std::uint32_t crc = 0;
        std::uint32_t size_bytes = 0;
        std::uint64_t offset_bytes = 0;
    };
    std::vector<Entry> entries_;
    std::uint64_t written_bytes_ = 0;
};

}  // namespace keepsake::share
