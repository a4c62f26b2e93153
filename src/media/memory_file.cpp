#include "media/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stop_token>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "media/reader_pool.h"
#include "os/descriptor.h"

namespace keepsake::media {
namespace {

constexpr std::size_t kPieceBytes = 1UL << 20U;

/// A file's bytes, mapped to be written.
class Mapping {
  public:
    Mapping(int descriptor, std::size_t size)
        : size_(size),
          address_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)) {}
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (is_mapped()) ::munmap(address_, size_);
    }
    bool is_mapped() const { return address_ != MAP_FAILED; }
    MutableBytes bytes() { return {static_cast<std::uint8_t*>(address_), size_}; }

  private:
    std::size_t size_;
    void* address_;
};

Result<> fill(Source& source, int descriptor, const std::stop_token& stop) {
    const auto size = static_cast<std::size_t>(source.size_bytes());
    // Room is taken first: writing to a mapping without it would be a signal, not an error.
    if (const int failed = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size)); failed != 0)
        return Error::from_errno(failed, "make room for a file in memory", true);
    Mapping mapping(descriptor, size);
    if (!mapping.is_mapped()) return Error::from_errno(errno, "map a file in memory", true);
    for (std::size_t at = 0; at < size; at += kPieceBytes) {
        if (stop.stop_requested()) return Error(ErrorCode::cancelled, "stopped");
        TRY(source.read_at(at, mapping.bytes().subspan(at, std::min(kPieceBytes, size - at))));
    }
    return {};
}

}  // namespace

Result<> MemorySource::read_at(std::uint64_t offset_bytes, MutableBytes out) {
    if (offset_bytes > bytes_.size() || out.size() > bytes_.size() - offset_bytes)
        return Error(ErrorCode::invalid, "read past the end");
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset_bytes, out.size());
    return {};
}

Result<os::Descriptor> memory_file(Source& source, const std::stop_token& stop) {
    os::Descriptor file(::memfd_create("original", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.is_open()) return Error::from_errno(errno, "make a file in memory", true);
    TRY(fill(source, file.get(), stop));
    constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    if (::fcntl(file.get(), F_ADD_SEALS, kSeals) != 0)
        return Error::from_errno(errno, "seal a file in memory", true);
    return file;
}

}  // namespace keepsake::media
