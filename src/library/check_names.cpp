#include "library/check_names.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/layout.h"
#include "model/ids.h"
#include "os/file_system.h"

namespace keepsake::library {
namespace {

constexpr std::size_t kMostRangesTold = 5;

std::string mirror_prefix() { return std::string(archive::kMirrorName) + "/"; }

std::string first_name_of(const std::string& path) { return path.substr(0, path.find('/')); }

// "1-<hash>.age", "1-3-<hash>.age": the hash is what stands behind the last dash.
std::optional<model::FileHash> hash_of(const std::string& name) {
    const auto dash = name.rfind('-');
    return archive::hash_of_name(dash == std::string::npos
                                     ? std::string_view(name)
                                     : std::string_view(name).substr(dash + 1));
}

}  // namespace

std::optional<NamedFile> read_name(std::string_view relative) {
    std::string path(relative);
    if (path.starts_with(mirror_prefix())) path.erase(0, mirror_prefix().size());
    const auto name = os::file_name_of(path);
    const auto top = first_name_of(path);
    if (top == archive::kParityName) {
        const auto set = archive::hash_of_parity_name(name);
        return set ? std::optional(NamedFile{*set, archive::parity_path(*set)}) : std::nullopt;
    }
    const auto hash = hash_of(name);
    if (!hash) return std::nullopt;
    if (top == archive::kJournalName) {
        const auto device =
            model::DeviceId::from_hex(os::file_name_of(os::parent_of(os::parent_of(path))));
        if (!device) return std::nullopt;
        const auto file = archive::JournalFileName::from_name(*device, name);
        if (!file) return std::nullopt;
        return NamedFile{*hash, file->path()};
    }
    if (name.contains('-')) return std::nullopt;
    if (top == archive::kObjectsName)
        return NamedFile{*hash, archive::object_path(model::ObjectId{hash->bytes})};
    return NamedFile{*hash, os::join_path(top, name)};
}

std::optional<std::string> second_copy_of(std::string_view relative) {
    std::string path(relative);
    if (path.starts_with(mirror_prefix())) return path.substr(mirror_prefix().size());
    const auto top = first_name_of(path);
    if (top != archive::kKeysName && top != archive::kJournalName) return std::nullopt;
    return mirror_prefix() + path;
}

std::vector<std::pair<archive::JournalFileName, archive::JournalFileName>> JournalNames::copies()
    const {
    std::map<model::FileHash, archive::JournalFileName> first;
    std::vector<std::pair<archive::JournalFileName, archive::JournalFileName>> copies;
    for (const auto& name : names_) {
        const auto [at, is_first] = first.emplace(name.file, name);
        if (!is_first) copies.emplace_back(name, at->second);
    }
    return copies;
}

std::map<model::DeviceId, Numbers> JournalNames::gaps() const {
    std::set<archive::JournalFileName> counted = names_;
    for (const auto& [copy, original] : copies()) counted.erase(copy);
    std::map<model::DeviceId, Numbers> gaps;
    std::map<model::DeviceId, std::uint64_t> reached;
    for (const auto& name : counted) {  // by device, then by first number
        auto& last = reached[name.device];
        if (name.first_seq > last + 1) gaps[name.device].emplace_back(last + 1, name.first_seq - 1);
        last = std::max(last, name.last_seq);
    }
    return gaps;
}

std::string to_text(const Numbers& numbers) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size() && i < kMostRangesTold; ++i) {
        const auto& [first, last] = numbers[i];
        text += (text.empty() ? "" : ", ") + std::to_string(first);
        if (last != first) text += " to " + std::to_string(last);
    }
    return numbers.size() > kMostRangesTold ? text + ", ..." : text;
}

}  // namespace keepsake::library
