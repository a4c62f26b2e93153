#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/result.h"
#include "library/library.h"
#include "server/answers.h"
#include "server/told.h"

namespace keepsake::server {

struct SettingsOfOne {
    std::string language;
    std::string theme;
    std::string place;
    bool shortcuts = true;
};

/// How each person likes the pages, on this computer: `<state>/<archive id>/pages.age`, sealed for
/// the archive's keys. It can be deleted: then everything is as at first. Thread safety: all calls
/// from any thread.
class PersonSettings {
  public:
    static constexpr std::uint64_t kUsualRestMinutes = 15;

    /// What cannot be read is as at first.
    void load(library::Library& library);
    void forget();
    SettingsOfOne of(const Viewer& viewer);
    std::uint64_t locks_after_minutes();
    /// Writes them down. Errors: those of writing; they hold until the next start all the same.
    Result<> change(library::Library& library, const Viewer& viewer, const SettingsOfOne& settings,
                    std::uint64_t locks_after_minutes);

  private:
    Json to_json() const;
    std::mutex mutex_;
    std::map<std::string, SettingsOfOne> people_;  // by id; "" for nobody in particular
    std::uint64_t locks_after_minutes_ = kUsualRestMinutes;
};

}  // namespace keepsake::server
