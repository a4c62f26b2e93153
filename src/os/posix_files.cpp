#include "os/posix_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "os/descriptor.h"
#include "os/file_system.h"
#include "os/posix_paths.h"

namespace keepsake::os {
namespace {

constexpr std::uint64_t kLargestOffset = std::numeric_limits<off_t>::max();
/// Fewer zeros are written: a hole of less than a few blocks saves nothing.
constexpr std::uint64_t kSmallestHole = 64UL * 1024;
/// Direct reads and writes start, end and land at multiples of this; no disk has larger blocks.
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kAroundBytes = 64UL * 1024;

bool is_aligned(std::uint64_t offset_bytes, ByteView memory) {
    return offset_bytes % kPageBytes == 0 &&
           reinterpret_cast<std::uintptr_t>(memory.data()) % kPageBytes == 0;
}

bool set_direct(const Descriptor& descriptor, bool direct) {
    const int flags = ::fcntl(descriptor.get(), F_GETFL);
    return flags >= 0 &&
           ::fcntl(descriptor.get(), F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

class PosixReadableFile final : public ReadableFile {
  public:
    PosixReadableFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    Result<std::size_t> read_at(std::uint64_t offset_bytes, MutableBytes out) const override {
        // What ends past the largest offset would be refused as a whole.
        out = out.first(std::min<std::uint64_t>(
            out.size(), kLargestOffset - std::min(offset_bytes, kLargestOffset)));
        if (!direct_) return read_plainly(offset_bytes, out);
        return is_aligned(offset_bytes, out) && out.size() % kPageBytes == 0
                   ? read_directly(offset_bytes, out)
                   : read_around(offset_bytes, out);
    }

    Result<FileInfo> info() const override {
        struct stat status{};
        if (::fstat(descriptor_.get(), &status) != 0)
            return Error::from_errno(errno, describe_call("look at", path_));
        return file_info_of(status);
    }

    void drop_cache() const override {
        ::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_DONTNEED);
        // What another program holds in memory stays there; direct reads pass by that as well, and
        // leave the memory to others.
        direct_ = set_direct(descriptor_, true);
    }

  private:
    Result<std::size_t> read_plainly(std::uint64_t offset_bytes, MutableBytes out) const {
        std::size_t filled = 0;
        while (filled < out.size()) {
            const ssize_t got = ::pread(descriptor_.get(), out.data() + filled, out.size() - filled,
                                        static_cast<off_t>(offset_bytes + filled));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return Error::from_errno(errno, describe_call("read", path_));
            if (got == 0) break;
            filled += static_cast<std::size_t>(got);
        }
        return filled;
    }

    Result<std::size_t> read_directly(std::uint64_t offset_bytes, MutableBytes out) const {
        std::size_t filled = 0;
        while (filled < out.size()) {
            const ssize_t got = ::pread(descriptor_.get(), out.data() + filled, out.size() - filled,
                                        static_cast<off_t>(offset_bytes + filled));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0 && errno == EINVAL && set_direct(descriptor_, false)) {
                direct_ = false;  // larger blocks than pages, or none of this kind after all
                return read_plainly(offset_bytes, out);
            }
            if (got < 0) return Error::from_errno(errno, describe_call("read", path_));
            filled += static_cast<std::size_t>(got);
            if (got == 0) break;
            if (filled % kPageBytes == 0) continue;
            // The file's end; or a part of what is there, and nothing aligned comes after it.
            TRY_LET(const FileInfo now, info());
            if (offset_bytes + filled >= now.size_bytes || !set_direct(descriptor_, false)) break;
            direct_ = false;
            TRY_LET(const std::size_t rest,
                    read_plainly(offset_bytes + filled, out.subspan(filled)));
            return filled + rest;
        }
        return filled;
    }

    /// By way of aligned memory.
    Result<std::size_t> read_around(std::uint64_t offset_bytes, MutableBytes out) const {
        Bytes memory(kAroundBytes + kPageBytes);
        const auto misplaced = reinterpret_cast<std::uintptr_t>(memory.data()) % kPageBytes;
        const auto aligned = MutableBytes(memory).subspan(kPageBytes - misplaced, kAroundBytes);
        std::size_t filled = 0;
        while (filled < out.size()) {
            const std::uint64_t at = offset_bytes + filled;
            const auto skip = static_cast<std::size_t>(at % kPageBytes);
            TRY_LET(const std::size_t got, read_directly(at - skip, aligned));
            if (got <= skip) break;
            const std::size_t now = std::min(got - skip, out.size() - filled);
            std::ranges::copy(aligned.subspan(skip, now), out.subspan(filled).begin());
            filled += now;
            if (got < aligned.size()) break;
        }
        return filled;
    }

    Descriptor descriptor_;
    std::string path_;
    mutable std::atomic<bool> direct_ = false;
};

/// Invariant: failed_, once set, is what every later operation answers.
class PosixWritableFile final : public WritableFile {
  public:
    PosixWritableFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    void write_past_cache() override {
        if (!failed_ && descriptor_.is_open()) direct_ = set_direct(descriptor_, true);
    }

    Result<> append(ByteView bytes) override {
        TRY(usable());
        return write_all(bytes);
    }

    Result<> append_zeros(std::uint64_t size_bytes) override {
        TRY(usable());
        if (size_bytes > kLargestOffset - size_bytes_) return fail(EFBIG, "write");
        if (size_bytes >= kSmallestHole && make_hole(size_bytes)) return {};
        return failed_ ? Result<>(*failed_) : write_zeros(size_bytes);
    }

    void start_writeback() override {
        if (failed_ || !descriptor_.is_open()) return;
        const auto from = static_cast<off_t>(std::exchange(written_back_bytes_, size_bytes_));
        const auto length = static_cast<off_t>(size_bytes_) - from;
        if (length == 0) return;  // to the system, 0 would mean "to the end"
        if (::sync_file_range(descriptor_.get(), from, length, SYNC_FILE_RANGE_WRITE) == 0) return;
        // Only a hint, but what it tells of the disk must not be lost.
        const bool told = errno == EIO || errno == ENOSPC ||
                          errno == EDQUOT;  // NOLINT(misc-include-cleaner): cerrno has it
        if (told) failed_ = Error::from_errno(errno, describe_call("write", path_), true);
    }

    Result<> sync() override {
        TRY(usable());
        return remember(sync_descriptor(descriptor_.get(), describe_call("sync", path_)));
    }

    Result<> set_modified(Instant modified) override {
        TRY(usable());
        return remember(set_descriptor_modified(descriptor_.get(), modified,
                                                describe_call("set the time of", path_)));
    }

    Result<> close() override {
        Result<> before = usable();
        // Never again after EINTR: the descriptor is gone and may already be another's.
        const int number = descriptor_.release();
        if (number >= 0 && ::close(number) != 0 && before) return fail(errno, "close");
        return before;
    }

  private:
    Result<> usable() const {
        if (failed_) return *failed_;
        if (!descriptor_.is_open())
            return Error(ErrorCode::invalid, describe_call("used after it was closed:", path_));
        return {};
    }

    Error fail(int number, std::string_view doing) {
        failed_ = Error::from_errno(number, describe_call(doing, path_), true);
        return *failed_;
    }

    Result<> remember(Result<> result) {
        if (!result) failed_ = result.error();
        return result;
    }

    Result<> write_all(ByteView bytes) {
        while (!bytes.empty()) {
            if (size_bytes_ > kLargestOffset) return fail(EFBIG, "write");
            const bool whole = is_aligned(size_bytes_, bytes) && bytes.size() >= kPageBytes;
            if (direct_ && !whole) TRY(go_by_cache());
            const auto now = direct_ ? bytes.first(bytes.size() / kPageBytes * kPageBytes) : bytes;
            const ssize_t written = ::pwrite(descriptor_.get(), now.data(), now.size(),
                                             static_cast<off_t>(size_bytes_));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0 && direct_ && (errno == EINVAL || errno == EOPNOTSUPP)) {
                TRY(go_by_cache());  // larger blocks than pages, or none of this kind after all
                continue;
            }
            if (written <= 0) return fail(written < 0 ? errno : EIO, "write");
            size_bytes_ += static_cast<std::uint64_t>(written);
            if (direct_) written_back_bytes_ = size_bytes_;
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return {};
    }

    Result<> go_by_cache() {
        if (!set_direct(descriptor_, false)) return fail(errno, "write");
        direct_ = false;
        return {};
    }

    Result<> write_zeros(std::uint64_t size_bytes) {
        const Bytes zeros(std::min(size_bytes, kSmallestHole));
        while (size_bytes > 0) {
            const auto piece = std::min<std::uint64_t>(size_bytes, zeros.size());
            TRY(write_all(ByteView(zeros).first(piece)));
            size_bytes -= piece;
        }
        return {};
    }

    /// False where the file system cannot, or with failed_ set.
    bool make_hole(std::uint64_t size_bytes) {
        const std::uint64_t end = size_bytes_ + size_bytes;
        int result = 0;
        do {
            result = ::ftruncate(descriptor_.get(), static_cast<off_t>(end));
        } while (result != 0 && errno == EINTR);
        if (result == 0) size_bytes_ = end;
        if (result != 0 && errno != EPERM && errno != EOPNOTSUPP && errno != EINVAL)
            failed_ = Error::from_errno(errno, describe_call("write", path_), true);
        return result == 0;
    }

    Descriptor descriptor_;
    std::string path_;
    std::uint64_t size_bytes_ = 0;
    std::uint64_t written_back_bytes_ = 0;
    bool direct_ = false;
    std::optional<Error> failed_;
};

}  // namespace

Result<std::unique_ptr<ReadableFile>> readable_file(Descriptor descriptor,
                                                    const std::string& path) {
    auto file = std::make_unique<PosixReadableFile>(std::move(descriptor), path);
    TRY_LET(const FileInfo info, file->info());
    if (info.kind != FileKind::regular)
        return Error(ErrorCode::invalid, describe_call("not a regular file:", path));
    return file;
}

std::unique_ptr<WritableFile> writable_file(Descriptor descriptor, std::string path) {
    return std::make_unique<PosixWritableFile>(std::move(descriptor), std::move(path));
}

Result<> sync_descriptor(int descriptor, std::string_view doing) {
    int result = 0;
    do {
        result = ::fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    if (result != 0) return Error::from_errno(errno, doing, true);
    return {};
}

Result<> set_descriptor_modified(int descriptor, Instant modified, std::string_view doing) {
    // Past a second, two values mean "now" and "leave as it is" to the system.
    if (modified.nanoseconds >= 1'000'000'000) return Error::from_errno(EINVAL, doing, true);
    const timespec times[2] = {{0, UTIME_OMIT},
                               {modified.seconds, static_cast<long>(modified.nanoseconds)}};
    if (::futimens(descriptor, times) != 0) return Error::from_errno(errno, doing, true);
    return {};
}

}  // namespace keepsake::os
