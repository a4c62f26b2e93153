#include "share/end.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/age.h"
#include "crypto/age_keys.h"
#include "crypto/sha256.h"
#include "library/environment.h"
#include "library/library.h"
#include "os/file_system.h"
#include "share/dates.h"
#include "share/destination.h"
#include "share/record.h"
#include "share/shelf.h"

namespace keepsake::share {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::uint64_t kLargestHeadFile = 1ULL << 20U;
constexpr std::size_t kFileNameDigits = 32;
constexpr std::size_t kReadBytes = 1UL << 20U;

/// "<32 hex>.age": a name that nothing else has.
bool is_share_file(std::string_view name) {
    constexpr std::string_view kEnding = ".age";
    return name.size() == kFileNameDigits + kEnding.size() && name.ends_with(kEnding) &&
           from_hex(name.substr(0, kFileNameDigits)).has_value();
}

/// Whether the head that stands there is opened by this share's link.
bool is_ours(const Bytes& head, const std::string& key) {
    auto identity = crypto::AgeIdentity::from_text(key);
    if (!identity) return false;
    const auto identities = std::to_array({std::move(*identity)});
    return crypto::age_open(head, identities).has_value();
}

Result<> remove_if_there(os::FileSystem& files, const std::string& path) {
    auto removed = files.remove_file(path);
    if (!removed && removed.error().code() != ErrorCode::not_found) return removed;
    return {};
}

/// Of a folder that may hold other things by now what this share wrote, the head first: without it
/// the rest is no share.
Result<> remove_folder(os::FileSystem& files, const Where& where, const std::string& key) {
    const auto listed = files.list(where.path);
    if (!listed) return listed.error().code() == ErrorCode::not_found ? Result<>() : listed.error();
    const auto head_path = os::join_path(where.path, std::string(kHeadName));
    const auto head = os::read_file(files, head_path, kLargestHeadFile);
    const bool is_another = head && !is_ours(*head, key);
    if (!head && head.error().code() != ErrorCode::not_found) return head.error();
    if (head && !is_another) TRY(remove_if_there(files, head_path));
    auto names = where.files;
    if (!is_another && std::ranges::none_of(names, is_share_file))
        for (const auto& entry : *listed)
            if (is_share_file(entry.name)) names.push_back(entry.name);
    for (const auto& name : names)
        // Another share's folder by now: its page stays.
        if (name != kHeadName && (!is_another || is_share_file(name)))
            TRY(remove_if_there(files, os::join_path(where.path, name)));
    // Where it holds something else it stays.
    static_cast<void>(files.remove_directory(where.path));
    return {};
}

Result<std::string> hash_of(os::FileSystem& files, const std::string& path) {
    TRY_LET(const auto file, files.open(path));
    crypto::Sha256 hash;
    Bytes buffer(kReadBytes);
    for (std::uint64_t at = 0;;) {
        TRY_LET(const auto got, file->read_at(at, buffer));
        hash.update(ByteView(buffer).first(got));
        at += got;
        if (got < buffer.size()) return to_hex(hash.finish());
    }
}

Result<> remove_file(os::FileSystem& files, const Where& where) {
    const auto hash = hash_of(files, where.path);
    if (!hash) return hash.error().code() == ErrorCode::not_found ? Result<>() : hash.error();
    if (*hash != where.sha256) return Error(ErrorCode::exists, "another file stands there by now");
    return remove_if_there(files, where.path);
}

Result<> remove_at(library::Library& library, const Record& record, const Where& where) {
    const auto& environment = library.environment();
    switch (where.as) {
        case As::folder:
            return remove_folder(environment.files, where, record.key);
        case As::file:
            return remove_file(environment.files, where);
        case As::guests:
            return end_on_shelf(environment.files, shelf_folder(environment.state_folder),
                                where.name);
        case As::download:
            return Error(ErrorCode::unsupported, "whoever has the file can open it");
    }
    return {};
}

/// Whether something of it stands where this device put it.
bool stands(library::Library& library, const Where& where) {
    if (where.as == As::download) return false;
    const auto& environment = library.environment();
    const auto path = where.as == As::guests
                          ? os::join_path(shelf_folder(environment.state_folder), where.name)
                          : where.path;
    const auto at = where.as == As::file ? path : os::join_path(path, std::string(kHeadName));
    return environment.files.info(at).has_value();
}

}  // namespace

Result<std::vector<Record>> find_shares(library::Library& library, std::string_view typed) {
    TRY_LET(auto records, read_records(library.catalog()));
    const auto today = day_of(library.environment().clock.now());
    const auto hash = typed.find("AGE-SECRET-KEY-1");
    std::vector<Record> found;
    for (auto& record : records) {
        const bool by_link = hash != std::string_view::npos && typed.substr(hash) == record.key;
        const bool by_name = typed == record.to && !record.is_over(today);
        if (by_link || by_name) found.push_back(std::move(record));
    }
    if (found.empty() && typed.size() >= kShortestPrefix)
        for (auto& record : records)
            if (!record.key.empty() && record.share.hex().starts_with(typed))
                found.push_back(std::move(record));
    if (!found.empty()) return found;
    // A link is a secret: it is not said again.
    return Error(ErrorCode::not_found, hash != std::string_view::npos
                                           ? "No share of this archive has this link."
                                           : "Nothing is shown to " + printable(typed) + ".");
}

Result<Ending> end_share(library::Library& library, const Record& record) {
    Ending ending;
    TRY_LET(const auto own, library.join());
    for (const auto& where : record.where) {
        if (where.device != own && where.as != As::download) {
            TRY_LET(auto device, library.device_name(where.device));
            ending.remains.push_back({where, std::move(device), ""});
            continue;
        }
        if (const auto removed = remove_at(library, record, where); removed)
            ++ending.removed;
        else
            ending.remains.push_back({where, "", removed.error().message()});
    }
    if (!record.ended) TRY(library.commit({ended_entry(record.share)}));
    return ending;
}

Result<std::uint64_t> remove_what_is_over(library::Library& library) {
    const auto own = library.device();
    const auto& environment = library.environment();
    const auto now = environment.clock.now();
    const auto sweep = [&] {
        sweep_shelf(environment.files, shelf_folder(environment.state_folder), now);
    };
    if (!own) {
        sweep();
        return std::uint64_t{0};
    }
    TRY_LET(const auto records, read_records(library.catalog()));
    std::uint64_t removed = 0;
    for (const auto& record : records) {
        if (!record.is_over(day_of(now))) {
            follow_date(library, *own, record);
            continue;
        }
        for (const auto& where : record.where)
            if (where.device == *own && stands(library, where) && remove_at(library, record, where))
                ++removed;
    }
    sweep();  // once the notes there say what holds now
    return removed;
}

}  // namespace keepsake::share
