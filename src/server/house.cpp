#include "server/house.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "archive/copy.h"
#include "archive/layout.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "crypto/secret.h"
#include "library/environment.h"
#include "library/library.h"
#include "model/entry.h"
#include "os/file_system.h"
#include "server/nearby.h"
#include "server/timeline.h"
#include "server/told.h"

namespace keepsake::server {
namespace {

constexpr std::int64_t kLookAgainMs = 1'000;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

House::House(const library::Environment& environment, std::string archive_path,
             const std::optional<std::string>& chosen)
    : environment_(&environment),
      own_path_(std::move(archive_path)),
      archive_path_(chosen.value_or(own_path_)),
      is_chosen_(chosen.has_value()),
      seen_archive_(chosen.has_value()) {
    std::array<std::uint8_t, 4> run{};
    environment.random.fill(run);
    run_ = to_hex(run);
    static_cast<void>(state());  // what stands here now is remembered
}

House::~House() = default;

HouseState House::state() {
    if (open_) return is_there() ? HouseState::open : HouseState::gone;
    auto& files = environment_->files;
    const auto path = archive_path();
    if (archive::is_archive_folder(files, path)) {
        seen_archive_ = true;
        return HouseState::locked;
    }
    // A disk that was taken away leaves an empty folder or none: a second archive is not made
    // there.
    if (seen_archive_) return HouseState::gone;
    const auto listed = files.list(path);
    if (listed) return listed->empty() ? HouseState::none : HouseState::gone;
    if (listed.error().code() != ErrorCode::not_found) return HouseState::gone;
    // A missing folder is where a new archive may be made; in one that is missing, too, it is not.
    const bool room = files.info_following(os::parent_of(path)).has_value();
    return room ? HouseState::none : HouseState::gone;
}

bool House::is_there() {
    const auto now = now_ms();
    if (now - looked_ms_ > kLookAgainMs) {
        was_there_ = environment_->files
                         .info(os::join_path(archive_path(), std::string(archive::kManifestName)))
                         .has_value();
        looked_ms_ = now;
    }
    return was_there_;
}

Result<std::optional<crypto::Secret>> House::make(const crypto::Secret& passphrase, bool recovery,
                                                  const std::string& name) {
    const std::lock_guard guard(library_mutex_);
    if (library_) return Error(ErrorCode::exists, "There is an archive already.");
    if (state() == HouseState::gone) return Error(ErrorCode::io, std::string(kGone));
    library::NewArchive ways;
    ways.passphrase = passphrase.clone();
    ways.recovery_key = recovery;
    TRY_LET(auto words, library::new_archive(*environment_, archive_path(), ways));
    forget_chosen_archive(*environment_);
    looked_ms_ = 0;
    TRY(open_with(passphrase));
    if (!name.empty()) TRY(name_it(*library_, name));
    return words;
}

bool House::may_choose() { return !open_ && (is_chosen_ || state() == HouseState::none); }

Result<> House::choose(const std::optional<std::string>& path) {
    const std::lock_guard guard(library_mutex_);
    if (library_ || !may_choose()) return Error(ErrorCode::exists, "There is an archive already.");
    if (path && !archive::is_archive_folder(environment_->files, *path))
        return Error(ErrorCode::not_found, "There is no archive any more at this place.");
    {
        const std::lock_guard path_guard(path_mutex_);
        archive_path_ = path.value_or(own_path_);
    }
    is_chosen_ = path.has_value();
    seen_archive_ = path.has_value();
    looked_ms_ = 0;
    if (!path) static_cast<void>(state());  // what stands there now is remembered
    return {};
}

Result<> House::name_it(library::Library& library, const std::string& name) {
    const model::Set set{{"archive"}, "name", {}, nlohmann::json(name).dump()};
    return library.commit({set});
}

Result<> House::open(const crypto::Secret& passphrase) {
    if (!open_) {
        const std::lock_guard guard(library_mutex_);
        if (!library_) return open_with(passphrase);
    }
    // Open already: only whether this, too, is a way in.
    Quietly quietly;
    const auto proved = library::Library::open(*environment_, archive_path(),
                                               library::Passphrase{passphrase.clone()}, quietly);
    return proved ? Result<>() : proved.error();
}

Result<> House::open_with(const crypto::Secret& passphrase) {
    Quietly quietly;
    TRY_LET(auto opened, library::Library::open(*environment_, archive_path(),
                                                library::Passphrase{passphrase.clone()}, quietly));
    library_.emplace(std::move(opened));
    open_ = true;
    seen_archive_ = true;
    // Where it cannot be noted, it is asked for the next time.
    if (is_chosen_.exchange(false))
        static_cast<void>(note_chosen_archive(*environment_, archive_path()));
    looked_ms_ = 0;
    changed(true);
    return {};
}

void House::close() {
    const std::lock_guard guard(library_mutex_);
    open_ = false;
    library_.reset();
    const std::lock_guard snapshots(snapshots_mutex_);
    told_.reset();
    timeline_.reset();
    last_timeline_.reset();
}

Result<library::Library> House::another(const std::stop_token& stop) {
    std::optional<crypto::Secret> identity;
    TRY(with([&](library::Library& library) -> Result<> {
        identity = library.identity().to_text();
        return {};
    }));
    auto environment = *environment_;
    environment.stop = stop;
    Quietly quietly;
    return library::Library::open(environment, archive_path(),
                                  library::IdentityText{std::move(*identity)}, quietly);
}

std::shared_ptr<const Told> House::told_now() {
    const std::lock_guard guard(snapshots_mutex_);
    return told_;
}

Result<std::shared_ptr<const Told>> House::told(library::Library& library) {
    if (auto known = told_now()) return known;
    TRY_LET(auto read, Told::read(library.catalog()));
    auto told = std::make_shared<const Told>(std::move(read));
    const std::lock_guard guard(snapshots_mutex_);
    told_ = told;
    return told;
}

Result<House::Outline> House::outline(library::Library& library) {
    TRY_LET(const auto told, this->told(library));
    {
        const std::lock_guard guard(snapshots_mutex_);
        if (timeline_) return Outline{timeline_, run_ + "." + std::to_string(revision_)};
    }
    TRY_LET(auto read, Timeline::read(library.catalog(), *told));
    const std::lock_guard guard(snapshots_mutex_);
    if (!last_timeline_ || !(*last_timeline_ == read)) ++revision_;
    timeline_ = std::make_shared<const Timeline>(std::move(read));
    last_timeline_ = timeline_;
    return Outline{timeline_, run_ + "." + std::to_string(revision_)};
}

void House::changed(bool timeline) {
    {
        const std::lock_guard guard(snapshots_mutex_);
        told_.reset();
        if (timeline) timeline_.reset();
    }
    if (timeline && on_timeline_) on_timeline_();
}

Result<> House::refresh() {
    bool news = false;
    TRY(with([&](library::Library& library) -> Result<> {
        Quietly quietly;
        TRY(library.refresh(quietly));
        // Others write into the same catalog: what it held before is what was shown from here.
        TRY_LET(const auto now, library.catalog().latest_clock());
        news = !(now == std::exchange(seen_, now));
        return {};
    }));
    if (news) changed(true);
    return {};
}

}  // namespace keepsake::server
