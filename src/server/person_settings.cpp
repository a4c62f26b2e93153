#include "server/person_settings.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/result.h"
#include "library/library.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/sealed_file.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestBytes = 1UL << 20U;
constexpr std::uint64_t kLongestRest = 1'440;

std::string path_of(const library::Library& library) {
    return os::join_path(library.local_folder(), "pages.age");
}

std::string text_in(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

void PersonSettings::load(library::Library& library) {
    const auto plain = read_sealed(library, path_of(library), kLargestBytes);
    const std::lock_guard guard(mutex_);
    people_.clear();
    locks_after_minutes_ = kUsualRestMinutes;
    if (!plain || !*plain) return;
    const auto json = Json::parse((*plain)->text(), nullptr, false);
    if (!json.is_object()) return;
    if (const auto rest = json.find("locks_after_minutes");
        rest != json.end() && rest->is_number_unsigned() && *rest >= 1U && *rest <= kLongestRest)
        locks_after_minutes_ = rest->get<std::uint64_t>();
    const auto people = json.find("people");
    if (people == json.end() || !people->is_object()) return;
    for (const auto& [id, one] : people->items()) {
        if (!one.is_object()) continue;
        people_[id] = {text_in(one, "language"), text_in(one, "theme"), text_in(one, "place"),
                       !(one.contains("shortcuts") && one["shortcuts"] == false)};
    }
}

void PersonSettings::forget() {
    const std::lock_guard guard(mutex_);
    people_.clear();
}

SettingsOfOne PersonSettings::of(const Viewer& viewer) {
    const std::lock_guard guard(mutex_);
    const auto found = people_.find(viewer ? viewer->hex() : "");
    return found == people_.end() ? SettingsOfOne() : found->second;
}

std::uint64_t PersonSettings::locks_after_minutes() {
    const std::lock_guard guard(mutex_);
    return locks_after_minutes_;
}

Json PersonSettings::to_json() const {
    Json json;
    json["locks_after_minutes"] = locks_after_minutes_;
    json["people"] = Json::object();
    for (const auto& [id, one] : people_)
        json["people"][id] = {{"language", one.language},
                              {"theme", one.theme},
                              {"place", one.place},
                              {"shortcuts", one.shortcuts}};
    return json;
}

Result<> PersonSettings::change(library::Library& library, const Viewer& viewer,
                                const SettingsOfOne& settings, std::uint64_t locks_after_minutes) {
    std::string text;
    {
        const std::lock_guard guard(mutex_);
        people_[viewer ? viewer->hex() : ""] = settings;
        locks_after_minutes_ = locks_after_minutes;
        text = to_json().dump();
    }
    return write_sealed(library, path_of(library), text);
}

}  // namespace keepsake::server
