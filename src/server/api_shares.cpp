// What is shown to others: made, listed, dated, ended.
#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "http/target.h"
#include "library/library.h"
#include "media/kind.h"
#include "model/ids.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/api.h"
#include "server/file_body.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/showing.h"
#include "server/told.h"
#include "share/contents.h"
#include "share/dates.h"
#include "share/end.h"
#include "share/record.h"
#include "share/wish.h"

namespace keepsake::server {
namespace {

constexpr std::size_t kLargestText = 64UL << 10U;  // share::check_wish knows better
constexpr std::size_t kLargestPassphrase = 1'024;
constexpr std::size_t kLargestDay = 32;
constexpr std::size_t kMostLines = 100;

/// The page opens in an origin of its own: its script reaches neither these pages nor their API.
/// What it may load is said in its own head, which is nothing.
constexpr std::string_view kShownPagePolicy =
    "sandbox allow-scripts; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "connect-src 'none'; object-src 'none'";

Json text_or_null(const std::optional<std::string>& text) {
    return text ? Json(to_utf8_lossy(*text)) : Json(nullptr);
}

Result<Json> where_json(library::Library& library, const share::Where& where) {
    Json json;
    json["as"] = share::to_text(where.as);
    json["device"] = nullptr;
    if (where.device != library.device()) {
        TRY_LET(const auto name, library.device_name(where.device));
        json["device"] = to_utf8_lossy(name);
    }
    const bool has_path = where.as == share::As::folder || where.as == share::As::file;
    const auto& name = where.as == share::As::guests ? std::string() : where.name;
    json["path"] = to_utf8_lossy(has_path ? where.path : name);
    json["at"] = where.at.empty() ? Json(nullptr) : Json(to_utf8_lossy(where.at));
    return json;
}

/// `Share` of the API, without its link.
Result<Json> share_json(library::Library& library, const share::Record& record) {
    Json json;
    json["id"] = record.share.hex();
    json["to"] = to_utf8_lossy(record.to);
    json["from"] = record.from.empty() ? Json(nullptr) : Json(to_utf8_lossy(record.from));
    json["what"] = !record.moment ? "items" : record.story_alone ? "story" : "moment";
    json["moment"] = nullptr;
    json["name"] = "";
    if (record.moment) {
        json["moment"] = record.moment->hex();
        TRY_LET(const auto moment, library.catalog().moment(*record.moment));
        if (moment) json["name"] = to_utf8_lossy(moment->name);
    }
    json["items"] = record.items.size();
    json["made"] = to_utf8_lossy(record.made);
    json["until"] = text_or_null(record.until);
    json["passphrase"] = record.passphrase;
    json["hint"] = text_or_null(record.hint);
    json["originals"] = record.originals;
    json["places"] = record.places;
    json["where"] = Json::array();
    for (const auto& where : record.where) {
        TRY_LET(auto one, where_json(library, where));
        json["where"].push_back(std::move(one));
    }
    return json;
}

Result<Json> remains_json(library::Library& library, const std::vector<share::Remains>& remains) {
    auto list = Json::array();
    for (const auto& left : remains) {
        TRY_LET(auto one, where_json(library, left.where));
        // What the system says of it may hold paths; the page has words for each kind of place.
        one["failed"] = left.device.empty() && left.where.as != share::As::download;
        list.push_back(std::move(one));
    }
    return list;
}

Result<share::Record> record_of(library::Library& library, const std::string& id) {
    const auto share = model::ShareId::from_hex(id);
    if (share) {
        TRY_LET(auto records, share::read_records(library.catalog()));
        const auto found = std::ranges::find(records, *share, &share::Record::share);
        if (found != records.end()) return std::move(*found);
    }
    return Error(ErrorCode::not_found, "There is no such share here.");
}

/// Whether it shows something of what is in these.
bool touches(const share::Record& record, const model::MomentId& moment,
             const std::set<model::ItemId>& items) {
    if (record.moment) return *record.moment == moment;
    return std::ranges::any_of(record.items,
                               [&](const auto& item) { return items.contains(item); });
}

bool is_language(std::string_view text) {
    constexpr std::size_t kLongest = 35;
    return text.size() >= 2 && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-';
           });
}

Result<> read_what(const Json& json, share::Wish& wish,
                   std::optional<std::vector<model::ItemId>> items) {
    TRY_LET(const auto moment, text_member(json, "moment", 16));
    TRY_LET(const auto story, bool_member(json, "story"));
    if (moment) {
        wish.moment = model::MomentId::from_hex(*moment);
        if (!wish.moment) return Error(ErrorCode::invalid, "'moment' is no id.");
    }
    wish.items = std::move(items).value_or(std::vector<model::ItemId>());
    wish.story_alone = story.value_or(false);
    if (wish.moment.has_value() == !wish.items.empty())
        return Error(ErrorCode::invalid, "Name a moment, or items.");
    if (wish.story_alone && !wish.moment)
        return Error(ErrorCode::invalid, "A story is a moment's.");
    return {};
}

Result<> read_how(const Json& json, share::Wish& wish) {
    TRY_LET(wish.from, text_member(json, "from", kLargestText));
    if (wish.from && wish.from->empty()) wish.from.reset();
    TRY_LET(const auto language, text_member(json, "language", kLargestText));
    if (language) {
        if (!is_language(*language)) return Error(ErrorCode::invalid, "'language' is none.");
        wish.language = *language;
    }
    TRY_LET(wish.cover, text_member(json, "cover", kLargestText));
    TRY_LET(wish.more, text_member(json, "more", kLargestText));
    if (wish.more && wish.more->empty()) wish.more.reset();
    TRY_LET(wish.until, text_member(json, "until", kLargestDay));
    TRY_LET(wish.passphrase, secret_member(json, "passphrase", kLargestPassphrase));
    TRY_LET(wish.hint, text_member(json, "hint", kLargestText));
    TRY_LET(const auto save, bool_member(json, "save"));
    TRY_LET(const auto originals, bool_member(json, "originals"));
    TRY_LET(const auto places, bool_member(json, "places"));
    wish.save = save.value_or(true);
    wish.originals = originals.value_or(false);
    wish.places = places.value_or(false);
    return {};
}

Result<Showing::Way> way_in(const Json& json) {
    using Way = Showing::Way;
    TRY_LET(const auto name, text_member(json, "way", 16));
    constexpr auto kWays =
        std::to_array<std::pair<std::string_view, Way>>({{"guests", Way::guests},
                                                         {"folder", Way::folder},
                                                         {"download", Way::download},
                                                         {"look", Way::look}});
    for (const auto& [text, way] : kWays)
        if (name == text) return way;
    return Error(ErrorCode::invalid, "'way' is guests, folder, download or look.");
}

Json cover_json(const Told& told, const Cover& cover) {
    return {{"line", to_utf8_lossy(cover.line)},
            {"more", to_utf8_lossy(cover.more)},
            {"by", to_utf8_lossy(told.name_of(cover.by))}};
}

/// What of it is covered by itself, and with which words; alike ones together.
Json covered_json(const Told& told, const share::Contents& contents, const Opened& opened) {
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> lines;
    for (const auto& item : contents.items)
        if (const auto cover = share::cover_for(told, item.item, "", opened, std::nullopt);
            cover && lines.size() < kMostLines)
            ++lines[{cover->line, cover->more, told.name_of(cover->by)}];
    auto list = Json::array();
    for (const auto& [words, count] : lines) {
        const auto& [line, more, by] = words;
        list.push_back({{"line", to_utf8_lossy(line)},
                        {"more", to_utf8_lossy(more)},
                        {"by", by},
                        {"count", count}});
    }
    return list;
}

Json ways_json(const Showing& showing) {
    const auto guests = showing.guests_at();
    const auto& ways = showing.ways();
    Json json;
    json["guests"] = guests.empty() ? Json(nullptr) : Json(to_utf8_lossy(guests));
    json["folder"] = !ways.folder.empty();
    json["folder_at"] = ways.folder_url.empty() ? Json(nullptr) : Json(ways.folder_url);
    return json;
}

}  // namespace

Api::Answer Api::get_shares(Call& call) {
    TRY_LET(const auto page, page_of(call));
    const auto of = call.request.head.parameter("moment");
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        TRY_LET(auto records, share::read_records(eyes.library.catalog()));
        const auto today = share::day_of(house_->environment().clock.now());
        std::erase_if(records, [&](const auto& record) { return record.is_over(today); });
        if (of) {
            TRY_LET(const auto moment, moment_of(eyes, std::string(*of)));
            // Of what is covered is not told what else it holds.
            const bool open = !eyes.told.cover_of(moment.moment, eyes.viewer, eyes.opened);
            const std::set<model::ItemId> items =
                open ? std::set(moment.items.begin(), moment.items.end())
                     : std::set<model::ItemId>();
            std::erase_if(records, [&](const auto& record) {
                return !touches(record, moment.moment, items);
            });
        }
        auto shares = Json::array();
        for (const auto& record : page.of(records)) {
            TRY_LET(auto one, share_json(eyes.library, record));
            shares.push_back(std::move(one));
        }
        return json_answer(200, page.told(records.size(), "shares", std::move(shares)));
    });
}

Api::Answer Api::get_share(Call& call) {
    return house_->with([&](library::Library& library) -> Answer {
        TRY_LET(const auto record, record_of(library, call.ids[0]));
        TRY_LET(auto json, share_json(library, record));
        json["links"] = Json::array();
        for (const auto& where : record.where)
            json["links"].push_back(to_utf8_lossy(share::link_of(record, where)));
        return json_answer(200, json);
    });
}

Api::Answer Api::date_share(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"until"}));
    if (!json.contains("until"))
        return Error(ErrorCode::invalid, "'until' is wanted: a day, or null for none.");
    TRY_LET(const auto until, text_member(json, "until", kLargestDay));
    auto changed = house_->with([&](library::Library& library) -> Answer {
        TRY_LET(const auto record, record_of(library, call.ids[0]));
        TRY_LET(const auto remains, share::change_until(library, record, until));
        TRY_LET(const auto dated, record_of(library, call.ids[0]));
        Json answer;
        TRY_LET(answer["share"], share_json(library, dated));
        TRY_LET(answer["remains"], remains_json(library, remains));
        return json_answer(200, answer);
    });
    if (changed) visitors_.tell_all("shares", "{}");
    return changed;
}

Api::Answer Api::end_share(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {}));
    auto ended = house_->with([&](library::Library& library) -> Answer {
        TRY_LET(const auto record, record_of(library, call.ids[0]));
        TRY_LET(const auto ending, share::end_share(library, record));
        showing_->end_share(record.share);
        Json answer;
        answer["removed"] = ending.removed;
        TRY_LET(answer["remains"], remains_json(library, ending.remains));
        return json_answer(200, answer);
    });
    if (ended) visitors_.tell_all("shares", "{}");
    return ended;
}

Api::Answer Api::outline_showing(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(json, {"items", "moment", "story"}));
    TRY_LET(auto items, ids_member<model::ItemId>(json, "items"));
    share::Wish wish;
    TRY(read_what(json, wish, std::move(items)));
    return with_eyes(call, [&](const Eyes& eyes) -> Answer {
        Quietly quietly;
        TRY_LET(const auto contents, share::contents_of(eyes.library, wish, eyes.told, quietly));
        Json answer;
        answer["name"] = to_utf8_lossy(contents.name);
        TRY_LET(const auto from, share::only_keeper(eyes.library, eyes.told));
        const auto me = to_utf8_lossy(eyes.told.name_of(eyes.viewer));
        answer["from"] = me.empty() ? to_utf8_lossy(from) : me;
        std::map<std::string, std::size_t> counts;
        for (const auto& item : contents.items)
            ++counts[item.kind ? std::string(media::name_of(*item.kind)) : "unread"];
        if (!contents.story.empty()) counts["story"] = 1;
        answer["counts"] = counts;
        answer["cover"] =
            contents.moment_cover ? cover_json(eyes.told, *contents.moment_cover) : Json(nullptr);
        Opened opened;
        if (wish.moment) opened.moments.insert(*wish.moment);
        // Of a moment that is covered from whoever asks, what it holds is not told here either.
        const bool open =
            !wish.moment || !eyes.told.cover_of(*wish.moment, eyes.viewer, eyes.opened);
        answer["covered"] = open ? covered_json(eyes.told, contents, opened) : Json::array();
        answer["ways"] = ways_json(*showing_);
        return json_answer(200, answer);
    });
}

Api::Answer Api::begin_showing(Call& call) {
    TRY_LET(const auto json, json_body(call.request));
    TRY(only_members(
        json, {"to", "from", "language", "items", "moment", "story", "cover", "more", "until",
               "passphrase", "hint", "save", "originals", "places", "way", "with_key"}));
    TRY_LET(auto items, ids_member<model::ItemId>(json, "items"));
    Showing::Order order;
    auto& wish = order.wish;
    TRY_LET(const auto to, text_member(json, "to", kLargestText));
    wish.to = to.value_or("");
    TRY(read_what(json, wish, std::move(items)));
    TRY(read_how(json, wish));
    TRY_LET(order.way, way_in(json));
    TRY_LET(const auto with_key, bool_member(json, "with_key"));
    order.with_key = with_key.value_or(false);
    if (order.with_key && order.way != Showing::Way::download)
        return Error(ErrorCode::invalid, "The link's words can go along with a file alone.");
    // What is not here, or was let go, is said at once.
    TRY(with_eyes(call, [&](const Eyes& eyes) -> Result<> {
        TRY(eyes.library.may_write());
        Quietly quietly;
        TRY(share::contents_of(eyes.library, wish, eyes.told, quietly));
        if (order.way == Showing::Way::look)
            wish.look_ahead = share::LookAhead{eyes.viewer, eyes.opened};
        if (!wish.from) wish.from = to_utf8_lossy(eyes.told.name_of(eyes.viewer));
        if (wish.from->empty()) wish.from.reset();
        return {};
    }));
    TRY_LET(const auto id, showing_->begin(std::move(order)));
    return json_answer(202, showing_->state(id).value_or(Json::object()));
}

Api::Answer Api::get_showing(Call& call) {
    const auto state = showing_->state(call.ids[0]);
    if (!state) return Error(ErrorCode::not_found, "Nothing is known of this.");
    return json_answer(200, *state);
}

Api::Answer Api::stop_showing(Call& call) {
    showing_->end(call.ids[0]);
    return nothing();
}

namespace {

/// `is_open`: whether it may go on being sent.
Result<http::Response> waiting_file(os::FileSystem& files, const std::string& path,
                                    http::Method method, std::function<bool()> is_open) {
    TRY_LET(auto file, files.open(path));
    TRY_LET(const auto info, file->info());
    http::Response response;
    response.with("Cache-Control", "no-store");
    const http::Range all{0, info.size_bytes};
    if (method == http::Method::head)
        response.length = info.size_bytes;
    else
        response.body = std::make_unique<FileBody>(std::move(file), all, std::move(is_open));
    return response;
}

}  // namespace

/// Not after whoever asked has gone, nor after a lock or the end of its share. Being sent counts as
/// being here.
std::function<bool()> Api::waits_on(const Call& call) {
    return [this, head = call.request.head, id = call.ids[0]] {
        return visitor_of(head, true).has_value() && showing_->waiting(id).has_value();
    };
}

Api::Answer Api::get_shown_file(Call& call) {
    const auto waiting = showing_->waiting(call.ids[0]);
    if (!waiting || !waiting->share)
        return Error(ErrorCode::not_found, "There is no such file any more.");
    // It may have ended at a terminal, on another device, or by its date.
    const auto stands = house_->with([&](library::Library& library) -> Result<bool> {
        TRY_LET(const auto record, record_of(library, waiting->share->hex()));
        return !record.is_over(share::day_of(house_->environment().clock.now()));
    });
    if (!stands || !*stands) {
        if (stands) showing_->end(call.ids[0]);
        return Error(ErrorCode::not_found, "There is no such file any more.");
    }
    TRY_LET(auto response, waiting_file(house_->environment().files, waiting->path,
                                        call.request.head.method, waits_on(call)));
    response.with("Content-Type", "application/octet-stream");
    // Neutral: the name was made here, of digits.
    response.with("Content-Disposition", "attachment; filename=\"" + waiting->name + "\"");
    return response;
}

Api::Answer Api::get_shown_page(Call& call) {
    const auto waiting = showing_->waiting(call.ids[0]);
    // What is covered from somebody else may lie open in what was made for one person to look at.
    if (!waiting || !waiting->name.empty() || waiting->viewer != call.visitor.person)
        return Error(ErrorCode::not_found, "There is no such page any more.");
    TRY_LET(auto response, waiting_file(house_->environment().files, waiting->path,
                                        call.request.head.method, waits_on(call)));
    response.with("Content-Type", "text/html; charset=utf-8");
    response.with("X-Robots-Tag", "noindex, nofollow, noarchive");
    response.with("Content-Security-Policy", std::string(kShownPagePolicy));
    return response;
}

}  // namespace keepsake::server
