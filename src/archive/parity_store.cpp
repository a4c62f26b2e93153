#include "archive/parity_store.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "archive/object_file.h"
#include "archive/staging.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "crypto/sha256.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "parity/create.h"
#include "parity/recovery_set.h"
#include "parity/set_shape.h"
#include "parity/work.h"

namespace keepsake::archive {
namespace {

constexpr std::size_t kHashBlockBytes = 1UL << 20U;

// No ciphertext holds so many zeros: a hole, which somebody may have made as long as they liked.
bool is_hole(ByteView bytes) {
    constexpr std::size_t kFewest = 4096;
    return bytes.size() >= kFewest &&
           std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

// Writes the set under a temporary name, hashing each object as it is read. Gives those that are
// damaged; a hole ends it at once.
Result<std::vector<model::ObjectId>> write_set(Staging& staging,
                                               std::span<const StoredObject> objects,
                                               const std::string& path, const parity::Work& work) {
    std::vector<std::uint64_t> sizes;
    parity::NewSet set;
    set.base = staging.archive_path();
    for (const auto& object : objects) {
        sizes.push_back(object.bytes);
        set.names.push_back(object_path(object.object));
    }
    set.shape = parity::shape_of(sizes);
    std::vector<crypto::Sha256> hashes(objects.size());
    std::vector<std::atomic<bool>> holes(objects.size());
    std::stop_source stop;
    const std::stop_callback asked(work.stop, [&] { stop.request_stop(); });
    set.tap = [&](std::size_t file, ByteView bytes) {
        hashes[file].update(bytes);
        if (!is_hole(bytes)) return;
        holes[file] = true;
        stop.request_stop();
    };
    auto stoppable = work;
    stoppable.stop = stop.get_token();
    auto created = parity::create_set(staging.files(), set, path, stoppable);
    const bool any_hole =
        std::ranges::any_of(holes, [](const std::atomic<bool>& hole) { return hole.load(); });
    if (!created && !any_hole) return std::move(created).error();
    std::vector<model::ObjectId> damaged;
    for (std::size_t i = 0; i < objects.size(); ++i)
        if (any_hole ? holes[i].load() : hashes[i].finish() != objects[i].object.bytes)
            damaged.push_back(objects[i].object);
    return damaged;
}

Result<model::FileHash> hash_of_file(os::FileSystem& files, const std::string& path,
                                     const std::stop_token& stop) {
    TRY_LET(const auto file, files.open(path));
    Bytes buffer(kHashBlockBytes);
    return hash_file(*file, buffer, stop);
}

}  // namespace

std::optional<model::ObjectId> object_of_path(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto hash = hash_of_name(path.substr(slash + 1));
    if (!hash) return std::nullopt;
    const model::ObjectId object{hash->bytes};
    return object_path(object) == path ? std::optional(object) : std::nullopt;
}

std::string ParityFileName::path() const { return parity_path(file); }

std::uint64_t ParityMembers::bytes() const {
    return std::accumulate(
        objects.begin(), objects.end(), std::uint64_t{0},
        [](std::uint64_t sum, const StoredObject& object) { return sum + object.bytes; });
}

Result<std::vector<StoredObject>> list_objects(os::FileSystem& files,
                                               const std::string& archive_path) {
    std::vector<StoredObject> found;
    const auto objects = os::join_path(archive_path, std::string(kObjectsName));
    TRY_LET(const auto groups, files.list(objects));
    for (const auto& group : groups) {
        if (group.kind != os::FileKind::directory) continue;
        const auto folder = os::join_path(objects, group.name);
        TRY_LET(const auto entries, files.list(folder));
        for (const auto& entry : entries) {
            const auto hash = hash_of_name(entry.name);
            if (!hash || entry.kind != os::FileKind::regular || !entry.name.starts_with(group.name))
                continue;
            const auto info = files.info(os::join_path(folder, entry.name));
            if (!info && info.error().code() == ErrorCode::not_found) continue;
            if (!info) return info.error();
            found.push_back({{hash->bytes}, info->size_bytes});
        }
    }
    std::ranges::sort(found);
    return found;
}

Result<std::vector<ParityFileName>> list_parity(os::FileSystem& files,
                                                const std::string& archive_path) {
    std::vector<ParityFileName> found;
    const auto folder = os::join_path(archive_path, std::string(kParityName));
    auto entries = files.list(folder);
    if (!entries) {
        if (entries.error().code() == ErrorCode::not_found) return found;
        return std::move(entries).error().with(folder);
    }
    for (const auto& entry : *entries) {
        const auto hash = hash_of_parity_name(entry.name);
        if (!hash || entry.kind != os::FileKind::regular) continue;
        const auto info = files.info(os::join_path(folder, entry.name));
        if (!info && info.error().code() == ErrorCode::not_found) continue;
        if (!info) return info.error();
        found.push_back({*hash, info->size_bytes});
    }
    std::ranges::sort(found);
    return found;
}

Result<ParityMembers> read_members(os::FileSystem& files, const std::string& archive_path,
                                   const ParityFileName& name, const parity::Work& work) {
    const auto path = os::join_path(archive_path, name.path());
    auto set = parity::open_outline(files, path, work);
    if (!set && set.error().code() == ErrorCode::corrupt)
        set = parity::open_set(files, {path}, work);
    if (!set) return std::move(set).error().with(name.path());
    ParityMembers members{name, {}};
    for (const auto& file : set->files)
        if (const auto object = object_of_path(file.name))
            members.objects.push_back({*object, file.size_bytes});
    return members;
}

Result<MadeSet> make_set(Staging& staging, std::span<const StoredObject> objects,
                         const parity::Work& work) {
    auto& files = staging.files();
    TRY_LET(const auto temporary, staging.new_path());
    const auto finish = [&]() -> Result<MadeSet> {
        TRY_LET(auto damaged, write_set(staging, objects, temporary, work));
        if (!damaged.empty()) {
            static_cast<void>(files.remove_file(temporary));
            return MadeSet{{}, std::move(damaged)};
        }
        TRY_LET(const auto info, files.info(temporary));
        TRY_LET(const auto hash, hash_of_file(files, temporary, work.stop));
        const ParityFileName name{hash, info.size_bytes};
        // A set of the same objects is the same file, and this one is whole.
        TRY(staging.put_in_place(temporary, name.path()));
        return MadeSet{name, {}};
    };
    auto made = finish();
    if (!made) static_cast<void>(files.remove_file(temporary));
    return made;
}

Result<> remove_sets(os::FileSystem& files, const std::string& archive_path,
                     std::span<const ParityFileName> sets) {
    if (sets.empty()) return {};
    for (const auto& set : sets) {
        auto removed = remove_own_file(files, archive_path, set.path());
        if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    }
    return files.sync_directory(os::join_path(archive_path, std::string(kParityName)));
}

}  // namespace keepsake::archive
