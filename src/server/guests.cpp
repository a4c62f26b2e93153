#include "server/guests.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "http/responses.h"
#include "http/server.h"
#include "http/target.h"
#include "os/file_system.h"
#include "server/answers.h"
#include "server/file_body.h"
#include "share/shelf.h"

namespace keepsake::server {
namespace {

using http::Method;
using http::RequestHead;
using http::Response;
using share::Standing;

constexpr std::uint64_t kLargestPageFile = 4ULL << 20U;
constexpr std::size_t kMostConnections = 500;
constexpr std::string_view kIndex = "index.html";

constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".woff2", "font/woff2"},
    {".age", "application/octet-stream"},
});

std::string_view type_of(std::string_view name) {
    for (const auto& [ending, type] : kTypes)
        if (name.ends_with(ending)) return type;
    return {};
}

Response empty(unsigned status) {
    Response response;
    response.status = status;
    return response;
}

/// What every answer bears. The page's own policy stands in its head; a second one here could only
/// forbid what it needs.
Response finished(Response response) {
    response.with("Cache-Control", "no-store")
        .with("Referrer-Policy", "no-referrer")
        .with("X-Robots-Tag", "noindex, nofollow, noarchive")
        .with("X-Content-Type-Options", "nosniff")
        .with("Cross-Origin-Resource-Policy", "same-origin")
        .with("Cross-Origin-Opener-Policy", "same-origin")
        .with("Permissions-Policy", "geolocation=(), camera=(), microphone=(), payment=()")
        .with("Content-Security-Policy",
              "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'");
    return response;
}

/// Somebody opened the address itself, in a browser: such a one is told in words.
bool asks_for_a_page(const RequestHead& head) {
    return head.header("accept").value_or("").contains("text/html");
}

/// "#AGE-SECRET-KEY-1…" as a part of the path: something on the way turned # into %23.
bool is_lost_fragment(std::string_view name) { return name.starts_with('#'); }

}  // namespace

http::Admission Guests::admit(const RequestHead& head) {
    http::Admission admission;
    if (head.method == Method::get || head.method == Method::head) return admission;
    auto refusal = empty(405);
    refusal.with("Allow", "GET, HEAD");
    admission.refusal = finished(std::move(refusal));
    return admission;
}

std::optional<Response> Guests::answer_at_once(const RequestHead& /*head*/) {
    return std::nullopt;  // each looks at the disk
}

std::unique_ptr<http::BodySink> Guests::open_sink(const RequestHead& /*head*/, Response& refusal) {
    refusal = finished(empty(405));
    return nullptr;
}

Response Guests::answer(http::Request request) {
    const auto& head = request.head;
    const auto& path = head.path;
    const bool is_folder = path.size() == 1;
    if (path.empty() || path.size() > 2 || !share::is_shelf_name(path.front()))
        return finished(empty(404));
    if (is_folder && !head.ends_in_slash) {
        Response there = empty(308);  // a browser takes the fragment along
        there.with("Location", path.front() + "/");
        return finished(std::move(there));
    }
    return finished(answer_name(head, path.front(), is_folder ? std::string(kIndex) : path.back()));
}

Response Guests::answer_name(const RequestHead& head, const std::string& share,
                             const std::string& name) {
    switch (share::standing_of(*files_, shelf_, share, clock_->now())) {
        case Standing::none:
            return empty(404);
        case Standing::over:
            return closed(head, name);
        case Standing::open:
            break;
    }
    if (is_lost_fragment(name)) return file(head, share, std::string(kIndex), 404);
    if (name.starts_with('.') || !os::is_file_name(name) || type_of(name).empty())
        return empty(404);
    return file(head, share, name, 200);
}

/// Of the share nothing; to whoever stands before it in a browser the page that tells him so, which
/// is the same for all shares.
Response Guests::closed(const RequestHead& head, const std::string& name) const {
    const auto files = page_.of_folder();
    const bool is_page = name == kIndex || is_lost_fragment(name);
    const auto found = files.find(is_page ? std::string(kIndex) : name);
    if (found == files.end() || (is_page && !asks_for_a_page(head))) return empty(410);
    return page_file(head, found->first, found->second, is_page ? 410 : 200);
}

Response Guests::file(const RequestHead& head, const std::string& share, const std::string& name,
                      unsigned status) {
    const auto path = os::join_path(os::join_path(shelf_, share), name);
    if (!name.ends_with(".age")) {
        const auto bytes = os::read_file(*files_, path, kLargestPageFile);
        return bytes ? page_file(head, name, as_text(*bytes), status) : empty(404);
    }
    auto opened = files_->open(path);
    if (!opened) return empty(404);
    const auto info = (*opened)->info();
    if (!info) return empty(404);
    const auto size = info->size_bytes;
    Response response;
    response.with("Content-Type", std::string(type_of(name))).with("Accept-Ranges", "bytes");
    const auto range = http::take_range(
        response, head.header("if-range") ? "" : head.header("range").value_or(""), size);
    if (!range) {
        auto wrong = empty(416);
        wrong.with("Content-Range", http::unsatisfied_range(size));
        return wrong;
    }
    if (head.method == Method::head) {
        response.length = range->count;
        return response;
    }
    response.body = std::make_unique<FileBody>(*std::move(opened), *range, [this, share] {
        return share::standing_of(*files_, shelf_, share, clock_->now()) == Standing::open;
    });
    return response;
}

Response Guests::page_file(const RequestHead& head, const std::string& name, std::string_view text,
                           unsigned status) const {
    Response response;
    response.status = status;
    response.with("Content-Type", std::string(type_of(name)));
    response.body = std::string(text);
    if (!name.ends_with(".woff2")) compress(head, response);
    if (head.method == Method::head) {
        response.length = std::get<std::string>(response.body).size();
        response.body = std::string();
    }
    return response;
}

std::optional<HostPort> host_and_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    HostPort at;
    const auto [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), at.port);
    if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    at.host = host.empty() ? "0.0.0.0" : host == "localhost" ? "127.0.0.1" : std::string(host);
    return at;
}

Result<std::unique_ptr<GuestListener>> GuestListener::start(
    os::FileSystem& files, const WallClock& clock, const std::string& shelf, const HostPort& at,
    std::optional<http::Certificate> certificate) {
    auto listener = std::unique_ptr<GuestListener>(new GuestListener(files, clock, shelf));
    http::ServerOptions options;
    options.address = at.host;
    options.port = at.port;
    options.certificate = std::move(certificate);
    options.most_connections = kMostConnections;
    const bool secure = options.certificate.has_value();
    TRY_LET(listener->server_, http::Server::listen(options, listener->guests_));
    const auto host = at.host.contains(':') ? "[" + at.host + "]" : at.host;
    listener->url_ = (secure ? "https://" : "http://") + host + ":" +
                     std::to_string(listener->server_->port()) + "/";
    // Other programs on this computer print links with it.
    TRY(share::note_address(files, shelf, listener->url_));
    listener->thread_ = std::jthread(
        [server = listener->server_.get()](const std::stop_token& stop) { server->run(stop); });
    return listener;
}

GuestListener::~GuestListener() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    share::forget_address(*files_, shelf_);
}

}  // namespace keepsake::server
