#include "cli/settings.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"

namespace keepsake::cli {
namespace {

std::optional<std::string> home_of_user() {
    constexpr std::size_t kLargestEntryBytes = 1UL << 20U;
    for (std::size_t size = 4096; size <= kLargestEntryBytes; size *= 4) {
        std::vector<char> text(size);
        passwd entry{};
        passwd* found = nullptr;
        const int failed = ::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found);
        if (failed == ERANGE) continue;
        if (failed != 0 || found == nullptr || found->pw_dir == nullptr) return std::nullopt;
        return std::string(found->pw_dir);
    }
    return std::nullopt;
}

bool is_absolute(const std::optional<std::string>& path) { return path && path->starts_with('/'); }

}  // namespace

std::optional<std::string> environment_variable(const char* name) {
    // Read before any thread that could change the environment; nothing here ever does.
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

Result<std::string> state_folder() {
    if (auto named = environment_variable("KEEPSAKE_STATE")) return *std::move(named);
    // The XDG specification has relative paths passed over.
    if (const auto xdg = environment_variable("XDG_STATE_HOME"); is_absolute(xdg))
        return *xdg + "/keepsake";
    auto home = environment_variable("HOME");
    if (!is_absolute(home)) home = home_of_user();
    if (!is_absolute(home))
        return Error(ErrorCode::not_found,
                     "No home folder is known: set KEEPSAKE_STATE to a folder of your own.");
    return *home + "/.local/state/keepsake";
}

std::string guests_url() { return environment_variable("KEEPSAKE_GUESTS_URL").value_or(""); }

std::string language() {
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const auto value = environment_variable(name);
        if (!value) continue;
        const auto word = value->substr(0, value->find_first_of("_.@"));
        const bool is_code = word.size() == 2 &&
                             std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
        return is_code ? word : "en";
    }
    return "en";
}

unsigned thread_count() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

}  // namespace keepsake::cli
