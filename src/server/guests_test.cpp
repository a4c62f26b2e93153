#include "server/guests.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "http/message.h"
#include "os/posix_file_system.h"
#include "share/shelf.h"
#include "support/family.h"
#include "support/scratch_directory.h"

namespace keepsake::server {
namespace {

using http::Method;

const std::string kShare = "0123456789abcdef0123456789abcdef";
const std::string kFile = "fedcba9876543210fedcba9876543210.age";

struct Answered {
    unsigned status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
    std::optional<std::uint64_t> length;
    std::unique_ptr<http::BodySource> source;
};

class GuestsTest : public ::testing::Test {
  protected:
    GuestsTest() : shelf(scratch / "shares"), guests(files, clock, shelf) {
        put(kShare + "/index.html", "<!doctype html>a page that is the same for everybody");
        put(kShare + "/guest.0a.js", "'use strict';");
        put(kShare + "/manifest.age", "sealed");
        put(kShare + "/" + kFile, std::string(300'000, 'x'));
        put("secret.age", "of another");
        put(kShare + "/.hidden.age", "hidden");
        put(kShare + "/notes.txt", "no file of a share");
        EXPECT_TRUE(share::note_until(files, shelf, kShare, std::nullopt));
    }
    void put(const std::string& name, const std::string& text) {
        keepsake::testing::write_text(shelf + "/" + name, text);
    }
    Answered ask(std::vector<std::string> path, bool ends_in_slash = false,
                 std::vector<std::pair<std::string, std::string>> headers = {},
                 Method method = Method::get) {
        http::Request request;
        request.head.method = method;
        request.head.path = std::move(path);
        request.head.ends_in_slash = ends_in_slash;
        request.head.headers = std::move(headers);
        auto response = guests.answer(std::move(request));
        Answered answered;
        answered.status = response.status;
        for (const auto& [name, value] : response.headers) answered.headers[name] = value;
        answered.length = response.length;
        if (auto* text = std::get_if<std::string>(&response.body)) answered.body = *text;
        if (auto* source = std::get_if<std::unique_ptr<http::BodySource>>(&response.body))
            answered.source = std::move(*source);
        return answered;
    }
    Answered file(std::vector<std::pair<std::string, std::string>> headers = {}) {
        return ask({kShare, kFile}, false, std::move(headers));
    }

    keepsake::testing::ScratchDirectory scratch;
    os::PosixFileSystem files;
    keepsake::testing::SetClock clock;
    std::string shelf;
    Guests guests;
};

TEST_F(GuestsTest, AShareIsServedByItsFiles) {
    EXPECT_TRUE(ask({kShare}, true).body.contains("the same for everybody"));
    EXPECT_EQ(ask({kShare, "guest.0a.js"}).headers["Content-Type"],
              "text/javascript; charset=utf-8");
    const auto sealed = ask({kShare, "manifest.age"});
    EXPECT_EQ(sealed.status, 200U);
    EXPECT_EQ(sealed.source->size_bytes(), 6U);
    // Without the slash its files would be looked for elsewhere; a browser takes the fragment
    // along.
    const auto there = ask({kShare});
    EXPECT_EQ(there.status, 308U);
    EXPECT_EQ(there.headers.at("Location"), kShare + "/");
}

TEST_F(GuestsTest, Rule18NothingIsIndexedCachedOrSentOn) {
    for (auto& answered :
         {ask({kShare}, true), file(), ask({"nothing"}), ask({kShare, "none.age"})}) {
        auto headers = answered.headers;
        EXPECT_EQ(headers["Cache-Control"], "no-store");
        EXPECT_EQ(headers["Referrer-Policy"], "no-referrer");
        EXPECT_TRUE(headers["X-Robots-Tag"].contains("noindex"));
        EXPECT_EQ(headers["X-Content-Type-Options"], "nosniff");
        EXPECT_TRUE(headers["Content-Security-Policy"].contains("frame-ancestors 'none'"));
        EXPECT_FALSE(headers.contains("Set-Cookie") || headers.contains("ETag") ||
                     headers.contains("Last-Modified"));
    }
}

TEST_F(GuestsTest, NothingElseIsReached) {
    const std::vector<std::vector<std::string>> paths{
        {},
        {"shares"},
        {"secret.age"},
        {kShare + ".until"},
        {"address"},
        {kShare, "none.age"},
        {kShare, ".hidden.age"},
        {kShare, "notes.txt"},
        {kShare, "../secret.age"},
        {kShare, kFile, "more"},
        {kShare, std::string("manifest.age\0", 13)},
        {"0123456789ABCDEF0123456789ABCDEF", "manifest.age"},
        {"11111111111111111111111111111111"},
    };
    for (const auto& path : paths) {
        const auto answered = ask(path, path.size() == 1);
        EXPECT_EQ(answered.status, 404U) << (path.empty() ? "/" : path.back());
        EXPECT_TRUE(answered.body.empty());
    }
    std::filesystem::create_symlink(scratch / "shares/secret.age",
                                    shelf + "/" + kShare + "/link.age");
    EXPECT_EQ(ask({kShare, "link.age"}).status, 404U);
    for (const Method method : {Method::post, Method::put, Method::del, Method::options}) {
        http::RequestHead head;
        head.method = method;
        const auto admission = guests.admit(head);
        ASSERT_TRUE(admission.refusal);
        EXPECT_EQ(admission.refusal->status, 405U);
    }
}

TEST_F(GuestsTest, PartsOfAFileAreSent) {
    const auto part = file({{"range", "bytes=100000-100009"}});
    EXPECT_EQ(part.status, 206U);
    EXPECT_EQ(part.headers.at("Content-Range"), "bytes 100000-100009/300000");
    EXPECT_EQ(part.source->size_bytes(), 10U);
    const auto beyond = file({{"range", "bytes=300000-"}});
    EXPECT_EQ(beyond.status, 416U);
    EXPECT_EQ(beyond.headers.at("Content-Range"), "bytes */300000");
    const auto head = ask({kShare, kFile}, false, {}, Method::head);
    EXPECT_EQ(head.length, 300'000U);
    EXPECT_FALSE(head.source);
}

TEST_F(GuestsTest, Rule19AGetNeverUsesALinkUp) {
    const auto before = keepsake::testing::tree_of(shelf);
    for (const std::string_view bot :
         {"WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)",
          "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; Discordbot/2.0)",
          "SkypeUriPreview Preview/0.5", "Signal/6"}) {
        const auto answered = ask({kShare}, true, {{"user-agent", std::string(bot)}});
        EXPECT_EQ(answered.status, 200U);
        EXPECT_FALSE(answered.body.contains("og:"));
    }
    EXPECT_EQ(keepsake::testing::tree_of(shelf), before);
}

TEST_F(GuestsTest, Rule20ALostFragmentIsAnsweredByThePageAlone) {
    const auto answered = ask({kShare, "#AGE-SECRET-KEY-1QQQ"});
    EXPECT_EQ(answered.status, 404U);
    EXPECT_TRUE(answered.body.contains("the same for everybody"));
}

TEST_F(GuestsTest, Rule22AnEndedLinkReturnsNoBytes) {
    auto under_way = file();
    Bytes bytes(1'000);
    EXPECT_TRUE(under_way.source->read(bytes));
    ASSERT_TRUE(share::end_on_shelf(files, shelf, kShare));
    EXPECT_FALSE(std::filesystem::exists(shelf + "/" + kShare));
    for (const auto& path : std::vector<std::vector<std::string>>{
             {kShare}, {kShare, "manifest.age"}, {kShare, kFile}, {kShare, "index.html"}}) {
        const auto answered = ask(path, path.size() == 1);
        EXPECT_EQ(answered.status, 410U);
        EXPECT_TRUE(answered.body.empty() && !answered.source);
    }
    // What is under way ends within 5 s.
    const auto begin = std::chrono::steady_clock::now();
    bool ended = false;
    while (!ended && std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ended = !under_way.source->read(bytes);
    }
    EXPECT_TRUE(ended);
}

TEST_F(GuestsTest, AfterItsDayItIsClosed) {
    ASSERT_TRUE(share::note_until(files, shelf, kShare, "2026-11-24"));
    clock.set("2026-11-24T23:59:59Z");
    EXPECT_EQ(file().status, 200U);
    clock.set("2026-11-25T00:00:00Z");
    EXPECT_EQ(file().status, 410U);
    share::sweep_shelf(files, shelf, clock.now());
    EXPECT_FALSE(std::filesystem::exists(shelf + "/" + kShare));
    EXPECT_EQ(file().status, 410U);
}

TEST_F(GuestsTest, WhatCannotBeUnderstoodIsNotServed) {
    for (const char* note : {"", "x", "2026-13-40\n", "open", "ended"}) {
        put(kShare + ".until", note);
        EXPECT_EQ(file().status, 410U) << note;
    }
    std::filesystem::remove(shelf + "/" + kShare + ".until");
    EXPECT_EQ(file().status, 404U);
}

TEST(HostPorts, AreRead) {
    EXPECT_EQ(host_and_port("0.0.0.0:8421")->port, 8421);
    EXPECT_EQ(host_and_port("[::1]:80")->host, "::1");
    EXPECT_EQ(host_and_port(":80")->host, "0.0.0.0");
    EXPECT_EQ(host_and_port("localhost:0")->host, "127.0.0.1");
    for (const char* none : {"", "80", "a:", "a:b", "a:65536", "a:-1", "a:1x"})
        EXPECT_FALSE(host_and_port(none)) << none;
}

}  // namespace
}  // namespace keepsake::server
