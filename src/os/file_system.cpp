#include "os/file_system.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"

namespace keepsake::os {
namespace {

constexpr std::size_t kLargestNameBytes = 255;
constexpr std::size_t kReadPieceBytes = 64UL * 1024;

std::string_view without_trailing_slashes(std::string_view path) {
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    return path;
}

/// Without the file's own name: it may have 255 bytes already, and cut off in the middle of a
/// character it is no name to some file systems.
Result<std::string> temporary_name() {
    std::array<std::uint8_t, 8> random{};
    const auto got = ::getrandom(random.data(), random.size(), 0);
    if (got != static_cast<ssize_t>(random.size())) return Error::from_errno(errno, "getrandom");
    return "." + to_hex(random) + ".tmp";
}

Result<> require_directory(FileSystem& files, const std::string& path) {
    TRY_LET(const FileInfo info, files.info_following(path));
    if (info.kind == FileKind::directory) return {};
    return Error(ErrorCode::exists, printable(path) + " is there and no directory");
}

/// `path` and its parents as far as they are missing, the deepest first.
Result<std::vector<std::string>> missing_directories(FileSystem& files, std::string path) {
    std::vector<std::string> missing;
    while (true) {
        const auto there = require_directory(files, path);
        if (there) return missing;
        if (there.error().code() != ErrorCode::not_found) return there.error();
        std::string parent = parent_of(path);
        if (parent == path) return there.error();
        missing.push_back(std::exchange(path, std::move(parent)));
    }
}

Result<> fill_and_close(WritableFile& file, ByteView bytes) {
    auto written = file.append(bytes);
    if (written) written = file.sync();
    const auto closed = file.close();
    return written ? closed : written;
}

/// Gives whether it is new.
Result<bool> make_one(FileSystem& files, const std::string& directory, bool secret) {
    auto made = files.make_directory(directory, secret);
    // "a/." and "a/b/.." exist as soon as "a" does; so may one that somebody else just made.
    if (!made && made.error().code() != ErrorCode::exists) return std::move(made).error();
    if (!made) TRY(require_directory(files, directory));
    return made.has_value();
}

}  // namespace

std::string join_path(const std::string& parent, const std::string& name) {
    if (parent.empty() || name.empty()) return parent + name;
    return parent.ends_with('/') ? parent + name : parent + "/" + name;
}

std::string file_name_of(const std::string& path) {
    const auto trimmed = without_trailing_slashes(path);
    if (trimmed == "/") return "/";
    const auto slash = trimmed.rfind('/');
    return std::string(slash == std::string_view::npos ? trimmed : trimmed.substr(slash + 1));
}

std::string parent_of(const std::string& path) {
    const auto trimmed = without_trailing_slashes(path);
    const auto slash = trimmed.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return std::string(
        without_trailing_slashes(trimmed.substr(0, std::max(slash, std::size_t{1}))));
}

bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= kLargestNameBytes && name != "." && name != ".." &&
           !name.contains('/') && !name.contains('\0');
}

Result<> make_directories(FileSystem& files, const std::string& path, bool secret) {
    TRY_LET(const auto missing, missing_directories(files, path));
    for (const auto& directory : missing | std::views::reverse) {
        TRY_LET(const bool is_new, make_one(files, directory, secret));
        auto synced = files.sync_directory(parent_of(directory));
        if (!synced) {
            // Left there, the next attempt would take it for one that survives a crash.
            if (is_new) std::ignore = files.remove_directory(directory);
            return synced;
        }
    }
    return {};
}

Result<> make_directories_unsynced(FileSystem& files, const std::string& path,
                                   std::vector<std::string>& made) {
    TRY_LET(const auto missing, missing_directories(files, path));
    for (const auto& directory : missing | std::views::reverse) {
        TRY_LET(const bool is_new, make_one(files, directory, false));
        if (is_new) made.push_back(directory);
    }
    return {};
}

Result<Bytes> read_file(FileSystem& files, const std::string& path, std::uint64_t limit_bytes) {
    const Error too_large(ErrorCode::limit, printable(path) + " is larger than " +
                                                std::to_string(limit_bytes) + " bytes");
    TRY_LET(const std::unique_ptr<ReadableFile> file, files.open(path));
    TRY_LET(const FileInfo info, file->info());
    if (info.size_bytes > limit_bytes) return too_large;
    Bytes bytes(info.size_bytes);
    std::size_t filled = 0;
    while (true) {  // it may grow meanwhile, and some files have no size before they are read
        TRY_LET(const std::size_t got, file->read_at(filled, MutableBytes(bytes).subspan(filled)));
        filled += got;
        if (filled > limit_bytes) return too_large;
        if (filled < bytes.size()) break;
        std::array<std::uint8_t, 1> next{};
        TRY_LET(const std::size_t more, file->read_at(filled, next));
        if (more == 0) break;
        bytes.resize(filled + kReadPieceBytes);
    }
    bytes.resize(filled);
    return bytes;
}

Result<> write_file(FileSystem& files, const std::string& path, ByteView bytes, Existing existing,
                    bool secret) {
    TRY_LET(const std::string name, temporary_name());
    const std::string temporary = join_path(parent_of(path), name);
    TRY_LET(const std::unique_ptr<WritableFile> file, files.create(temporary, secret));
    auto moved = fill_and_close(*file, bytes);
    if (moved)
        moved = existing == Existing::refuse ? files.rename_exclusive(temporary, path)
                                             : files.rename_replacing(temporary, path);
    if (!moved) {
        std::ignore = files.remove_file(temporary);  // the first failure is the one to tell
        return moved;
    }
    return files.sync_directory(parent_of(path));
}

}  // namespace keepsake::os
