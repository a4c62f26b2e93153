#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "http/message.h"
#include "library/library.h"
#include "library/parity_upkeep.h"
#include "model/entry.h"
#include "model/ids.h"
#include "server/answers.h"
#include "server/checking.h"
#include "server/house.h"
#include "server/item_json.h"
#include "server/keeper.h"
#include "server/person_settings.h"
#include "server/playing.h"
#include "server/request_log.h"
#include "server/showing.h"
#include "server/static_pages.h"
#include "server/thumbnails.h"
#include "server/uploads.h"
#include "server/visitors.h"

/// What is answered under <prefix>/api/v1 (docs/api/openapi.yaml), and the pages beside it.
namespace keepsake::server {

struct ApiOptions {
    std::vector<std::string> prefix;  ///< segments that stand before everything
    std::vector<std::string> hosts;   ///< what Host may name, in lower case, with ports
    std::vector<std::string> names;   ///< the same with any port, or none
    bool any_host = false;            ///< nobody said a name: Origin must fit Host all the same
    bool secure = false;              ///< cookies for https alone
    bool loopback = true;             ///< whoever asks is on this computer
    std::vector<std::string> nearby = {};  ///< where archives of others may stand
    ShareWays shares = {};                 ///< where the pages may put what is shown
    Visitors::Clock clock;
};

/// One request on its way through the API.
struct Call {
    http::Request request;
    Visitors::Visitor visitor;
    std::vector<std::string> ids;  ///< what stands in the path where the pattern has "*"

    std::string look() const { return std::string(request.head.parameter("look").value_or("")); }
};

/// A bound list's part: ?first= and ?count=.
struct Page {
    static constexpr std::size_t kUsual = 200;
    static constexpr std::size_t kMost = 1'000;
    std::size_t first = 0;
    std::size_t count = 0;

    /// What of a list it asks for.
    template <class Each>
    std::span<const Each> of(const std::vector<Each>& list) const {
        const auto begin = std::min(first, list.size());
        return std::span(list).subspan(begin, std::min(count, list.size() - begin));
    }
    /// How that is told, under this name, of a list of so many.
    Json told(std::size_t total, const char* name, Json part) const;
};

class Api final : public http::Handler, public NamesRoutes {
  public:
    Api(House& house, ApiOptions options);
    ~Api() override;

    http::Admission admit(const http::RequestHead& head) override;
    std::optional<http::Response> answer_at_once(const http::RequestHead& head) override;
    http::Response answer(http::Request request) override;
    std::unique_ptr<http::BodySink> open_sink(const http::RequestHead& head,
                                              http::Response& refusal) override;
    std::string route_of(const http::RequestHead& head) const override;

    /// Locks what rested for too long, takes in what other programs wrote. Called every second or
    /// so, from one thread.
    void tend();
    /// Everything locks; what is being kept is finished first.
    void stop();

  private:
    using Answer = Result<http::Response>;
    struct Route {
        http::Method method;
        std::string_view pattern;  ///< "items/*/look"
        Answer (Api::*answer)(Call&);
        bool open = false;   ///< also for whoever has no session
        bool counts = true;  ///< something that a person does
        std::uint64_t most_bytes = 0;
        bool streamed = false;
    };
    struct Routes;
    static std::span<const Route> routes();
    struct Found {
        const Route* route = nullptr;
        bool other_method = false;
        std::vector<std::string> ids;
    };
    Found find_route(const http::RequestHead& head) const;
    std::optional<std::span<const std::string>> within_api(const http::RequestHead& head) const;
    std::optional<http::Response> refuse_strangers(const http::RequestHead& head) const;
    std::optional<Visitors::Visitor> visitor_of(const http::RequestHead& head, bool counts);
    http::Response finished(const http::RequestHead& head, http::Response response) const;
    std::string cookie(std::string_view word) const;

    /// With the library, and what the caller may see.
    template <class Work>
    std::invoke_result_t<Work, const Eyes&> with_eyes(const Call& call, Work work) {
        return house_->with(
            [&](library::Library& library) -> std::invoke_result_t<Work, const Eyes&> {
                TRY_LET(const auto told, house_->told(library));
                const Eyes eyes{*house_, library, *told, call.visitor.person,
                                visitors_.opened(call.visitor.session, call.look())};
                return work(eyes);
            });
    }
    /// The item that a path names. Errors: not_found.
    static Result<catalog::ItemRecord> item_of(const Eyes& eyes, const std::string& id);
    static Result<catalog::MomentRecord> moment_of(const Eyes& eyes, const std::string& id);
    /// Ids of a request's list. Errors: invalid.
    template <class Id>
    static Result<std::optional<std::vector<Id>>> ids_member(const Json& json, const char* name);
    /// Errors: invalid.
    static Result<Page> page_of(const Call& call, std::size_t usual = Page::kUsual,
                                std::size_t most = Page::kMost);
    Answer covered() const;
    Result<Json> session_json(library::Library& library, const Visitors::Visitor& visitor);
    http::Response with_session(http::Response response);

    // who: api_who.cpp
    Answer get_state(Call& call);
    Answer make_archive(Call& call);
    Answer get_nearby(Call& call);
    Answer choose_nearby(Call& call);
    Answer name_archive(Call& call);
    Answer unlock(Call& call);
    Answer get_session(Call& call);
    Answer say_who(Call& call);
    Answer lock(Call& call);
    Answer get_settings(Call& call);
    Answer change_settings(Call& call);
    Answer get_people(Call& call);
    Answer add_person(Call& call);
    Answer rename_person(Call& call);
    Answer listen(Call& call);
    Answer name_person(const Call& call, const model::PersonId& person, unsigned status);
    bool may_choose();
    Result<> move_in();
    void lock_house();

    // look: api_items.cpp
    Answer get_timeline(Call& call);
    Answer get_timeline_items(Call& call);
    Answer get_timeline_shapes(Call& call);
    Answer get_timeline_number(Call& call);
    Answer get_items(Call& call);
    Answer get_item(Call& call);
    Answer look_at_item(Call& call);
    Answer end_look(Call& call);
    Answer find(Call& call);

    // what people say: api_tell.cpp
    Answer change_item(Call& call);
    Answer cover_item(Call& call);
    Answer uncover_item(Call& call);
    Answer leave_item_open(Call& call);
    Answer close_item(Call& call);
    Answer get_let_go(Call& call);
    Answer let_go(Call& call);
    Answer bring_back(Call& call);
    Answer get_just_kept(Call& call);
    Answer place_just_kept(Call& call);
    Answer get_quiet(Call& call);
    Answer change_quiet(Call& call);
    Answer let_go_or_back(Call& call, bool back);
    Result<model::Subject> item_subject(const Call& call);
    Result<model::Subject> moment_subject(const Call& call);
    Answer set_cover(const Call& call, const model::Subject& of);
    Answer take_cover(const Call& call, const model::Subject& of);
    Answer set_open(const Call& call, const model::Subject& of, bool open);

    // moments: api_moments.cpp
    Answer get_moments(Call& call);
    Answer add_moment(Call& call);
    Answer order_moments(Call& call);
    Answer get_moment(Call& call);
    Answer change_moment(Call& call);
    Answer remove_moment(Call& call);
    Answer get_moment_items(Call& call);
    Answer change_moment_items(Call& call);
    Answer look_at_moment(Call& call);
    Answer cover_moment(Call& call);
    Answer uncover_moment(Call& call);
    Answer leave_moment_open(Call& call);
    Answer close_moment(Call& call);

    // stories: api_stories.cpp
    Answer get_story(Call& call);
    Answer write_story(Call& call);
    Answer get_story_versions(Call& call);
    Answer get_story_version(Call& call);
    Answer get_draft(Call& call);
    Answer write_draft(Call& call);
    Answer end_draft(Call& call);

    // bytes: api_files.cpp
    Answer get_thumbnail(Call& call);
    Answer get_preview(Call& call);
    Answer get_page(Call& call);
    Answer get_file(Call& call);
    Answer get_film(Call& call);
    struct Wanted;
    Answer picture(Call& call, const Wanted& wanted);
    Result<Bytes> make_picture(const Wanted& wanted);
    Result<Wanted> wanted_picture(const Eyes& eyes, const Call& call) const;

    // keeping and care: api_keeps.cpp
    Answer begin_keep(Call& call);
    Answer get_keep(Call& call);
    Answer tus_options(Call& call);
    Answer create_upload(Call& call);
    Answer head_upload(Call& call);
    Answer end_upload(Call& call);
    Answer patch_upload(Call& call);
    Answer get_care(Call& call);
    Answer get_damaged(Call& call);
    Answer begin_check(Call& call);
    Answer begin_restoring(Call& call);
    Answer get_check(Call& call);
    Answer stop_check(Call& call);

    // what is shown to others: api_shares.cpp
    Answer get_shares(Call& call);
    Answer get_share(Call& call);
    Answer date_share(Call& call);
    Answer end_share(Call& call);
    Answer outline_showing(Call& call);
    Answer begin_showing(Call& call);
    Answer get_showing(Call& call);
    Answer stop_showing(Call& call);
    std::function<bool()> waits_on(const Call& call);
    Answer get_shown_file(Call& call);
    Answer get_shown_page(Call& call);

    void tell_keep(const std::string& keep);
    std::shared_ptr<Uploads> uploads();

    House* house_;
    ApiOptions options_;
    std::mutex moving_;  ///< opening and locking
    std::mutex nearby_mutex_;
    std::vector<std::string> nearby_;  ///< what was told last
    std::mutex uploads_mutex_;
    Visitors visitors_;
    Gate gate_;
    Thumbnails thumbnails_;
    StaticPages pages_;
    PersonSettings settings_;
    std::shared_ptr<Uploads> uploads_;  ///< by uploads() alone, but in move_in()
    std::unique_ptr<Keeper> keeper_;
    std::unique_ptr<Checking> checking_;
    std::unique_ptr<Playing> playing_;
    std::unique_ptr<Showing> showing_;
    bool was_gone_ = false;
    int ticks_ = 0;
};

/// Entries after which the links of this kind name these people and no others. Errors: not_found.
Result<std::vector<model::EntryBody>> people_entries(const Eyes& eyes, const model::Subject& of,
                                                     std::string_view as,
                                                     const std::vector<model::PersonId>& people);
/// Words that are objects get their repair data, as kept files do.
void protect_words(library::Library& library, const library::JustKept& kept);
/// A request's `date` as the journal's `taken`. Errors: invalid.
Result<std::string> date_entry_value(const Json& date);

template <class Id>
Result<std::optional<std::vector<Id>>> Api::ids_member(const Json& json, const char* name) {
    constexpr std::size_t kMostIds = 10'000;
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return std::optional<std::vector<Id>>();
    std::vector<Id> ids;
    const Error wrong(ErrorCode::invalid, std::string("'") + name + "' is no list of ids.");
    if (!found->is_array() || found->size() > kMostIds) return wrong;
    for (const auto& each : *found) {
        const auto id =
            each.is_string() ? Id::from_hex(each.get_ref<const std::string&>()) : std::nullopt;
        if (!id) return wrong;
        ids.push_back(*id);
    }
    return std::optional(std::move(ids));
}

}  // namespace keepsake::server
