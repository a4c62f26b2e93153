#include "server/showing.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "library/environment.h"
#include "library/library.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/house.h"
#include "share/record.h"
#include "share/shelf.h"
#include "share/show.h"
#include "share/wish.h"

namespace keepsake::server {
namespace {

constexpr std::chrono::hours kWaits{1};
constexpr const char* kFolder = "showing";
constexpr const char* kLockName = "lock";
constexpr std::size_t kMostKnown = 8;

std::string_view name_of(Showing::Way way) {
    switch (way) {
        case Showing::Way::guests:
            return "guests";
        case Showing::Way::folder:
            return "folder";
        case Showing::Way::download:
            return "download";
        case Showing::Way::look:
            return "look";
    }
    return "";
}

std::string with_slash(const std::string& url) {
    return url.empty() || url.ends_with('/') ? url : url + "/";
}

}  // namespace

class Showing::Listening final : public Quietly {
  public:
    Listening(Showing& showing, std::string id) : showing_(&showing), id_(std::move(id)) {}
    void progress(const library::Progress& progress) override {
        constexpr std::chrono::milliseconds kPause{250};
        {
            const std::lock_guard guard(showing_->mutex_);
            const auto found = showing_->all_.find(id_);
            if (found != showing_->all_.end()) found->second.progress = progress;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now - told_ < kPause) return;
        told_ = now;
        showing_->tell_of(id_);
    }

  private:
    Showing* showing_;
    std::string id_;
    std::chrono::steady_clock::time_point told_;
};

Showing::Showing(House& house, ShareWays ways, Tell tell)
    : house_(&house),
      ways_(std::move(ways)),
      tell_(std::move(tell)),
      folder_(os::join_path(os::join_path(house.environment().state_folder, kFolder), new_name())) {
    remove_leftovers();
}

Showing::~Showing() {
    end_all();
    if (thread_.joinable()) thread_.join();
    auto& files = house_->environment().files;
    static_cast<void>(files.remove_file(os::join_path(folder_, kLockName)));
    static_cast<void>(files.remove_directory(folder_));
}

std::string Showing::guests_at() const {
    const auto noted = share::noted_address(
        house_->environment().files, share::shelf_folder(house_->environment().state_folder));
    return noted.empty() || ways_.guests_url.empty() ? noted : with_slash(ways_.guests_url);
}

std::string Showing::new_name() const {
    std::array<std::uint8_t, 16> bytes{};
    house_->environment().random.fill(bytes);
    return to_hex(bytes);
}

Result<std::string> Showing::begin(Order order) {
    const auto& environment = house_->environment();
    TRY(share::check_wish(order.wish, share::day_of(environment.clock.now())));
    if (!page_.is_there())
        return Error(ErrorCode::unsupported,
                     "This program was built without the guest page, so it can show nothing.");
    if (order.way == Way::folder && ways_.folder.empty())
        return Error(ErrorCode::invalid, "Nobody said into which folder: serve --shares-to does.");
    if (order.way == Way::guests && guests_at().empty())
        return Error(ErrorCode::invalid, "Nothing is served to guests: serve --guests does.");
    const std::lock_guard thread_guard(thread_mutex_);
    auto id = new_name();
    {
        const std::lock_guard guard(mutex_);
        if (!under_way_.empty())
            return Error(ErrorCode::exists, "Something is being made ready to be shown.");
        while (all_.size() >= kMostKnown) {
            const auto oldest = std::ranges::min_element(
                all_, {}, [](const auto& each) { return each.second.settled; });
            drop(
                [name = oldest->first](std::string_view one, const State&) { return one == name; });
        }
        State state;
        state.way = order.way;
        all_.emplace(id, std::move(state));
        under_way_ = id;
    }
    thread_ = std::jthread([this, id, order = std::move(order)](const std::stop_token& stop) {
        run(stop, id, order);
    });
    return id;
}

share::Target Showing::target_for(const Order& order) const {
    share::Target target;
    if (order.way == Way::guests) {
        target.as = share::As::guests;
        target.at = guests_at();
        return target;
    }
    const auto name = new_name();
    target.as = share::As::folder;
    target.path = os::join_path(ways_.folder, name);
    if (!ways_.folder_url.empty()) target.at = with_slash(ways_.folder_url) + name + "/";
    return target;
}

/// One page; a ZIP where that is more than one page can hold.
Result<> Showing::make_download(library::Library& library, const Order& order,
                                library::Listener& listener, State& made) {
    const auto name = "shown-" + new_name().substr(0, 8);
    for (const char* ending : {".html", ".zip"}) {
        share::Target target;
        target.as = share::As::download;
        target.name = name + ending;
        target.path = os::join_path(folder_, new_name());
        target.path += ending;
        target.with_key = order.with_key;
        auto report = share::show(library, order.wish, target, page_, listener);
        const bool too_large = !report && report.error().code() == ErrorCode::limit;
        if (too_large && target.name.ends_with(".html")) continue;
        if (!report) return std::move(report).error();
        made.report = *std::move(report);
        made.waiting = {target.path, target.name, {}, made.report.record.share};
        break;
    }
    return {};
}

Result<> Showing::make(const std::stop_token& stop, const std::string& id, const Order& order,
                       State& made) {
    TRY_LET(auto library, house_->another(stop));
    Listening listener(*this, id);
    if (order.way == Way::download || order.way == Way::look) TRY(open_folder());
    if (order.way == Way::look) {
        const auto path = os::join_path(folder_, new_name() + ".html");
        TRY_LET(made.link, share::prepare_page(library, order.wish, path, page_, listener));
        made.waiting = {
            path, "", order.wish.look_ahead ? order.wish.look_ahead->viewer : std::nullopt, {}};
        return {};
    }
    if (order.way == Way::download) {
        TRY(make_download(library, order, listener, made));
    } else {
        TRY_LET(made.report, share::show(library, order.wish, target_for(order), page_, listener));
    }
    made.link = made.report.link;
    return {};
}

/// What a library throws here would end the program: no memory, words that are not UTF-8.
Result<> Showing::make_safely(const std::stop_token& stop, const std::string& id,
                              const Order& order, State& made) {
    try {
        return make(stop, id, order, made);
    } catch (const std::bad_alloc&) {
        return Error(ErrorCode::limit, "This needs more memory than there is.");
    } catch (const std::exception&) {
        return Error(ErrorCode::corrupt, "Something in it could not be read.");
    }
}

void Showing::run(const std::stop_token& stop, const std::string& id, const Order& order) {
    State made;
    auto done = make_safely(stop, id, order, made);
    if (done) static_cast<void>(house_->refresh());
    {
        const std::lock_guard guard(mutex_);
        under_way_.clear();
        const auto found = all_.find(id);
        if (found == all_.end()) {
            // Forgotten meanwhile: the archive locked.
            remove_file(made.waiting);
        } else {
            auto& state = found->second;
            state.settled = std::chrono::steady_clock::now();
            if (done) {
                state.name = "made";
                state.report = std::move(made.report);
                state.waiting = std::move(made.waiting);
                state.link = std::move(made.link);
            } else {
                const bool stopped = done.error().code() == ErrorCode::cancelled;
                state.name = stopped ? "stopped" : "failed";
                state.message = stopped ? "" : words_of(done.error());
            }
        }
    }
    tell_of(id);
    if (done && order.way != Way::look) tell_.shares();
}

Json Showing::json_of(const std::string& id, const State& state) const {
    Json json;
    json["id"] = id;
    json["state"] = state.name;
    json["way"] = name_of(state.way);
    json["files_done"] = state.progress.files_done;
    json["files_total"] = state.progress.files_total;
    json["bytes_done"] = state.progress.bytes_done;
    const auto& report = state.report;
    const bool is_share = state.name == "made" && state.way != Way::look;
    json["share"] = is_share ? Json(report.record.share.hex()) : Json(nullptr);
    json["items"] = report.items;
    json["bytes"] = report.bytes;
    json["missing"] = report.missing;
    json["left_out"] = report.left_out;
    json["unplayable"] = report.unplayable;
    json["file"] = state.waiting.name.empty() ? Json(nullptr) : Json(state.waiting.name);
    json["message"] = state.message;
    return json;
}

std::optional<Json> Showing::state(std::string_view id) {
    const std::lock_guard guard(mutex_);
    const auto found = all_.find(id);
    if (found == all_.end()) return std::nullopt;
    auto json = json_of(found->first, found->second);
    json["link"] = found->second.link.empty() ? Json(nullptr) : Json(found->second.link);
    return json;
}

void Showing::tell_of(const std::string& id) {
    std::optional<Json> json;
    {
        const std::lock_guard guard(mutex_);
        const auto found = all_.find(id);
        if (found != all_.end()) json = json_of(found->first, found->second);
    }
    if (json) tell_.showing(*json);
}

void Showing::end(std::string_view id) {
    const std::lock_guard thread_guard(thread_mutex_);
    const std::lock_guard guard(mutex_);
    if (id == under_way_) {
        thread_.request_stop();
        return;
    }
    drop([&](std::string_view one, const State&) { return one == id; });
}

void Showing::end_share(const model::ShareId& share) {
    const std::lock_guard guard(mutex_);
    drop([&](std::string_view one, const State& state) {
        return one != under_way_ && state.report.record.share == share;
    });
}

void Showing::end_all() {
    const std::lock_guard thread_guard(thread_mutex_);
    const std::lock_guard guard(mutex_);
    thread_.request_stop();
    drop([](std::string_view, const State&) { return true; });
}

void Showing::tend() {
    const std::lock_guard guard(mutex_);
    const auto now = std::chrono::steady_clock::now();
    drop([&](std::string_view one, const State& state) {
        return one != under_way_ && now - state.settled > kWaits;
    });
}

std::optional<Showing::Waiting> Showing::waiting(std::string_view id) {
    const std::lock_guard guard(mutex_);
    const auto found = all_.find(id);
    if (found == all_.end() || found->second.waiting.path.empty()) return std::nullopt;
    found->second.settled = std::chrono::steady_clock::now();
    return found->second.waiting;
}

void Showing::drop(const std::function<bool(std::string_view id, const State&)>& is_over) {
    std::erase_if(all_, [&](const auto& each) {
        if (!is_over(each.first, each.second)) return false;
        remove_file(each.second.waiting);
        return true;
    });
}

void Showing::remove_file(const Waiting& waiting) const {
    if (!waiting.path.empty())
        static_cast<void>(house_->environment().files.remove_file(waiting.path));
}

/// Only the thread that makes things comes here. The lock tells other processes that serve from the
/// same state folder that what waits here is waited for.
Result<> Showing::open_folder() {
    if (folder_lock_) return {};
    auto& files = house_->environment().files;
    TRY(os::make_directories(files, folder_, true));
    auto lock = files.try_lock(os::join_path(folder_, kLockName));
    if (lock)
        folder_lock_ = *std::move(lock);
    else if (lock.error().code() != ErrorCode::unsupported)
        return std::move(lock).error();
    return {};
}

/// Of programs that were killed: whose lock is free again.
void Showing::remove_leftovers() const {
    auto& files = house_->environment().files;
    const auto all = os::parent_of(folder_);
    const auto listed = files.list(all);
    if (!listed) return;
    for (const auto& entry : *listed) {
        const auto folder = os::join_path(all, entry.name);
        if (entry.kind != os::FileKind::directory) {  // as the version before this one had it
            static_cast<void>(files.remove_file(folder));
            continue;
        }
        const auto lock = files.try_lock(os::join_path(folder, kLockName));
        if (!lock) continue;
        const auto inside = files.list(folder);
        if (!inside) continue;
        for (const auto& left : *inside)
            static_cast<void>(files.remove_file(os::join_path(folder, left.name)));
        static_cast<void>(files.remove_directory(folder));
    }
}

}  // namespace keepsake::server
