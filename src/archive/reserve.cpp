#include "archive/reserve.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/result.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

std::string reserve_path(const std::string& archive_path) {
    return os::join_path(os::join_path(archive_path, std::string(kTemporaryName)),
                         std::string(kReserveName));
}

// What no file system makes smaller. It means nothing and is no secret, so any numbers will do.
Bytes incompressible(std::size_t size_bytes) {
    std::mt19937_64 numbers;
    Bytes bytes(size_bytes);
    for (std::size_t i = 0; i < size_bytes; i += sizeof(std::uint64_t)) {
        auto number = numbers();
        for (std::size_t j = i; j < i + sizeof number && j < size_bytes; ++j, number >>= 8U)
            bytes[j] = static_cast<std::uint8_t>(number);
    }
    return bytes;
}

Result<> write_reserve(Staging& staging) {
    TRY_LET(const auto temporary, staging.new_path());
    const auto write = [&]() -> Result<> {
        TRY_LET(const auto file, staging.files().create(temporary, false));
        TRY(file->append(incompressible(kReserveBytes)));
        TRY(file->close());
        return staging.files().rename_exclusive(temporary, reserve_path(staging.archive_path()));
    };
    auto written = write();
    if (!written) static_cast<void>(staging.files().remove_file(temporary));
    return written;
}

}  // namespace

void set_reserve_aside(Staging& staging) {
    auto& files = staging.files();
    const auto path = reserve_path(staging.archive_path());
    const auto info = files.info(path);
    if (info && info->size_bytes == kReserveBytes) return;
    const auto free = files.free_bytes(staging.archive_path());
    if (!free || *free < 4 * kReserveBytes) return;
    if (info) static_cast<void>(files.remove_file(path));
    static_cast<void>(write_reserve(staging));
}

bool give_reserve_up(os::FileSystem& files, const std::string& archive_path) {
    const auto path = reserve_path(archive_path);
    if (!files.remove_file(path)) return false;
    // Some file systems free the room only when the name is surely gone.
    static_cast<void>(files.sync_directory(os::parent_of(path)));
    return true;
}

}  // namespace keepsake::archive
