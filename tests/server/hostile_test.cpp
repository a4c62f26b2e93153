// What somebody sends to do harm, or by mistake: a clear answer, and nothing lost.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/served_archive.h"

namespace keepsake::server::testing {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

int status_of(const std::string& reply) {
    return reply.size() < 12 || !reply.starts_with("HTTP/1.1 ") ? 0 : std::stoi(reply.substr(9, 3));
}

TEST(Hostile, RequestsThatCanBeReadInTwoWaysAreRefused) {
    const ServedArchive archive;
    const auto host = "Host: " + archive.host() + "\r\n";
    const auto post = "POST /api/v1/session HTTP/1.1\r\n" + host;
    const std::vector<std::string> requests{
        post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        post + "Content-Length: +2\r\n\r\n{}",
        post + "Content-Length: 2, 2\r\n\r\n{}",
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Content-Length : 2\r\n\r\n{}",
        "GET / HTTP/1.1\r\n" + host + host + "\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  / HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/9.9\r\n" + host + "\r\n",
        "\x16\x03\x01\x02 TLS at a plain port\r\n\r\n",
    };
    for (const auto& request : requests) {
        const auto reply = archive.raw(request);
        EXPECT_EQ(status_of(reply), 400) << request << "\n->\n" << reply;
        EXPECT_NE(reply.find("Connection: close"), std::string::npos) << request;
    }
    EXPECT_EQ(archive.ask("GET", "/").status, 200);
}

TEST(Hostile, WhatIsTooLargeIsRefused) {
    const ServedArchive archive;
    const auto host = "Host: " + archive.host() + "\r\n";
    EXPECT_EQ(status_of(archive.raw("GET / HTTP/1.1\r\n" + host + "A: " + std::string(20'000, 'a') +
                                    "\r\n\r\n")),
              431);
    std::string many;
    for (int i = 0; i < 200; ++i) many += "A" + std::to_string(i) + ": b\r\n";
    EXPECT_EQ(status_of(archive.raw("GET / HTTP/1.1\r\n" + host + many + "\r\n")), 431);
    EXPECT_EQ(status_of(archive.raw("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n" + host +
                                    "\r\n")),
              431);
    EXPECT_EQ(status_of(archive.raw("POST /api/v1/session HTTP/1.1\r\n" + host +
                                    "Content-Length: 99999999999\r\n\r\n")),
              413);
    EXPECT_EQ(status_of(archive.raw("POST /api/v1/session HTTP/1.1\r\n" + host +
                                    "Transfer-Encoding: chunked\r\n\r\n200000\r\n" +
                                    std::string(0x200000, 'a') + "\r\n0\r\n\r\n")),
              413);
    EXPECT_EQ(archive.ask("POST", "/api/v1/session", std::string(100'000, '[')).status, 400);
    EXPECT_EQ(archive.ask("GET", "/").status, 200);
}

TEST(Hostile, PathsLeadNowhereElse) {
    const ServedArchive archive;
    for (const char* path : {"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/etc/passwd",
                             "/assets/../index.html", "/%00", "/a%0d%0ab", "/%zz", "/%c0%ae", "/.",
                             "/\\..\\x", "/api/v1/../v1/state"})
        EXPECT_EQ(archive.ask("GET", path).status, 400) << path;
    for (const char* path :
         {"/nothing", "/etc/passwd", "/api/v1", "/api/v1/nothing", "/api/v2/state"})
        EXPECT_EQ(archive.ask("GET", path).status, 404) << path;
    EXPECT_EQ(archive.ask("POST", "/").status, 405);
    EXPECT_EQ(archive.ask("DELETE", "/api/v1/state").status, 405);
    EXPECT_EQ(archive.ask("TRACE", "/").status, 405);
}

TEST(Hostile, PagesOfOthersMayNotAsk) {
    ServedArchive archive;
    const auto asked_of = [&](const std::string& host, const std::string& more) {
        return status_of(
            archive.raw("GET /api/v1/state HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n"));
    };
    const auto port = ":" + std::to_string(archive.port());
    EXPECT_EQ(asked_of("localhost" + port, ""), 200);
    EXPECT_EQ(asked_of("LOCALHOST" + port, ""), 200);
    // A name of somebody else's that was made to mean this computer.
    EXPECT_EQ(asked_of("evil.example" + port, ""), 403);
    EXPECT_EQ(asked_of("127.0.0.1.evil.example" + port, ""), 403);
    EXPECT_EQ(asked_of("127.0.0.1", ""), 403);
    EXPECT_EQ(status_of(archive.raw("GET /api/v1/state HTTP/1.1\r\n\r\n")), 403);
    EXPECT_EQ(status_of(archive.raw("GET / HTTP/1.0\r\n\r\n")), 403);
    EXPECT_EQ(asked_of(archive.host(), "Origin: http://evil.example\r\n"), 403);
    EXPECT_EQ(asked_of(archive.host(), "Origin: null\r\n"), 403);
    EXPECT_EQ(asked_of(archive.host(), "Origin: http://" + archive.host() + "\r\n"), 200);
    EXPECT_EQ(asked_of(archive.host(), "Sec-Fetch-Site: cross-site\r\n"), 403);
    EXPECT_EQ(asked_of(archive.host(), "Sec-Fetch-Site: same-site\r\n"), 403);
    // Another port of this computer is elsewhere, too.
    EXPECT_EQ(archive
                  .ask("POST", "/api/v1/archive", R"({"passphrase":"x"})",
                       {{"Origin", "http://127.0.0.1:1"}})
                  .status,
              403);
    EXPECT_EQ(archive
                  .ask("POST", "/api/v1/session", "passphrase=x",
                       {{"Content-Type", "application/x-www-form-urlencoded"}})
                  .status,
              400);
    EXPECT_FALSE(std::filesystem::exists(archive.folder()));
}

TEST(Hostile, BehindAProxyAnArchiveIsMadeByNameAlone) {
    const std::string make = R"({"passphrase":"correct horse"})";
    const auto asked_as = [](const ServedArchive& archive, const std::string& host) {
        return archive.raw("GET /api/v1/state HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    };
    const ServedArchive any("", true);
    EXPECT_EQ(any.ask("POST", "/api/v1/archive", make).status, 403);
    EXPECT_FALSE(std::filesystem::exists(any.folder()));
    const auto state = asked_as(any, "evil.example");
    EXPECT_EQ(status_of(state), 200);
    EXPECT_EQ(state.find("folder"), std::string::npos) << "whoever asks is told no path: " << state;

    const ServedArchive named("", true, {"Photos.example", "other.example:8443"});
    for (const char* host : {"photos.example", "PHOTOS.example:8443", "other.example:8443"})
        EXPECT_EQ(status_of(asked_as(named, host)), 200) << host;
    for (const char* host : {"evil.example", "photos.example.evil", "photos.example:x",
                             "xphotos.example", "other.example", ":1"})
        EXPECT_EQ(status_of(asked_as(named, host)), 403) << host;
    EXPECT_EQ(named.ask("POST", "/api/v1/archive", make).status, 201);
}

TEST(Hostile, NoSessionSeesNothing) {
    ServedArchive archive;
    archive.make_archive();
    const auto mine = std::exchange(archive.cookie, "");
    for (const char* path : {"/api/v1/timeline", "/api/v1/items/0123456789abcdef/thumbnail?v=1",
                             "/api/v1/events", "/api/v1/care", "/api/v1/people"})
        EXPECT_EQ(archive.ask("GET", path).status, 401) << path;
    EXPECT_EQ(archive.ask("POST", "/api/v1/keeps", "{}").status, 401);
    EXPECT_EQ(archive.ask("POST", "/api/v1/archive", R"({"passphrase":"mine now"})").status, 409);
    for (const auto* word : {"keepsake=", "keepsake=0", "keepsake=../../x", "other=1"}) {
        archive.cookie = word;
        EXPECT_EQ(archive.ask("GET", "/api/v1/timeline").status, 401) << word;
    }
    archive.cookie = mine;
    EXPECT_EQ(archive.ask("GET", "/api/v1/timeline").status, 200);
    // What was locked stays locked, also for a cookie that was good.
    EXPECT_EQ(archive.ask("DELETE", "/api/v1/session").status, 204);
    EXPECT_EQ(archive.ask("GET", "/api/v1/timeline").status, 401);
    archive.cookie.clear();
    // Guessing gets slow.
    bool slowed = false;
    for (int i = 0; i < 6 && !slowed; ++i) {
        const auto tried = archive.ask("POST", "/api/v1/session", R"({"passphrase":"guess"})");
        slowed = tried.status == 429 && tried.headers.contains("retry-after");
    }
    EXPECT_TRUE(slowed);
}

void cover_and_look(ServedArchive& archive, const std::string& item) {
    const auto of = "/api/v1/items/" + item;
    ASSERT_EQ(archive.ask("PUT", of + "/cover", R"({"line":"Our son."})").status, 204);
    for (const char* what :
         {"/thumbnail", "/preview", "/thumbnail?v=0", "/files/0", "/pages/1", "/film"})
        EXPECT_EQ(archive.ask("GET", of + what).status, 403) << what;
    for (const auto& path :
         {std::string("/api/v1/timeline/items"), of, "/api/v1/items?ids=" + item,
          std::string("/api/v1/find?words=our"), std::string("/api/v1/let-go")}) {
        const auto body = archive.ask("GET", path).body;
        for (const char* told : {"secret-name", "The light", "Telling Camera", "\"v\"", "1987"})
            EXPECT_EQ(body.find(told), std::string::npos)
                << path << " tells " << told << ": " << body;
    }
    for (const char* words : {"secret-name", "light", "Telling", "photographs", "1987"})
        EXPECT_EQ(
            archive.ask("GET", std::string("/api/v1/find?words=") + words).json().value("total", 1),
            0)
            << words;
    const auto by_line = archive.ask("GET", "/api/v1/find?words=our+son").json();
    ASSERT_EQ(by_line.value("total", 0), 1) << "it is found by its cover line";
    EXPECT_EQ(by_line["items"][0].value("id", ""), item);
    EXPECT_EQ(archive.ask("GET", "/api/v1/find?words=our+light").json().value("total", 1), 0);
    EXPECT_EQ(archive.ask("PATCH", of, R"({"caption":"x"})").status, 403);
    const auto look = archive.ask("POST", of + "/look", "{}").json().value("look", "");
    const auto seen = archive.ask("GET", of + "/thumbnail?look=" + look);
    EXPECT_EQ(seen.status, 200);
    EXPECT_EQ(seen.headers.at("cache-control"), "no-store");
    EXPECT_EQ(archive.ask("GET", of + "/thumbnail").status, 403)
        << "a page loaded anew has no look";
    EXPECT_EQ(archive.ask("DELETE", "/api/v1/looks/" + look).status, 204);
    EXPECT_EQ(archive.ask("GET", of + "/thumbnail?look=" + look).status, 403);
}

TEST(Rule2, OfWhatIsCoveredNothingLeavesBeforeTheLook) {
    ServedArchive archive;
    archive.make_archive();
    const auto keep = archive.begin_keep();
    archive.send(keep, "secret-name.jpg", photograph(1));
    const auto report = archive.wait_kept(keep);
    const std::string item = report["files"][0].value("item", "");
    ASSERT_EQ(item.size(), 16U) << report;
    const auto of = "/api/v1/items/" + item;
    for (int i = 0; i < 200 && archive.ask("GET", of).json().value("kind", "") != "photograph"; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    archive.ask("POST", "/api/v1/just-kept/place", "{}");
    ASSERT_EQ(archive.ask("PATCH", of, R"({"caption":"The light.","date":{"from":"1987"}})").status,
              200);
    const auto mark = archive.ask("GET", of).json().value("v", "");
    const auto shown = archive.ask("GET", of + "/thumbnail?v=" + mark);
    EXPECT_EQ(shown.status, 200);
    EXPECT_NE(shown.headers.at("cache-control").find("immutable"), std::string::npos);
    cover_and_look(archive, item);
    EXPECT_EQ(archive.ask("GET", of + "/thumbnail?v=" + mark).status, 403) << "also from memory";
}

/// Keeps a photograph and places it; gives its id.
std::string keep_photograph(ServedArchive& archive, int number) {
    const auto keep = archive.begin_keep();
    archive.send(keep, std::to_string(number) + ".jpg", photograph(number));
    std::string item = archive.wait_kept(keep)["files"][0].value("item", "");
    archive.ask("POST", "/api/v1/just-kept/place", "{}");
    return item;
}

std::string moment_with(ServedArchive& archive, const std::string& item) {
    const auto made =
        archive.ask("POST", "/api/v1/moments", R"({"name":"Emil","items":[")" + item + "\"]}");
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string moment = made.json().value("id", "");
    EXPECT_EQ(
        archive.ask("PUT", "/api/v1/moments/" + moment + "/cover", R"({"line":"Our son."})").status,
        204);
    return moment;
}

TEST(Rule2, WhatIsLetGoStaysCoveredByItsMoment) {
    ServedArchive archive;
    archive.make_archive();
    const auto item = keep_photograph(archive, 1);
    const auto of = "/api/v1/items/" + item;
    const auto moment = moment_with(archive, item);
    ASSERT_EQ(archive.ask("GET", of + "/files/0").status, 403);
    ASSERT_EQ(archive.ask("POST", "/api/v1/let-go", R"({"items":[")" + item + "\"]}").status, 204);
    EXPECT_EQ(archive.ask("GET", of + "/files/0").status, 403);
    EXPECT_EQ(archive.ask("GET", of).json()["covered"].value("moment", ""), moment);
    EXPECT_EQ(archive.ask("GET", "/api/v1/let-go").body.find("1.jpg"), std::string::npos);
}

TEST(Rule2, ACoveredMomentIsNotTakenApartBeforeTheLook) {
    ServedArchive archive;
    archive.make_archive();
    const auto item = keep_photograph(archive, 1);
    const auto of = "/api/v1/moments/" + moment_with(archive, item);
    const auto out = R"({"remove":[")" + item + "\"]}";
    EXPECT_EQ(archive.ask("DELETE", of).status, 403);
    EXPECT_EQ(archive.ask("POST", of + "/items", out).status, 403);
    EXPECT_EQ(archive.ask("GET", "/api/v1/items/" + item + "/files/0").status, 403);
    EXPECT_EQ(archive.ask("POST", of + "/items", R"({"add":[")" + item + "\"]}").status, 204);
    const auto look = archive.ask("POST", of + "/look", "{}").json().value("look", "");
    EXPECT_EQ(archive.ask("POST", of + "/items?look=" + look, out).status, 204);
    EXPECT_EQ(archive.ask("DELETE", of + "?look=" + look).status, 204);
}

/// Waits until it was looked at, too: that comes after keeping.
std::string keep_film(ServedArchive& archive, const std::string& bytes) {
    constexpr int kTries = 600;
    const auto keep = archive.begin_keep();
    archive.send(keep, "film.avi", bytes);
    const std::string item = archive.wait_kept(keep)["files"][0].value("item", "");
    for (int i = 0; i < kTries; ++i) {
        if (archive.ask("GET", "/api/v1/items/" + item).body.contains(R"("kind":"film")")) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return item;
}

/// Asks until it is no longer being made.
Reply film_of(const ServedArchive& archive, const std::string& item, const Headers& headers = {}) {
    constexpr int kTries = 600;
    Reply reply;
    for (int i = 0; i < kTries; ++i) {
        reply = archive.ask("GET", "/api/v1/items/" + item + "/film", "", headers);
        if (reply.status != 202) break;
        EXPECT_GE(reply.json().value("done", -1.0), 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return reply;
}

TEST(Films, AreMadeWhenSomebodyWantsToPlayThem) {
    ServedArchive archive;
    archive.make_archive();
    const auto item = keep_film(archive, "RIFF a film");
    const auto whole = film_of(archive, item);
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.headers.at("content-type"), "video/mp4");
    EXPECT_TRUE(whole.body == kPlayableHead + kPlayableBody);
    const auto part = film_of(archive, item, {{"Range", "bytes=4-15"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, (kPlayableHead + kPlayableBody).substr(4, 12));
    EXPECT_EQ(film_of(archive, item, {{"Range", "bytes=999999-"}}).status, 416);
    const auto broken = keep_film(archive, "RIFF a broken film");
    EXPECT_EQ(film_of(archive, broken).status, 501);
    // It is tried again when it is asked for again.
    EXPECT_EQ(archive.ask("GET", "/api/v1/items/" + broken + "/film").status, 202);
    const auto of = "/api/v1/items/" + item;
    ASSERT_EQ(archive.ask("PUT", of + "/cover", R"({"line":"Our son."})").status, 204);
    EXPECT_EQ(film_of(archive, item).status, 403);
    const auto picture = keep_photograph(archive, 1);
    EXPECT_EQ(film_of(archive, picture).status, 404);
}

TEST(Stopping, EndsAConnectionWhoseClientDoesNotRead) {
    ServedArchive archive;
    archive.make_archive();
    const auto keep = archive.begin_keep();
    archive.send(keep, "large.bin", std::string(64UL << 20U, 'x'));
    const std::string item = archive.wait_kept(keep)["files"][0].value("item", "");
    const int socket = archive.connected();
    const auto request = "GET /api/v1/items/" + item +
                         "/files/0 HTTP/1.1\r\nHost: " + archive.host() +
                         "\r\nCookie: " + archive.cookie + "\r\n\r\n";
    ASSERT_EQ(::send(socket, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    char first = 0;
    ASSERT_EQ(::recv(socket, &first, 1, 0), 1) << "it is being answered";
    archive.restart();
    EXPECT_EQ(archive.ask("GET", "/api/v1/state").json().value("state", ""), "locked");
    ::close(socket);
}

TEST(Pages, AreBelowThePrefixWithItsSlash) {
    const ServedArchive archive("/photos");
    const auto moved = archive.ask("GET", "");
    EXPECT_EQ(moved.status, 308);
    EXPECT_EQ(moved.headers.at("location"), "/photos/");
    EXPECT_EQ(archive.ask("GET", "/").status, 200);
}

}  // namespace
}  // namespace keepsake::server::testing
