// Who gets in, and who is here.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "http/message.h"
#include "library/library.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/keeper.h"
#include "server/nearby.h"
#include "server/person_settings.h"
#include "server/uploads.h"
#include "server/visitors.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestPassphrase = 4096;
constexpr std::size_t kLargestFolder = 16'384;
constexpr std::size_t kLargestName = 800;  // 200 characters
constexpr std::uint64_t kLongestRest = 1'440;

Result<std::string> name_in(const Json& json) {
    TRY(only_members(json, {"name"}));
    TRY_LET(const auto name, text_member(json, "name", kLargestName));
    if (!name || name->find_first_of("\r\n") != std::string::npos)
        return Error(ErrorCode::invalid, "A name of one line is wanted.");
    return *name;
}

Result<> set_name(library::Library& library, const model::Subject& of, const std::string& name) {
    const auto value = name.empty() ? "null" : Json(name).dump();
    return library.commit({model::Set{of, "name", {}, value}});
}

Result<crypto::Secret> passphrase_in(const Json& json) {
    TRY_LET(auto secret, secret_member(json, "passphrase", kLargestPassphrase));
    if (!secret || secret->empty()) return Error(ErrorCode::invalid, "A passphrase is wanted.");
    return *std::move(secret);
}

/// Somebody's try at the gate, which opens for the next one however this one ends.
class Try {
  public:
    explicit Try(Gate& gate) : gate_(&gate) {}
    Try(const Try&) = delete;
    Try& operator=(const Try&) = delete;
    ~Try() {
        if (gate_ != nullptr) gate_->left();
    }
    void failed() { std::exchange(gate_, nullptr)->failed(); }
    void passed() { std::exchange(gate_, nullptr)->passed(); }

  private:
    Gate* gate_;
};

std::vector<std::string> words_in(const crypto::Secret& words) {
    std::vector<std::string> list(1);
    for (const char c : words.text()) {
        const bool letter = c >= 'a' && c <= 'z';
        if (letter)
            list.back() += c;
        else if (!list.back().empty())
            list.emplace_back();
    }
    if (list.back().empty()) list.pop_back();
    return list;
}

}  // namespace

Api::Answer Api::get_state(Call& call) {
    const auto state = house_->state();
    Json json;
    std::string_view name = "locked";
    if (state == HouseState::none) name = "none";
    if (state == HouseState::gone) name = "gone";
    if (state == HouseState::open && !call.visitor.session.empty()) name = "open";
    json["state"] = name;
    json["version"] = KEEPSAKE_VERSION;
    json["may_choose"] = may_choose();
    if (state == HouseState::none && options_.loopback)
        json["folder"] = to_utf8_lossy(house_->archive_path());
    return json_answer(200, json);
}

http::Response Api::with_session(http::Response response) {
    return std::move(response).with("Set-Cookie", cookie(visitors_.begin()));
}

Result<Json> Api::session_json(library::Library& library, const Visitors::Visitor& visitor) {
    TRY_LET(const auto told, house_->told(library));
    const Eyes eyes{*house_, library, *told, visitor.person, {}};
    Json json;
    json["person"] = visitor.person ? person_json(eyes, *visitor.person) : Json(nullptr);
    json["archive"] = to_utf8_lossy(told->archive_name());
    json["locks_after_minutes"] = settings_.locks_after_minutes();
    json["may_write"] = library.may_write().has_value();
    return json;
}

/// What begins with the first who opens it.
Result<> Api::move_in() {
    keeper_.reset();  // of an earlier opening: it may use the library until it has ended
    return house_->with([&](library::Library& library) -> Result<> {
        settings_.load(library);
        visitors_.set_rest(std::chrono::minutes(settings_.locks_after_minutes()));
        // What is still being sent goes on with the one that is there: two would write one file.
        if (const auto before = uploads();
            !before || before->folder() != Uploads::folder_of(library)) {
            auto opened = Uploads::open(library);
            const std::lock_guard guard(uploads_mutex_);
            uploads_ = opened ? std::move(*opened) : nullptr;
        }
        if (!uploads_) return {};  // nothing can be kept from here; all can be looked at
        keeper_ = std::make_unique<Keeper>(
            *house_, *uploads_,
            Keeper::Tell{.keep = [this](const std::string& keep) { tell_keep(keep); },
                         .kept = [this] { visitors_.tell_all("just-kept", "{}"); }});
        return {};
    });
}

Api::Answer Api::make_archive(Call& call) {
    TRY_LET(auto json, json_body(call.request));
    TRY(only_members(json, {"passphrase", "recovery", "name"}));
    // Nothing tells a page of this server from one that was made to look like it.
    if (options_.any_host)
        return error_answer(403, "elsewhere",
                            "No archive is made from here, as nobody said by what name this is "
                            "reached. Run `keepsake new` where it is to be, or begin "
                            "`keepsake serve` with --host.");
    TRY_LET(const auto passphrase, passphrase_in(json));
    TRY_LET(const auto recovery, bool_member(json, "recovery"));
    TRY_LET(const auto name, text_member(json, "name", kLargestName));
    const auto state = house_->state();
    if (state == HouseState::gone) return error_answer(503, "gone", kGone);
    if (state != HouseState::none)
        return Error(ErrorCode::exists, "There is an archive already, or no room for one.");
    const std::lock_guard guard(moving_);
    TRY_LET(const auto words, house_->make(passphrase, recovery.value_or(true), name.value_or("")));
    TRY(move_in());
    Json answer;
    TRY(house_->with([&](library::Library& library) -> Result<> {
        TRY_LET(answer["session"], session_json(library, {}));
        return {};
    }));
    answer["words"] = words ? Json(words_in(*words)) : Json::array();
    return with_session(json_answer(201, answer));
}

/// By a page of this server on this computer. With a name of its own (--host) something may stand
/// before it that lets others in.
bool Api::may_choose() {
    return options_.loopback && !options_.any_host && options_.names.empty() &&
           !options_.nearby.empty() && house_->may_choose();
}

Api::Answer Api::get_nearby(Call& /*call*/) {
    if (!may_choose()) return Error(ErrorCode::not_found, "No archive is chosen here.");
    // Disks may be slow: of all workers one at most waits for them.
    const std::unique_lock guard(nearby_mutex_, std::try_to_lock);
    if (!guard)
        return error_answer(429, "slow_down", "It is looked for already.").with("Retry-After", "1");
    nearby_ = archives_below(house_->environment().files, options_.nearby);
    Json json;
    json["archives"] = Json::array();
    for (const auto& path : nearby_) json["archives"].push_back({{"folder", path}});
    return json_answer(200, json);
}

Api::Answer Api::choose_nearby(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"folder"}));
    if (!json.contains("folder"))
        return Error(ErrorCode::invalid,
                     "'folder' is wanted: one that was told, or null for none.");
    TRY_LET(const auto folder, text_member(json, "folder", kLargestFolder));
    if (!may_choose()) return Error(ErrorCode::not_found, "No archive is chosen here.");
    if (folder) {
        const std::lock_guard guard(nearby_mutex_);
        if (std::ranges::find(nearby_, *folder) == nearby_.end())
            return Error(ErrorCode::not_found, "There is no archive any more at this place.");
    }
    TRY(house_->choose(folder));
    return nothing();
}

Api::Answer Api::name_archive(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY_LET(const auto name, name_in(json));
    TRY(house_->with(
        [&](library::Library& library) { return set_name(library, {"archive"}, name); }));
    house_->changed(false);
    visitors_.tell_all("settings", "{}");
    return nothing();
}

Api::Answer Api::unlock(Call& call) {
    TRY_LET(auto json, json_body(call.request));
    TRY(only_members(json, {"passphrase"}));
    TRY_LET(const auto passphrase, passphrase_in(json));
    const auto state = house_->state();
    if (state == HouseState::gone) return error_answer(503, "gone", kGone);
    if (state == HouseState::none)
        return Error(ErrorCode::not_found, "There is no archive here yet.");
    if (const auto wait = gate_.enter(); wait.count() > 0) {
        auto response = error_answer(429, "slow_down", "Wait a little, then try again.");
        return std::move(response).with("Retry-After", std::to_string(wait.count()));
    }
    Try attempt(gate_);
    const std::lock_guard guard(moving_);
    const bool first = !house_->is_open();
    const auto opened = house_->open(passphrase);
    if (!opened) {
        const auto code = opened.error().code();
        const bool wrong = code == ErrorCode::wrong_key || code == ErrorCode::invalid;
        if (!wrong) return opened.error();
        attempt.failed();
        return error_answer(401, "wrong_key", "That passphrase does not open this archive.");
    }
    attempt.passed();
    if (first) TRY(move_in());
    Json answer;
    TRY(house_->with([&](library::Library& library) -> Result<> {
        TRY_LET(answer, session_json(library, {}));
        return {};
    }));
    return with_session(json_answer(200, answer));
}

Api::Answer Api::get_session(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(const auto json, session_json(eyes.library, call.visitor));
        return json_answer(200, json);
    });
}

Api::Answer Api::say_who(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"person"}));
    TRY_LET(const auto typed, text_member(json, "person", 16));
    Viewer person;
    if (typed) {
        person = model::PersonId::from_hex(*typed);
        if (!person) return Error(ErrorCode::invalid, "'person' is no id.");
    }
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        if (person && !eyes.told.people().contains(*person))
            return Error(ErrorCode::not_found, "There is no such person here.");
        visitors_.set_person(call.visitor.session, person);
        TRY_LET(const auto answer, session_json(eyes.library, {call.visitor.session, person}));
        return json_answer(200, answer);
    });
}

Api::Answer Api::lock(Call& call) {
    visitors_.end(call.visitor.session);
    if (visitors_.is_empty()) lock_house();
    // What a browser cached of this site is nobody's to look at any more.
    return nothing().with("Set-Cookie", cookie("")).with("Clear-Site-Data", "\"cache\"");
}

void Api::lock_house() {
    const std::lock_guard guard(moving_);
    if (!visitors_.is_empty()) return;  // somebody came in meanwhile
    if (keeper_) keeper_->end_when_done();
    checking_->stop();
    playing_->stop();
    showing_->end_all();
    thumbnails_.clear();
    settings_.forget();
    house_->close();
    showing_->end_all();  // what was begun while the archive closed
}

namespace {

Json settings_json(const SettingsOfOne& settings, std::uint64_t locks_after_minutes) {
    Json json;
    json["language"] = settings.language;
    json["theme"] = settings.theme;
    json["shortcuts"] = settings.shortcuts;
    json["locks_after_minutes"] = locks_after_minutes;
    json["place"] = settings.place;
    return json;
}

}  // namespace

Api::Answer Api::get_settings(Call& call) {
    return json_answer(
        200, settings_json(settings_.of(call.visitor.person), settings_.locks_after_minutes()));
}

Api::Answer Api::change_settings(Call& call) {
    constexpr std::size_t kLargestLanguage = 35;
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"language", "theme", "shortcuts", "locks_after_minutes", "place"}));
    auto settings = settings_.of(call.visitor.person);
    TRY_LET(const auto language, text_member(json, "language", kLargestLanguage));
    TRY_LET(const auto theme, text_member(json, "theme", 5));
    TRY_LET(const auto place, text_member(json, "place", 16));
    TRY_LET(const auto shortcuts, bool_member(json, "shortcuts"));
    TRY_LET(const auto rest, number_member(json, "locks_after_minutes", 1, kLongestRest));
    if (theme && *theme != "" && *theme != "light" && *theme != "dark")
        return Error(ErrorCode::invalid, "'theme' is light or dark.");
    if (place && !place->empty() && !model::ItemId::from_hex(*place))
        return Error(ErrorCode::invalid, "'place' is no id.");
    settings.language = language.value_or(settings.language);
    settings.theme = theme.value_or(settings.theme);
    settings.place = place.value_or(settings.place);
    settings.shortcuts = shortcuts.value_or(settings.shortcuts);
    const auto minutes = rest.value_or(settings_.locks_after_minutes());
    TRY(house_->with([&](library::Library& library) {
        return settings_.change(library, call.visitor.person, settings, minutes);
    }));
    visitors_.set_rest(std::chrono::minutes(minutes));
    return json_answer(200, settings_json(settings, minutes));
}

Api::Answer Api::get_people(Call& call) {
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        std::vector<Json> people;
        for (const auto& [person, name] : eyes.told.people())
            people.push_back(person_json(eyes, person));
        std::ranges::stable_sort(people, {},
                                 [](const Json& p) { return p["name"].get<std::string>(); });
        Json json;
        json["people"] = people;
        return json_answer(200, json);
    });
}

Api::Answer Api::name_person(const Call& call, const model::PersonId& person, unsigned status) {
    TRY_LET(const auto json, json_body(call.request));
    TRY_LET(const auto name, name_in(json));
    if (name.empty()) return Error(ErrorCode::invalid, "A name is wanted.");
    TRY(house_->with([&](library::Library& library) {
        return set_name(library, model::Subject::of(person), name);
    }));
    house_->changed(false);
    visitors_.tell_all("people", "{}");
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        return json_answer(status, person_json(eyes, person));
    });
}

Api::Answer Api::add_person(Call& call) {
    model::PersonId person;
    house_->environment().random.fill(person.bytes);
    return name_person(call, person, 201);
}

Api::Answer Api::rename_person(Call& call) {
    const auto person = model::PersonId::from_hex(call.ids[0]);
    TRY_LET(const bool known, with_eyes(call, [&](const Eyes& eyes) -> Result<bool> {
                return person && eyes.told.people().contains(*person);
            }));
    if (!known) return Error(ErrorCode::not_found, "There is no such person here.");
    return name_person(call, *person, 200);
}

Api::Answer Api::listen(Call& call) {
    auto channel = visitors_.listen(call.visitor.session);
    if (!channel) return error_answer(401, "locked", "This archive is locked.");
    http::Response response;
    response.with("Content-Type", "text/event-stream").with("Cache-Control", "no-store");
    response.with("X-Accel-Buffering", "no");
    response.body = std::move(channel);
    return response;
}

}  // namespace keepsake::server
