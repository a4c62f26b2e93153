#include "server/api.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "http/target.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/checking.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/playing.h"
#include "server/showing.h"
#include "server/visitors.h"

namespace keepsake::server {
namespace {

using http::Method;

constexpr std::uint64_t kMostJson = 1UL << 20U;
constexpr std::uint64_t kMostUploadBytes = 1ULL << 43U;  // 8 TiB
constexpr std::string_view kCookie = "keepsake";
constexpr std::string_view kTus = "1.0.0";
constexpr std::string_view kUnasked = "keepsake-unasked";
constexpr int kTicksBetweenRefreshes = 30;

constexpr std::string_view kPagesPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src "
    "'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "frame-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view kBytesPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

bool changes_something(Method method) {
    return method != Method::get && method != Method::head && method != Method::options;
}

bool fits(std::string_view pattern, std::span<const std::string> path,
          std::vector<std::string>& ids) {
    ids.clear();
    for (const auto& segment : path) {
        if (pattern.empty()) return false;
        const auto end = std::min(pattern.find('/'), pattern.size());
        const auto wanted = pattern.substr(0, end);
        if (wanted == "*")
            ids.push_back(segment);
        else if (wanted != segment)
            return false;
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
    }
    return pattern.empty();
}

std::string lower(std::string_view text) {
    std::string small(text);
    for (auto& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

std::string joined(std::span<const std::string> path) {
    std::string text;
    for (const auto& segment : path) text += (text.empty() ? "" : "/") + segment;
    return text;
}

}  // namespace

struct Api::Routes {
    static constexpr std::array kAll = std::to_array<Route>({
        {Method::get, "state", &Api::get_state, true, false},
        {Method::post, "archive", &Api::make_archive, true, true, kMostJson},
        {Method::get, "nearby", &Api::get_nearby, true},
        {Method::post, "nearby", &Api::choose_nearby, true, true, kMostJson},
        {Method::patch, "archive", &Api::name_archive, false, true, kMostJson},
        {Method::post, "session", &Api::unlock, true, true, kMostJson},
        {Method::get, "session", &Api::get_session},
        {Method::patch, "session", &Api::say_who, false, true, kMostJson},
        {Method::del, "session", &Api::lock, true},
        {Method::get, "settings", &Api::get_settings},
        {Method::patch, "settings", &Api::change_settings, false, true, kMostJson},
        {Method::get, "people", &Api::get_people},
        {Method::post, "people", &Api::add_person, false, true, kMostJson},
        {Method::patch, "people/*", &Api::rename_person, false, true, kMostJson},
        {Method::get, "timeline", &Api::get_timeline},
        {Method::get, "timeline/items", &Api::get_timeline_items},
        {Method::get, "timeline/shapes", &Api::get_timeline_shapes},
        {Method::get, "timeline/number/*", &Api::get_timeline_number},
        {Method::get, "items", &Api::get_items},
        {Method::get, "items/*", &Api::get_item},
        {Method::patch, "items/*", &Api::change_item, false, true, kMostJson * 2},
        {Method::post, "items/*/look", &Api::look_at_item, false, true, kMostJson},
        {Method::put, "items/*/cover", &Api::cover_item, false, true, kMostJson},
        {Method::del, "items/*/cover", &Api::uncover_item},
        {Method::put, "items/*/leave-open", &Api::leave_item_open, false, true, kMostJson},
        {Method::del, "items/*/leave-open", &Api::close_item},
        {Method::get, "items/*/thumbnail", &Api::get_thumbnail},
        {Method::get, "items/*/preview", &Api::get_preview},
        {Method::get, "items/*/pages/*", &Api::get_page},
        {Method::get, "items/*/files/*", &Api::get_file},
        {Method::get, "items/*/film", &Api::get_film},
        {Method::del, "looks/*", &Api::end_look},
        {Method::get, "let-go", &Api::get_let_go},
        {Method::post, "let-go", &Api::let_go, false, true, kMostJson},
        {Method::post, "bring-back", &Api::bring_back, false, true, kMostJson},
        {Method::get, "just-kept", &Api::get_just_kept},
        {Method::post, "just-kept/place", &Api::place_just_kept, false, true, kMostJson},
        {Method::get, "moments", &Api::get_moments},
        {Method::post, "moments", &Api::add_moment, false, true, kMostJson},
        {Method::put, "moments/order", &Api::order_moments, false, true, kMostJson},
        {Method::get, "moments/*", &Api::get_moment},
        {Method::patch, "moments/*", &Api::change_moment, false, true, kMostJson * 2},
        {Method::del, "moments/*", &Api::remove_moment},
        {Method::get, "moments/*/items", &Api::get_moment_items},
        {Method::post, "moments/*/items", &Api::change_moment_items, false, true, kMostJson},
        {Method::post, "moments/*/look", &Api::look_at_moment, false, true, kMostJson},
        {Method::put, "moments/*/cover", &Api::cover_moment, false, true, kMostJson},
        {Method::del, "moments/*/cover", &Api::uncover_moment},
        {Method::put, "moments/*/leave-open", &Api::leave_moment_open, false, true, kMostJson},
        {Method::del, "moments/*/leave-open", &Api::close_moment},
        {Method::get, "moments/*/story", &Api::get_story},
        {Method::put, "moments/*/story", &Api::write_story, false, true, kMostJson * 2},
        {Method::get, "moments/*/story/versions", &Api::get_story_versions},
        {Method::get, "moments/*/story/versions/*", &Api::get_story_version},
        {Method::get, "moments/*/story/draft", &Api::get_draft},
        {Method::put, "moments/*/story/draft", &Api::write_draft, false, true, kMostJson * 2},
        {Method::del, "moments/*/story/draft", &Api::end_draft},
        {Method::get, "quiet", &Api::get_quiet},
        {Method::patch, "quiet", &Api::change_quiet, false, true, kMostJson},
        {Method::get, "find", &Api::find},
        {Method::get, "care", &Api::get_care},
        {Method::post, "care/check", &Api::begin_check, false, true, kMostJson},
        {Method::get, "care/damaged", &Api::get_damaged},
        {Method::post, "care/restore-test", &Api::begin_restoring, false, true, kMostJson},
        {Method::get, "care/check", &Api::get_check, false, false},
        {Method::del, "care/check", &Api::stop_check},
        {Method::post, "keeps", &Api::begin_keep, false, true, kMostJson},
        {Method::get, "keeps/*", &Api::get_keep},
        {Method::options, "uploads", &Api::tus_options, true, false},
        {Method::post, "uploads", &Api::create_upload, false, true, 0},
        {Method::head, "uploads/*", &Api::head_upload},
        {Method::patch, "uploads/*", &Api::patch_upload, false, true, kMostUploadBytes, true},
        {Method::del, "uploads/*", &Api::end_upload},
        {Method::get, "shares", &Api::get_shares},
        {Method::get, "shares/*", &Api::get_share},
        {Method::patch, "shares/*", &Api::date_share, false, true, kMostJson},
        {Method::post, "shares/*/end", &Api::end_share, false, true, kMostJson},
        {Method::post, "showing", &Api::begin_showing, false, true, kMostJson},
        {Method::post, "showing/outline", &Api::outline_showing, false, true, kMostJson},
        {Method::get, "showing/*", &Api::get_showing},
        {Method::del, "showing/*", &Api::stop_showing},
        {Method::get, "showing/*/file", &Api::get_shown_file},
        {Method::get, "showing/*/page", &Api::get_shown_page},
        {Method::get, "events", &Api::listen, false, false},
    });
};

std::span<const Api::Route> Api::routes() { return Routes::kAll; }

Api::Api(House& house, ApiOptions options)
    : house_(&house),
      options_(std::move(options)),
      visitors_(house.environment().random, options_.clock),
      gate_(options_.clock) {
    checking_ = std::make_unique<Checking>(
        house, [this](const Json& check) { visitors_.tell_all("check", check.dump()); });
    playing_ = std::make_unique<Playing>(house);
    showing_ = std::make_unique<Showing>(
        house, options_.shares,
        Showing::Tell{
            .showing = [this](const Json& one) { visitors_.tell_all("showing", one.dump()); },
            .shares = [this] { visitors_.tell_all("shares", "{}"); }});
    house.on_timeline([this] { visitors_.tell_all("timeline", "{}"); });
}

Api::~Api() = default;

std::optional<std::span<const std::string>> Api::within_api(const http::RequestHead& head) const {
    const std::span path(head.path);
    const auto before = options_.prefix.size();
    if (path.size() < before + 2 || !std::ranges::equal(path.first(before), options_.prefix) ||
        path[before] != "api" || path[before + 1] != "v1")
        return std::nullopt;
    return path.subspan(before + 2);
}

Api::Found Api::find_route(const http::RequestHead& head) const {
    Found found;
    const auto path = within_api(head);
    if (!path) return found;
    // What a GET answers, a HEAD does; but for uploads, where it is a question of its own.
    for (const bool as_get : {false, true}) {
        for (const auto& route : routes()) {
            if (!fits(route.pattern, *path, found.ids)) continue;
            const bool meant =
                route.method == head.method ||
                (as_get && head.method == Method::head && route.method == Method::get);
            if (meant) {
                found.route = &route;
                return found;
            }
            found.other_method = true;
        }
    }
    return found;
}

std::string Api::route_of(const http::RequestHead& head) const {
    if (!within_api(head)) return "page";
    const auto found = find_route(head);
    return found.route == nullptr ? "api/v1/?" : "api/v1/" + std::string(found.route->pattern);
}

namespace {

bool is_own_host(const ApiOptions& options, const std::string& host) {
    if (std::ranges::find(options.hosts, host) != options.hosts.end()) return true;
    const auto colon = host.rfind(':');
    const bool port = colon != std::string::npos && http::number_from(host.substr(colon + 1));
    const auto name = port ? host.substr(0, colon) : host;
    return std::ranges::any_of(options.names, [&](const std::string& own) {
        return lower(own) == host || lower(own) == name;
    });
}

}  // namespace

/// A page of somebody else's that had the browser ask, or a name that was made to mean this
/// computer: neither may learn or change anything.
std::optional<http::Response> Api::refuse_strangers(const http::RequestHead& head) const {
    const auto refuse = [] {
        auto response = error_answer(403, "elsewhere", "This was asked from elsewhere.");
        response.close = true;
        return response;
    };
    const auto host = lower(head.header("host").value_or(""));
    if (host.empty()) return refuse();
    if (!options_.any_host && !is_own_host(options_, host)) return refuse();
    const bool has_origin =
        std::ranges::any_of(head.headers, [](const auto& h) { return h.first == "origin"; });
    if (has_origin) {
        const auto origin = lower(head.header("origin").value_or(""));
        const auto scheme = origin.find("://");
        if (scheme == std::string::npos || origin.substr(scheme + 3) != host) return refuse();
    }
    const auto site = head.header("sec-fetch-site").value_or("same-origin");
    const bool own = site == "same-origin" || site == "none";
    if (!own && (within_api(head) || changes_something(head.method))) return refuse();
    return std::nullopt;
}

std::optional<Visitors::Visitor> Api::visitor_of(const http::RequestHead& head, bool counts) {
    // What a page asks by itself is not what a person does: else an open page would never rest.
    const bool person = counts && head.header(kUnasked).value_or("") != "1";
    return visitors_.find(head.cookie(kCookie).value_or(""), person);
}

std::string Api::cookie(std::string_view word) const {
    std::string text =
        std::string(kCookie) + "=" + std::string(word) + "; HttpOnly; SameSite=Strict; Path=/";
    for (const auto& segment : options_.prefix) text += segment + "/";
    if (options_.secure) text += "; Secure";
    if (word.empty()) text += "; Max-Age=0";
    return text;
}

http::Response Api::finished(const http::RequestHead& head, http::Response response) const {
    const bool api = within_api(head).has_value();
    response.with("X-Content-Type-Options", "nosniff").with("Referrer-Policy", "no-referrer");
    response.with("Cross-Origin-Resource-Policy", "same-origin");
    // Two policies would both hold: a page that is to be looked at brings its own.
    const bool has_policy = std::ranges::any_of(
        response.headers, [](const auto& h) { return h.first == "Content-Security-Policy"; });
    if (!has_policy)
        response.with("Content-Security-Policy", std::string(api ? kBytesPolicy : kPagesPolicy));
    if (!api) {
        response.with("Cross-Origin-Opener-Policy", "same-origin");
        response.with("Permissions-Policy", "geolocation=(), microphone=(self), payment=()");
    }
    if (api && head.path.size() >= options_.prefix.size() + 3 &&
        head.path[options_.prefix.size() + 2] == "uploads")
        response.with("Tus-Resumable", std::string(kTus));
    return response;
}

http::Admission Api::admit(const http::RequestHead& head) {
    http::Admission admission;
    if (auto refusal = refuse_strangers(head)) {
        admission.refusal = finished(head, std::move(*refusal));
        return admission;
    }
    const auto refuse = [&](http::Response response) {
        admission.refusal = finished(head, std::move(response));
        return std::move(admission);
    };
    if (!within_api(head)) {
        if (head.method != Method::get && head.method != Method::head)
            return refuse(error_answer(405, "method", "This cannot be done here."));
        return admission;
    }
    const auto found = find_route(head);
    if (found.route == nullptr && found.other_method)
        return refuse(error_answer(405, "method", "This cannot be done here."));
    if (found.route == nullptr) return refuse(error_answer(404, "not_found", "This is not here."));
    if (!found.route->open && !visitor_of(head, found.route->counts))
        return refuse(error_answer(401, "locked", "This archive is locked."));
    admission.most_bytes = found.route->most_bytes;
    admission.streamed = found.route->streamed;
    return admission;
}

std::optional<http::Response> Api::answer_at_once(const http::RequestHead& head) {
    const auto path = within_api(head);
    if (!path) {
        const std::span all(head.path);
        const auto before = options_.prefix.size();
        // The pages name what belongs to them from there.
        if (before > 0 && !head.ends_in_slash && std::ranges::equal(all, options_.prefix)) {
            http::Response there;
            there.status = 308;
            std::string location;
            for (const auto& segment : options_.prefix) location += "/" + segment;
            there.with("Location", location + "/");
            return finished(head, std::move(there));
        }
        std::optional<http::Response> page;
        if (all.size() >= before && std::ranges::equal(all.first(before), options_.prefix))
            page = pages_.answer(head, joined(all.subspan(before)));
        return finished(
            head, page ? std::move(*page) : error_answer(404, "not_found", "This is not here."));
    }
    // A thumbnail that is in memory, of what nobody ever covered.
    if (path->size() != 3 || (*path)[0] != "items" || (*path)[2] != "thumbnail" ||
        head.method != Method::get || !head.query.contains("v"))
        return std::nullopt;
    const auto item = model::ItemId::from_hex((*path)[1]);
    const auto told = house_->told_now();
    if (!item || !told || told->is_ever_covered(*item) || !visitor_of(head, true))
        return std::nullopt;
    auto held = thumbnails_.get(*item);
    if (!held || held->mark != *head.parameter("v")) return std::nullopt;
    http::Response response;
    response.with("Content-Type", "image/jpeg").with("ETag", "\"" + held->mark + "\"");
    response.with("Cache-Control", "private, max-age=31536000, immutable");
    if (http::list_has(head.header("if-none-match").value_or(""), "\"" + held->mark + "\""))
        response.status = 304;
    else
        response.body = std::move(held->jpeg);
    return finished(head, std::move(response));
}

http::Response Api::answer(http::Request request) {
    const auto head = request.head;
    const auto found = find_route(head);
    if (found.route == nullptr)
        return finished(head, error_answer(404, "not_found", "This is not here."));
    auto visitor = visitor_of(head, false);
    if (!visitor && !found.route->open)
        return finished(head, error_answer(401, "locked", "This archive is locked."));
    Call call{std::move(request), visitor.value_or(Visitors::Visitor()), found.ids};
    Answer answered = Error(ErrorCode::io, "nothing was answered");
    try {
        answered = (this->*found.route->answer)(call);
    } catch (const std::bad_alloc&) {
        answered = Error(ErrorCode::io, "There is not enough memory.");
    } catch (const std::exception&) {  // a bug; its words may hold what was typed
        answered = Error(ErrorCode::io, "Something unforeseen went wrong. What is kept stands.");
    }
    auto response = answered ? std::move(*answered) : error_answer(answered.error());
    if (!answered && house_->is_open() && !house_->is_there())
        response = error_answer(503, "gone", kGone);
    compress(head, response);
    return finished(head, std::move(response));
}

Result<catalog::ItemRecord> Api::item_of(const Eyes& eyes, const std::string& id) {
    const auto item = model::ItemId::from_hex(id);
    if (item) {
        TRY_LET(auto record, eyes.library.catalog().item(*item));
        if (record && !record->lead) return *std::move(record);
    }
    return Error(ErrorCode::not_found, "There is no such item here.");
}

Result<catalog::MomentRecord> Api::moment_of(const Eyes& eyes, const std::string& id) {
    const auto moment = model::MomentId::from_hex(id);
    if (moment) {
        TRY_LET(auto record, eyes.library.catalog().moment(*moment));
        if (record) return *std::move(record);
    }
    return Error(ErrorCode::not_found, "There is no such moment here.");
}

Json Page::told(std::size_t total, const char* name, Json part) const {
    Json json;
    json["total"] = total;
    json["first"] = first;
    json[name] = std::move(part);
    return json;
}

Result<Page> Api::page_of(const Call& call, std::size_t usual, std::size_t most) {
    const auto number = [&](const char* name, std::size_t other) -> Result<std::size_t> {
        const auto text = call.request.head.parameter(name);
        if (!text) return other;
        const auto value = http::number_from(*text);
        if (!value) return Error(ErrorCode::invalid, std::string("'") + name + "' is no number.");
        return static_cast<std::size_t>(*value);
    };
    TRY_LET(const auto first, number("first", 0));
    TRY_LET(const auto count, number("count", usual));
    if (count == 0 || count > most)
        return Error(ErrorCode::invalid, "'count' is 1 to " + std::to_string(most) + ".");
    return Page{first, count};
}

Api::Answer Api::covered() const { return error_answer(403, "covered", "This is covered."); }

void Api::tend() {
    if (visitors_.end_rested() && house_->is_open()) lock_house();
    if (const auto uploads = this->uploads()) uploads->tend();
    showing_->tend();
    if (!house_->is_open()) return;
    const bool gone = !house_->is_there();
    if (gone != std::exchange(was_gone_, gone))
        visitors_.tell_all("archive", gone ? R"({"state":"gone"})" : R"({"state":"open"})");
    if (!gone && ++ticks_ % kTicksBetweenRefreshes == 0) static_cast<void>(house_->refresh());
}

void Api::stop() {
    visitors_.end_all();
    checking_->stop();
    showing_->end_all();
    keeper_.reset();
    house_->close();
}

}  // namespace keepsake::server
