#include "archive/staging.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/random.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {
constexpr int kAttempts = 8;
constexpr const char* kLockName = "lock";

Result<> write_new(os::FileSystem& files, const std::string& path, ByteView bytes) {
    TRY_LET(auto file, files.create(path, false));
    TRY(file->append(bytes));
    TRY(file->sync());
    return file->close();
}
}  // namespace

Result<> require_own_folders(os::FileSystem& files, const std::string& archive_path,
                             const std::string& relative_folder) {
    for (std::size_t end = 0; end != std::string::npos;) {
        end = relative_folder.find('/', end + 1);
        const auto part = relative_folder.substr(0, end);
        const auto info = files.info(os::join_path(archive_path, part));
        if (!info && info.error().code() == ErrorCode::not_found) return {};
        if (!info) return info.error();
        if (info->kind != os::FileKind::directory)
            return Error(ErrorCode::corrupt,
                         part + " is not a folder of the archive's own: nothing is written there");
    }
    return {};
}

Result<> remove_own_file(os::FileSystem& files, const std::string& archive_path,
                         const std::string& relative_path) {
    const auto own = require_own_folders(files, archive_path, os::parent_of(relative_path));
    if (!own && own.error().code() == ErrorCode::corrupt)
        return Error(ErrorCode::not_found, own.error().message());
    TRY(own);
    return files.remove_file(os::join_path(archive_path, relative_path));
}

void discard_folder(os::FileSystem& files, const std::string& path) {
    const auto entries = files.list(path);
    if (!entries) return;
    for (const auto& entry : *entries)
        if (entry.kind != os::FileKind::directory)
            static_cast<void>(files.remove_file(os::join_path(path, entry.name)));
    static_cast<void>(files.remove_directory(path));
}

Staging::Staging(os::FileSystem& files, std::string archive_path, crypto::RandomSource& random)
    : files_(&files), archive_path_(std::move(archive_path)), random_(&random) {}

Staging::~Staging() {
    if (folder_.empty()) return;
    discard_folder(*files_, folder_);
    lock_.reset();
    static_cast<void>(
        files_->remove_directory(os::parent_of(folder_)));  // stays while others write
}

std::vector<Staging::Unlockable> Staging::sweep() {
    std::vector<Unlockable> unlockable;
    const auto parent = os::join_path(archive_path_, std::string(kTemporaryName));
    const auto entries = files_->list(parent);
    if (!entries) return unlockable;
    for (const auto& entry : *entries) {
        if (entry.kind != os::FileKind::directory) continue;  // a link would lead elsewhere
        const auto folder = os::join_path(parent, entry.name);
        const auto info = files_->info(folder);  // before a lock is made in it
        const auto lock = files_->try_lock(os::join_path(folder, kLockName));
        if (lock)
            discard_folder(*files_, folder);
        else if (info && lock.error().code() == ErrorCode::unsupported)
            unlockable.push_back({folder, info->modified});
    }
    return unlockable;
}

// Compared with the time that the same file system gave the folder just made.
void Staging::sweep_old(const std::vector<Unlockable>& unlockable) {
    const auto now = files_->info(folder_);
    if (!now) return;
    for (const auto& [folder, modified] : unlockable)
        if (now->modified.seconds - modified.seconds > kSecondsPerDay)
            discard_folder(*files_, folder);
}

void Staging::clean_up() {
    const std::lock_guard guard(mutex_);
    // Without locks only a folder of one's own tells how late it is.
    if (const auto unlockable = sweep(); !unlockable.empty() && begin()) sweep_old(unlockable);
    if (folder_.empty())  // stays while others write
        static_cast<void>(
            files_->remove_directory(os::join_path(archive_path_, std::string(kTemporaryName))));
}

Result<> Staging::begin() {
    if (!folder_.empty()) return {};
    TRY(require_own_folders(*files_, archive_path_, std::string(kTemporaryName)));
    const auto unlockable = sweep();
    const auto parent = os::join_path(archive_path_, std::string(kTemporaryName));
    Error last(ErrorCode::io, "cannot make a folder for writing");
    // Another program may sweep the folder between its making and its locking: then once more.
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (auto made = files_->make_directory(parent, false);
            !made && made.error().code() != ErrorCode::exists)
            return std::move(made).error().with(parent);
        std::array<std::uint8_t, 8> name{};
        random_->fill(name);
        const auto folder = os::join_path(parent, to_hex(name));
        if (auto made = files_->make_directory(folder, false); !made) {
            last = std::move(made).error();
            continue;
        }
        auto lock = files_->try_lock(os::join_path(folder, kLockName));
        const bool has_locks = lock || lock.error().code() != ErrorCode::unsupported;
        if (!lock && has_locks) {
            last = std::move(lock).error();
            continue;
        }
        if (lock) lock_ = std::move(*lock);
        folder_ = folder;
        if (!has_locks) sweep_old(unlockable);
        return {};
    }
    return std::move(last).with(parent);
}

Result<std::string> Staging::new_path() {
    const std::lock_guard guard(mutex_);
    TRY(begin());
    return os::join_path(folder_, std::to_string(counter_++));
}

Result<> Staging::already_there(ByteView bytes, const std::string& target) {
    auto present = os::read_file(*files_, target, bytes.size());
    if (present && std::ranges::equal(*present, bytes)) return {};
    return Error(ErrorCode::exists, target + " exists with other bytes");
}

Result<> Staging::make_folder(const std::string& relative_path) {
    const std::lock_guard guard(folders_mutex_);
    if (folders_.contains(relative_path)) return {};
    TRY(require_own_folders(*files_, archive_path_, relative_path));
    TRY(os::make_directories(*files_, os::join_path(archive_path_, relative_path), false));
    // One that was there already may be new all the same, and nobody synced its name yet.
    for (auto parent = relative_path; !folders_.contains(parent);) {
        const auto child = parent;
        parent = os::parent_of(parent);
        const bool at_top = parent == ".";
        TRY(files_->sync_directory(at_top ? archive_path_ : os::join_path(archive_path_, parent)));
        folders_.insert(child);
        if (at_top) break;
    }
    return {};
}

Result<> Staging::give_name(const std::string& temporary, ByteView bytes,
                            const std::string& target) {
    auto renamed = files_->rename_exclusive(temporary, target);
    if (!renamed) {
        static_cast<void>(files_->remove_file(temporary));
        if (renamed.error().code() != ErrorCode::exists) return renamed;
        TRY(already_there(bytes, target));
        return files_->sync_directory(os::parent_of(target));
    }
    auto synced = files_->sync_directory(os::parent_of(target));
    // Whether the name survives is not known, and a later sync would not tell.
    if (!synced) static_cast<void>(files_->remove_file(target));
    return synced;
}

Result<> Staging::publish(ByteView bytes, const std::string& relative_path) {
    TRY(make_folder(os::parent_of(relative_path)));
    TRY_LET(const auto temporary, new_path());
    if (auto written = write_new(*files_, temporary, bytes); !written) {
        static_cast<void>(files_->remove_file(temporary));
        return std::move(written).error().with(relative_path);
    }
    auto named = give_name(temporary, bytes, os::join_path(archive_path_, relative_path));
    return named ? Result<>() : std::move(named).error().with(relative_path);
}

Result<> Staging::put_in_place(const std::string& temporary, const std::string& relative_path) {
    TRY(make_folder(os::parent_of(relative_path)));
    const auto target = os::join_path(archive_path_, relative_path);
    TRY(files_->rename_replacing(temporary, target));
    return files_->sync_directory(os::parent_of(target));
}

Result<> Staging::replace(ByteView bytes, const std::string& relative_path) {
    TRY_LET(const auto temporary, new_path());
    const auto finish = [&]() -> Result<> {
        TRY(write_new(*files_, temporary, bytes));
        return put_in_place(temporary, relative_path);
    };
    auto finished = finish();
    if (finished) return {};
    static_cast<void>(files_->remove_file(temporary));
    return std::move(finished).error().with(relative_path);
}

}  // namespace keepsake::archive
