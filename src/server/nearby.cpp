#include "server/nearby.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "library/environment.h"
#include "os/file_system.h"

namespace keepsake::server {
namespace {

constexpr int kDeepest = 5;  // /run/media/ana/DISK/folder/archive, and one more
constexpr std::size_t kMostFolders = 2'000;
constexpr std::chrono::seconds kLongest{3};
constexpr std::size_t kMostTold = 20;
constexpr std::size_t kLongestPath = 4'096;

std::string note_path(const library::Environment& environment) {
    return os::join_path(environment.state_folder, "chosen-archive");
}

void look_below(os::FileSystem& files, const std::string& root, std::vector<std::string>& found) {
    struct Place {
        std::string path;
        int depth = 0;
    };
    const auto end = std::chrono::steady_clock::now() + kLongest;
    std::deque<Place> places{{root, 0}};
    for (std::size_t looked = 0; !places.empty() && looked < kMostFolders &&
                                 found.size() < kMostTold && std::chrono::steady_clock::now() < end;
         ++looked) {
        const auto [path, depth] = std::move(places.front());
        places.pop_front();
        if (archive::is_archive_folder(files, path)) {
            if (std::ranges::find(found, path) == found.end()) found.push_back(path);
            continue;
        }
        if (depth == kDeepest) continue;
        const auto listed = files.list(path);
        if (!listed) continue;
        for (const auto& entry : *listed) {
            if (entry.kind != os::FileKind::directory || entry.name.starts_with('.')) continue;
            if (places.size() >= kMostFolders) break;
            places.push_back({os::join_path(path, entry.name), depth + 1});
        }
    }
}

}  // namespace

std::vector<std::string> archives_below(os::FileSystem& files, std::span<const std::string> roots) {
    std::vector<std::string> found;
    for (const auto& root : roots)
        if (const auto real = files.real_path(root)) look_below(files, *real, found);
    // The page gives back what it was told: a name that is no UTF-8 could be another's.
    std::erase_if(found, [](const std::string& path) { return !is_utf8(path); });
    return found;
}

Result<> note_chosen_archive(const library::Environment& environment, const std::string& path) {
    auto& files = environment.files;
    TRY(os::make_directories(files, environment.state_folder, true));
    return os::write_file(files, note_path(environment), as_bytes(path), os::Existing::replace,
                          true);
}

std::optional<std::string> chosen_archive(const library::Environment& environment) {
    const auto noted = os::read_file(environment.files, note_path(environment), kLongestPath);
    if (!noted || noted->empty()) return std::nullopt;
    return std::string(as_text(*noted));
}

void forget_chosen_archive(const library::Environment& environment) {
    static_cast<void>(environment.files.remove_file(note_path(environment)));
}

}  // namespace keepsake::server
