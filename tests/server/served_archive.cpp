#include "server/served_archive.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/result.h"
#include "library/environment.h"
#include "media/kind.h"
#include "media/reader_pool.h"
#include "os/posix_file_system.h"
#include "server/serve.h"

namespace keepsake::server::testing {

Result<media::Answer> SeesPhotographs::look(media::Source& source,
                                            const media::Question& /*question*/,
                                            std::stop_token /*stop*/) {
    media::Answer answer;
    Bytes head(2);
    if (Bytes film(4);
        source.size_bytes() >= 4 && source.read_at(0, film) && as_text(film) == "RIFF") {
        answer.facts.kind = media::Kind::film;
        answer.facts.format = media::Format::avi;
        answer.outcome = media::Outcome::no_picture;
        return answer;
    }
    if (source.size_bytes() < 2 || !source.read_at(0, head) || head != Bytes{0xFF, 0xD8}) {
        answer.facts.kind = media::Kind::other;
        answer.outcome = media::Outcome::no_picture;
        return answer;
    }
    answer.facts.kind = media::Kind::photograph;
    answer.facts.format = media::Format::jpeg;
    answer.facts.width = 300;
    answer.facts.height = 200;
    answer.facts.camera.model = "Telling Camera";
    answer.preview = Bytes{0xFF, 0xD8, 'p', 'r', 'e', 'v', 'i', 'e', 'w'};
    answer.thumbnail = Bytes{0xFF, 0xD8, 't', 'h', 'u', 'm', 'b'};
    answer.outcome = media::Outcome::whole;
    return answer;
}

Result<media::PlayableAnswer> SeesPhotographs::make_playable(
    media::Source& source, const media::PlayableQuestion& /*question*/, media::PlayableSink& sink,
    const std::stop_token& stop) {
    media::PlayableAnswer answer;
    Bytes bytes(static_cast<std::size_t>(source.size_bytes()));
    TRY(source.read_at(0, bytes));
    if (as_text(bytes).contains("broken")) return answer;
    if (as_text(bytes).contains("long")) {
        while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return Error(ErrorCode::cancelled, "stopped");
    }
    answer.facts.kind = media::Kind::film;
    answer.facts.format = media::Format::mp4;
    sink.progress(0.5);
    TRY(sink.body(as_bytes(kPlayableBody)));
    answer.head.assign(kPlayableHead.begin(), kPlayableHead.end());
    answer.outcome = media::Outcome::whole;
    return answer;
}

void NarrowDisk::leave(const std::string& folder, std::optional<std::uint64_t> bytes) {
    const std::lock_guard guard(mutex_);
    if (bytes)
        free_[folder] = *bytes;
    else
        free_.erase(folder);
}

Result<std::uint64_t> NarrowDisk::free_bytes(const std::string& path) {
    const std::lock_guard guard(mutex_);
    for (const auto& [folder, bytes] : free_)
        if (path.starts_with(folder)) return bytes;
    return os::PosixFileSystem::free_bytes(path);
}

std::string photograph(int number) {
    return "\xFF\xD8 a photograph, number " + std::to_string(number);
}

std::string base64(const std::string& text) { return to_base64(as_bytes(text), Padding::with); }

ServedArchive::ServedArchive(std::string before, bool behind_proxy, std::vector<std::string> hosts,
                             std::function<void(ServeOptions&)> more)
    : prefix(std::move(before)),
      archive_(scratch_.path() + "/archive"),
      behind_proxy_(behind_proxy),
      hosts_(std::move(hosts)),
      more_(std::move(more)) {
    environment_ = std::make_unique<library::Environment>(
        library::Environment{.files = files_,
                             .random = random_,
                             .clock = clock_,
                             .state_folder = scratch_.path() + "/state",
                             .stop = {},
                             .threads = 2,
                             .looker = &looker_});
    begin();
}

ServedArchive::~ServedArchive() { end(); }

void ServedArchive::begin() {
    std::mutex mutex;
    std::condition_variable wake;
    bool ready = false;
    stop_ = std::stop_source();
    thread_ = std::thread([&] {
        ServeOptions options;
        options.archive_path = archive_;
        options.port = 0;
        options.prefix = prefix;
        options.behind_proxy = behind_proxy_;
        options.hosts = hosts_;
        options.log_file = log_file();
        if (more_) more_(options);
        const auto served = serve(
            *environment_, options,
            [&](const std::string& url, const std::string& /*guests*/) {
                const std::lock_guard guard(mutex);
                const auto colon = url.rfind(':');
                port_ = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
                ready = true;
                wake.notify_all();
            },
            stop_.get_token());
        if (!served) {  // then nobody was told that it is ready
            ADD_FAILURE() << served.error().message();
            std::abort();
        }
    });
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return ready; });
}

void ServedArchive::end() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void ServedArchive::restart() {
    end();
    begin();
}

namespace {

/// Whether a whole answer stands there: a head, and as much body as it tells of.
bool is_whole(const std::string& bytes, bool head_only) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (bytes.starts_with("HTTP/1.1 100")) return is_whole(bytes.substr(end + 4), head_only);
    const auto length = bytes.find("Content-Length: ");
    if (head_only || length == std::string::npos || length > end)
        return bytes.find("text/event-stream") == std::string::npos;
    return bytes.size() >= end + 4 + std::stoul(bytes.substr(length + 16));
}

}  // namespace

std::string ServedArchive::raw(const std::string& bytes) const { return exchange(bytes, true); }

std::string ServedArchive::raw_in_two(const std::string& first,
                                      const std::function<void()>& between,
                                      const std::string& rest) const {
    return exchange(first, true, between, rest);
}

void ServedArchive::send_and_break(const std::string& bytes) const { exchange(bytes, false); }

int ServedArchive::connected() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        const timeval patience{20, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        return socket;
    }
    ::close(socket);
    return -1;
}

std::string ServedArchive::exchange(const std::string& bytes, bool wait,
                                    const std::function<void()>& between,
                                    const std::string& rest) const {
    const int socket = connected();
    std::string got;
    if (socket >= 0) {
        const auto send_all = [&](const std::string& all) {
            std::size_t sent = 0;
            while (sent < all.size()) {
                const auto now = ::send(socket, all.data() + sent, all.size() - sent, MSG_NOSIGNAL);
                if (now <= 0) break;
                sent += static_cast<std::size_t>(now);
            }
        };
        send_all(bytes);
        if (between) {
            between();
            send_all(rest);
        }
        std::array<char, 65536> piece{};
        const bool head_only = bytes.starts_with("HEAD ");
        while (wait && !is_whole(got, head_only)) {
            const auto now = ::recv(socket, piece.data(), piece.size(), 0);
            if (now <= 0) break;
            got.append(piece.data(), static_cast<std::size_t>(now));
        }
        ::close(socket);
    }
    return got;
}

Reply ServedArchive::ask(const std::string& method, const std::string& target,
                         const std::string& body,
                         std::vector<std::pair<std::string, std::string>> headers) const {
    std::string text = method + " " + prefix + target + " HTTP/1.1\r\nHost: " + host() + "\r\n";
    if (!cookie.empty()) text += "Cookie: " + cookie + "\r\n";
    const bool typed =
        std::ranges::any_of(headers, [](const auto& h) { return h.first == "Content-Type"; });
    if (!body.empty() && !typed) headers.emplace_back("Content-Type", "application/json");
    for (const auto& [name, value] : headers)
        text.append(name).append(": ").append(value).append("\r\n");
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    const auto got = raw(text + "\r\n" + body);
    Reply reply;
    const auto end = got.find("\r\n\r\n");
    if (end == std::string::npos) return reply;
    reply.status = std::stoi(got.substr(9, 3));
    reply.body = got.substr(end + 4);
    std::size_t line = got.find("\r\n") + 2;
    while (line < end) {
        const auto next = got.find("\r\n", line);
        const auto colon = got.find(": ", line);
        auto name = got.substr(line, colon - line);
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        reply.headers[name] = got.substr(colon + 2, next - colon - 2);
        line = next + 2;
    }
    return reply;
}

void ServedArchive::make_archive() {
    const auto made = ask("POST", "/api/v1/archive", R"({"passphrase":"correct horse"})");
    ASSERT_EQ(made.status, 201) << made.body;
    const auto set = made.headers.at("set-cookie");
    cookie = set.substr(0, set.find(';'));
}

void ServedArchive::unlock() {
    const auto opened = ask("POST", "/api/v1/session", R"({"passphrase":"correct horse"})");
    ASSERT_EQ(opened.status, 200) << opened.body;
    const auto set = opened.headers.at("set-cookie");
    cookie = set.substr(0, set.find(';'));
}

std::string ServedArchive::begin_keep() {
    return ask("POST", "/api/v1/keeps", "{}").json().value("id", "");
}

std::string ServedArchive::send(const std::string& keep, const std::string& path,
                                const std::string& bytes) {
    const auto created =
        ask("POST", "/api/v1/uploads", "",
            {{"Tus-Resumable", "1.0.0"},
             {"Upload-Length", std::to_string(bytes.size())},
             {"Upload-Metadata", "keep " + base64(keep) + ",filename " + base64(path)}});
    if (created.status != 201) return {};
    auto location = created.headers.at("location").substr(prefix.size());
    const auto sent = ask("PATCH", location, bytes,
                          {{"Tus-Resumable", "1.0.0"},
                           {"Upload-Offset", "0"},
                           {"Content-Type", "application/offset+octet-stream"}});
    EXPECT_EQ(sent.status, 204) << sent.body;
    return location;
}

nlohmann::json ServedArchive::wait_kept(const std::string& keep) {
    constexpr int kRounds = 600;
    nlohmann::json report;
    for (int i = 0; i < kRounds; ++i) {
        report = ask("GET", "/api/v1/keeps/" + keep).json();
        if (report.value("arriving", 1) == 0 && report.value("waiting", 1) == 0) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return report;
}

}  // namespace keepsake::server::testing
