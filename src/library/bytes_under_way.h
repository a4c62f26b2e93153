#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"

namespace keepsake::library {

/// Bytes of one file that is being read or written, counted into a total while that goes on, so
/// that progress moves within a large file; taken out of it when that ends, as the file is counted
/// as a whole then. Thread safety: one thread; the total is shared.
class BytesUnderWay {
  public:
    explicit BytesUnderWay(std::atomic<std::uint64_t>& total) : total_(&total) {}
    BytesUnderWay(const BytesUnderWay&) = delete;
    BytesUnderWay& operator=(const BytesUnderWay&) = delete;
    ~BytesUnderWay() { *total_ -= bytes_; }
    void add(std::uint64_t bytes) {
        bytes_ += bytes;
        *total_ += bytes;
    }

  private:
    std::atomic<std::uint64_t>* total_;
    std::uint64_t bytes_ = 0;
};

/// A file of which the bytes are counted as they are read. The file and the total outlive it.
class CountedFile final : public os::ReadableFile {
  public:
    CountedFile(const os::ReadableFile& file, std::atomic<std::uint64_t>& total)
        : file_(&file), under_way_(total) {}
    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const override {
        auto got = file_->read_at(offset_bytes, out);
        under_way_.add(got.value_or(0));
        return got;
    }
    Result<os::FileInfo> info() const override { return file_->info(); }
    void drop_cache() const override { file_->drop_cache(); }

  private:
    const os::ReadableFile* file_;
    mutable BytesUnderWay under_way_;
};

}  // namespace keepsake::library
