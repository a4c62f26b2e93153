#include "archive/copy.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/archive_files.h"
#include "archive/layout.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "model/manifest.h"
#include "os/file_system.h"

namespace keepsake::archive {
namespace {

constexpr std::uint64_t kLargestManifestBytes = 64UL * 1024;

Result<model::Manifest> read_manifest(os::FileSystem& files, const std::string& folder) {
    TRY_LET(const auto bytes,
            os::read_file(files, os::join_path(folder, std::string(kManifestName)),
                          kLargestManifestBytes));
    return model::parse_manifest(as_text(bytes));
}

Result<Copy> copy_of(const std::string& path, const model::Manifest& manifest) {
    Copy copy;
    copy.path = path;
    TRY_LET(copy.access, model::access_of(manifest));
    copy.manifest = manifest;
    return copy;
}

PlainFile plain_file(std::string_view name, std::string bytes) {
    PlainFile file{std::string(name), std::move(bytes), {}};
    file.hash = {crypto::sha256(as_bytes(file.bytes))};
    return file;
}

Result<> write_if_missing(Staging& staging, const std::string& relative, const PlainFile& file) {
    const auto info = staging.files().info(os::join_path(staging.archive_path(), relative));
    if (info) return {};
    if (info.error().code() != ErrorCode::not_found) return info.error();
    return staging.publish(as_bytes(file.bytes), relative);
}

}  // namespace

Result<Copy> open_copy(os::FileSystem& files, const std::string& path) {
    auto found = files.info_following(path);
    if (!found || found->kind != os::FileKind::directory)
        return Error(ErrorCode::not_found,
                     path + " is not there. If it stands on a disk of its own, connect that disk.");
    const auto manifest = read_manifest(files, path);
    const auto mirrored = read_manifest(files, os::join_path(path, std::string(kMirrorName)));
    if (!manifest && !mirrored) {
        if (manifest.error().code() != ErrorCode::not_found)
            return Error(manifest.error()).with(os::join_path(path, std::string(kManifestName)));
        return Error(ErrorCode::not_found,
                     path +
                         " is not a Keepsake archive. If the archive stands on a disk of its own, "
                         "connect that disk; `keepsake new` makes a new one.");
    }
    // A damaged one may well read as of a version that nobody has: the other one then decides.
    const bool from_mirror =
        !manifest || (!model::access_of(*manifest) && mirrored && model::access_of(*mirrored));
    TRY_LET(auto copy, copy_of(path, from_mirror ? *mirrored : *manifest));
    copy.manifest_from_mirror = from_mirror;
    copy.mirror_differs = manifest && mirrored && !(*manifest == *mirrored);
    return copy;
}

Result<Copy> open_mirrored_copy(os::FileSystem& files, const std::string& path) {
    TRY_LET(const auto manifest,
            read_manifest(files, os::join_path(path, std::string(kMirrorName))));
    TRY_LET(auto copy, copy_of(path, manifest));
    copy.manifest_from_mirror = true;
    return copy;
}

bool is_archive_folder(os::FileSystem& files, const std::string& path) {
    const auto info = files.info(os::join_path(path, std::string(kManifestName)));
    return info && info->kind == os::FileKind::regular && read_manifest(files, path).has_value();
}

Result<std::string> find_archive_above(os::FileSystem& files, const std::string& path) {
    TRY_LET(auto folder, files.real_path(path));
    for (;; folder = os::parent_of(folder)) {
        if (is_archive_folder(files, folder)) return folder;
        if (folder == "/" || folder == ".") break;
    }
    return Error(
        ErrorCode::not_found,
        "No archive is named: use --archive FOLDER, set KEEPSAKE_ARCHIVE, or stand in one.");
}

std::vector<PlainFile> plain_files(const model::ArchiveId& archive) {
    model::Manifest manifest;
    manifest.archive = archive;
    return {plain_file(kReadmeName, std::string(kArchiveReadme)),
            plain_file(kScriptName, std::string(kArchiveScript)),
            plain_file(kManifestName, model::to_text(manifest))};
}

Result<> write_plain_files(Staging& staging, const std::vector<PlainFile>& plain) {
    for (const auto& file : plain) {
        TRY(write_if_missing(staging, os::join_path(std::string(kMirrorName), file.name), file));
        TRY(write_if_missing(staging, file.name, file));
    }
    return {};
}

Result<> make_copy_folders(os::FileSystem& files, const std::string& path) {
    if (const auto info = files.info_following(path)) {
        if (info->kind != os::FileKind::directory)
            return Error(ErrorCode::exists, path + " exists and is not a folder.");
        TRY_LET(const auto entries, files.list(path));
        if (is_archive_folder(files, path))
            return Error(ErrorCode::exists, path + " is already a Keepsake archive.");
        if (!entries.empty())
            return Error(ErrorCode::exists, path + " is not empty. Choose a new or empty folder.");
    }
    TRY(os::make_directories(files, path, false));
    for (const auto name : {kKeysName, kJournalName, kObjectsName, kMirrorName})
        TRY(os::make_directories(files, os::join_path(path, std::string(name)), false));
    return {};
}

}  // namespace keepsake::archive
