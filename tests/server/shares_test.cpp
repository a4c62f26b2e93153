// What is shown to others, over the API: made, stopped, listed, dated, ended; and whoever asks for
// what they should not.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/secret.h"
#include "library/library.h"
#include "os/posix_file_system.h"
#include "server/house.h"
#include "server/serve.h"
#include "server/served_archive.h"
#include "share/end.h"
#include "share/guest_page.h"

namespace keepsake::server::testing {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Two photographs, placed; a moment "Emil" that holds both; a folder that the command line named.
class Shares : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!share::GuestPage().is_there()) GTEST_SKIP() << "built without the guest page";
        fs::create_directories(public_folder());
        archive.make_archive();
        const auto keep = archive.begin_keep();
        archive.send(keep, "house.jpg", photograph(1));
        archive.send(keep, "hands.jpg", photograph(2));
        const auto report = archive.wait_kept(keep);
        for (const auto& file : report["files"]) items.push_back(file.value("item", ""));
        wait_read();
        ask("POST", "/just-kept/place", "{}");
        moment = ask("POST", "/moments", R"({"name":"Emil","items":[)" + list() + "]}")
                     .json()
                     .value("id", "");
    }
    Reply ask(const std::string& method, const std::string& path,
              const std::string& body = "") const {
        return archive.ask(method, "/api/v1" + path, body);
    }
    void wait_read() const {
        for (const auto& id : items)
            for (int i = 0; i < 400; ++i) {
                if (ask("GET", "/items/" + id).json().value("kind", "unread") != "unread") break;
                std::this_thread::sleep_for(std::chrono::milliseconds(25));
            }
    }
    std::string list() const { return "\"" + items.at(0) + "\",\"" + items.at(1) + "\""; }
    std::string public_folder() const { return scratch.path() + "/public"; }
    std::string waiting_folder() const { return archive.state_folder() + "/showing"; }
    static std::size_t count_in(const std::string& folder) {
        if (!fs::exists(folder)) return 0;
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
    }
    /// Pages and files that wait.
    std::size_t waiting() const {
        if (!fs::exists(waiting_folder())) return 0;
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(waiting_folder()))
            if (entry.is_regular_file() && entry.path().filename() != "lock") ++count;
        return count;
    }
    Json settled(const std::string& id) const {
        Json state;
        for (int i = 0; i < 2'000; ++i) {
            state = ask("GET", "/showing/" + id).json();
            if (state.value("state", "") != "making") break;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return state;
    }
    Json made(const std::string& how) const {
        const auto begun = ask("POST", "/showing", R"({"to":"Ana",)" + how + "}");
        EXPECT_EQ(begun.status, 202) << begun.body;
        const auto state = settled(begun.json().value("id", ""));
        EXPECT_EQ(state.value("state", ""), "made") << state;
        return state;
    }
    std::string of_moment() const { return R"("moment":")" + moment + "\""; }
    Json shares() const { return ask("GET", "/shares").json()["shares"]; }

    keepsake::testing::ScratchDirectory scratch;
    ServedArchive archive{"", false, {}, [this](ServeOptions& options) {
                              options.guests = "127.0.0.1:0";
                              options.shares_folder = public_folder();
                              options.shares_url = "https://family.example/s";
                              fs::create_directories(public_folder());
                          }};
    std::vector<std::string> items;
    std::string moment;
};

TEST_F(Shares, OneIsMadeForGuestsListedDatedAndEnded) {
    const auto state = made(of_moment() + R"(,"way":"guests","until":"2999-01-01","from":"Ines")");
    EXPECT_EQ(state.value("items", 0), 2);
    const auto link = state.value("link", "");
    EXPECT_TRUE(link.starts_with("http://127.0.0.1:")) << link;
    const auto slash = link.find('#') - 1;
    const auto folder = archive.state_folder() + "/shares/" + link.substr(slash - 32, 32);
    EXPECT_TRUE(fs::exists(folder + "/manifest.age"));

    const auto listed = shares();
    ASSERT_EQ(listed.size(), 1U);
    const auto& one = listed[0];
    EXPECT_EQ(one["to"], "Ana");
    EXPECT_EQ(one["name"], "Emil");
    EXPECT_EQ(one["until"], "2999-01-01");
    EXPECT_EQ(one["where"][0]["as"], "guests");
    EXPECT_EQ(listed.dump().find("AGE-SECRET"), std::string::npos) << "a list holds no keys";
    const auto path = "/shares/" + one.value("id", "");
    EXPECT_EQ(ask("GET", path).json()["links"], Json::array({link}));

    const auto dated = ask("PATCH", path, R"({"until":null})");
    EXPECT_EQ(dated.status, 200) << dated.body;
    EXPECT_TRUE(dated.json()["share"]["until"].is_null());
    EXPECT_EQ(dated.json()["remains"], Json::array());
    EXPECT_EQ(text_of(folder + ".until"), "open\n");

    const auto ended = ask("POST", path + "/end", "{}");
    EXPECT_EQ(ended.json().value("removed", 0), 1) << ended.body;
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_EQ(text_of(folder + ".until"), "ended\n");
    EXPECT_EQ(shares().size(), 0U);
    EXPECT_EQ(ask("PATCH", path, R"({"until":"2999-01-01"})").status, 400) << "for good";
}

TEST_F(Shares, AFolderIsMadeBelowTheOneThatTheCommandLineNamedAndNowhereElse) {
    const auto state = made(R"("items":[)" + list() + R"(],"way":"folder")");
    ASSERT_EQ(count_in(public_folder()), 1U);
    const auto name = fs::directory_iterator(public_folder())->path().filename().string();
    EXPECT_EQ(name.size(), 32U);
    EXPECT_TRUE(state.value("link", "").starts_with("https://family.example/s/" + name + "/#AGE"));
    EXPECT_TRUE(fs::exists(public_folder() + "/" + name + "/manifest.age"));
    const auto share = shares()[0].value("id", "");
    EXPECT_EQ(ask("POST", "/shares/" + share + "/end", "{}").json().value("removed", 0), 1);
    EXPECT_EQ(count_in(public_folder()), 0U);
}

TEST_F(Shares, ADownloadWaitsSealedAndIsRemembered) {
    const auto state = made(of_moment() + R"(,"way":"download")");
    const auto path = "/showing/" + state.value("id", "");
    const auto file = ask("GET", path + "/file");
    EXPECT_EQ(file.status, 200);
    const auto name = state.value("file", "");
    EXPECT_EQ(name.size(), std::string("shown-12345678.html").size());
    EXPECT_EQ(file.headers.at("content-disposition"), "attachment; filename=\"" + name + "\"");
    EXPECT_EQ(file.headers.at("cache-control"), "no-store");
    const auto link = state.value("link", "");
    const auto key = link.substr(link.find('#') + 1);
    EXPECT_EQ(file.body.find(key), std::string::npos);
    EXPECT_EQ(file.body.find("Emil"), std::string::npos);
    EXPECT_EQ(ask("DELETE", path).status, 204);
    EXPECT_EQ(ask("GET", path + "/file").status, 404);
    EXPECT_EQ(waiting(), 0U);
    const auto one = shares()[0];
    EXPECT_EQ(one["where"][0]["as"], "download");
    EXPECT_EQ(one["where"][0]["path"], name);
    const auto ended = ask("POST", "/shares/" + one.value("id", "") + "/end", "{}").json();
    EXPECT_EQ(ended.value("removed", 9), 0);
    EXPECT_EQ(ended["remains"][0]["as"], "download") << "whoever has it has it";

    const auto open = made(of_moment() + R"(,"way":"download","with_key":true)");
    const auto opened_link = open.value("link", "");
    EXPECT_NE(ask("GET", "/showing/" + open.value("id", "") + "/file")
                  .body.find(opened_link.substr(opened_link.find('#') + 1)),
              std::string::npos);
}

TEST_F(Shares, WhatWaitsOfOneThatEndedIsNotHandedOutAnyMore) {
    const auto state = made(of_moment() + R"(,"way":"download")");
    EXPECT_EQ(waiting(), 1U);
    EXPECT_EQ(ask("POST", "/shares/" + state.value("share", "") + "/end", "{}").status, 200);
    EXPECT_EQ(waiting(), 0U);
    EXPECT_EQ(ask("GET", "/showing/" + state.value("id", "") + "/file").status, 404);
}

TEST_F(Shares, AFileIsNotHandedOutOnceItsShareEndedElsewhere) {
    const auto state = made(of_moment() + R"(,"way":"download","until":"2999-01-01")");
    const auto file = "/showing/" + state.value("id", "") + "/file";
    EXPECT_EQ(ask("GET", file).status, 200);
    // As a command in a terminal does it.
    Quietly quietly;
    auto library =
        library::Library::open(archive.environment(), archive.folder(),
                               library::Passphrase{crypto::Secret("correct horse")}, quietly);
    ASSERT_TRUE(library.has_value());
    const auto shares = share::find_shares(*library, "Ana");
    ASSERT_TRUE(shares.has_value());
    ASSERT_TRUE(share::end_share(*library, shares->front()).has_value());
    for (int i = 0; i < 400 && ask("GET", file).status != 404; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    EXPECT_EQ(ask("GET", file).status, 404);
}

TEST_F(Shares, WhatAKilledProgramLeftIsRemovedAndWhatAnotherWaitsWithStays) {
    const auto killed = waiting_folder() + "/0011";
    const auto running = waiting_folder() + "/2233";
    for (const auto& folder : {killed, running}) {
        fs::create_directories(folder);
        std::ofstream(folder + "/page.html") << "sealed";
    }
    os::PosixFileSystem files;
    const auto lock = files.try_lock(running + "/lock");
    ASSERT_TRUE(lock.has_value());
    archive.restart();
    EXPECT_FALSE(fs::exists(killed));
    EXPECT_TRUE(fs::exists(running + "/page.html"));
}

TEST_F(Shares, TheFirstLookIsAPageInAnOriginOfItsOwnAndNoShare) {
    const auto state = made(of_moment() + R"(,"way":"look")");
    EXPECT_TRUE(state["share"].is_null());
    EXPECT_TRUE(state.value("link", "").starts_with("AGE-SECRET-KEY-1"));
    const auto path = "/showing/" + state.value("id", "");
    const auto page = ask("GET", path + "/page");
    EXPECT_EQ(page.status, 200);
    const auto& policy = page.headers.at("content-security-policy");
    EXPECT_TRUE(policy.starts_with("sandbox allow-scripts;")) << policy;
    EXPECT_EQ(policy.find("allow-same-origin"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(page.headers.at("cache-control"), "no-store");
    EXPECT_EQ(page.body.find("AGE-SECRET-KEY-1" + std::string("Q")), std::string::npos);
    EXPECT_EQ(ask("GET", path + "/file").status, 404);
    EXPECT_EQ(shares().size(), 0U);
    const auto own = std::exchange(archive.cookie, "");
    EXPECT_EQ(ask("GET", path + "/page").status, 401) << "for whoever has no session";
    archive.cookie = own;
    // What waits is gone once everything locks, and its id means nothing any more.
    EXPECT_EQ(waiting(), 1U);
    EXPECT_EQ(ask("DELETE", "/session").status, 204);
    EXPECT_EQ(waiting(), 0U);
}

TEST_F(Shares, StoppedItLeavesNothing) {
    const auto keep = archive.begin_keep();
    archive.send(keep, "film.avi", "RIFF a long film");
    items.push_back(archive.wait_kept(keep)["files"][0].value("item", ""));
    wait_read();
    ask("POST", "/just-kept/place", "{}");
    for (const std::string way : {"guests", "folder", "download", "look"}) {
        const auto begun =
            ask("POST", "/showing",
                R"({"to":"Ana","items":[")" + items.at(2) + R"("],"way":")" + way + "\"}");
        ASSERT_EQ(begun.status, 202) << begun.body;
        const auto again =
            ask("POST", "/showing", R"({"to":"Bo",)" + of_moment() + R"(,"way":"look"})");
        EXPECT_EQ(again.status, 409) << "one at a time";
        const auto id = begun.json().value("id", "");
        EXPECT_EQ(ask("GET", "/showing/" + id).json().value("state", ""), "making");
        EXPECT_EQ(ask("DELETE", "/showing/" + id).status, 204);
        EXPECT_EQ(settled(id).value("state", ""), "stopped") << way;
        EXPECT_EQ(shares().size(), 0U);
        EXPECT_EQ(count_in(public_folder()), 0U);
        EXPECT_EQ(waiting(), 0U);
        for (const auto& entry : fs::directory_iterator(archive.state_folder() + "/shares"))
            EXPECT_EQ(entry.path().filename(), "address");
    }
}

TEST_F(Shares, WhatMakesNoSenseIsRefusedAtOnce) {
    const auto status = [&](const std::string& body) {
        return ask("POST", "/showing", body).status;
    };
    const auto what = of_moment() + R"(,"way":"look")";
    const auto with = [&](const std::string& wrong) {
        return status("{" + wrong + "," + what + "}");
    };
    const auto to_ana = [&](const std::string& wrong) { return with(R"("to":"Ana",)" + wrong); };
    EXPECT_EQ(status("{" + what + "}"), 400) << "for nobody";
    for (const std::string wrong :
         {R"("to":"A\nB")", R"("to":"A\u0000B")", R"("to":7)", R"("to":["Ana"])", R"("to":null)"})
        EXPECT_EQ(with(wrong), 400) << wrong;
    for (const std::string wrong :
         {R"("until":"2027-02-30")", R"("until":"1999-01-01")", R"("until":"99999-01-01")",
          R"("until":"../2999-01-01")", R"("until":20270101)", R"("hint":"no passphrase")",
          R"("passphrase":"")", R"("more":"without a line")", R"("language":"../../en")",
          R"("cover":"a\nb")", R"("path":"/etc")", R"("at":"http://evil.example")",
          R"("story":"yes")", R"("originals":1)", R"("with_key":true)", R"("items":[7])",
          R"("items":["../../etc/passwd"])"})
        EXPECT_EQ(to_ana(wrong), 400) << wrong;
    EXPECT_EQ(status(R"({"to":"Ana","cover":")" + std::string(161, 'x') + "\"," + what + "}"), 400);
    EXPECT_EQ(status(R"({"to":"Ana","moment":"../../x","way":"look"})"), 400);
    EXPECT_EQ(status(R"({"to":"Ana","moment":"0123456789abcdef","way":"look"})"), 404);
    EXPECT_EQ(status(R"({"to":"Ana","items":["0123456789abcdef"],"way":"look"})"), 404);
    EXPECT_EQ(status(R"({"to":"Ana","items":[],"way":"look"})"), 400);
    EXPECT_EQ(status(R"({"to":"Ana","story":true,)" + what + "}"), 404) << "there is none";
    std::string many = "\"" + items.at(0) + "\"";
    for (int i = 0; i < 10'000; ++i) many += ",\"" + items.at(0) + "\"";
    EXPECT_EQ(status(R"({"to":"Ana","way":"look","items":[)" + many + "]}"), 400);
    EXPECT_EQ(ask("POST", "/let-go", R"({"items":[")" + items.at(0) + "\"]}").status, 204);
    EXPECT_EQ(status(R"({"to":"Ana","way":"look","items":[")" + items.at(0) + "\"]}"), 404);
    const auto unknown = std::string(32, '0');
    const std::vector<std::string> paths{"/shares/0123456789abcdef",
                                         "/shares/x",
                                         "/showing/x",
                                         "/showing/" + unknown,
                                         "/showing/" + unknown + "/file",
                                         "/showing/" + unknown + "/page"};
    for (const auto& path : paths) EXPECT_EQ(ask("GET", path).status, 404) << path;
    EXPECT_EQ(ask("GET", "/showing/..%2f..%2fx").status, 400);
    EXPECT_EQ(archive
                  .ask("POST", "/api/v1/showing", R"({"to":"Ana",)" + what + "}",
                       {{"Origin", "http://evil.example"}})
                  .status,
              403);
    EXPECT_EQ(shares().size(), 0U);
    EXPECT_EQ(waiting(), 0U);
}

TEST_F(Shares, NamesThatLookLikePathsAreNames) {
    const auto begun = ask(
        "POST", "/showing",
        R"({"to":"../../../tmp/<b>Ana</b>","from":"/etc",)" + of_moment() + R"(,"way":"folder"})");
    ASSERT_EQ(begun.status, 202) << begun.body;
    EXPECT_EQ(settled(begun.json().value("id", "")).value("state", ""), "made");
    EXPECT_EQ(count_in(public_folder()), 1U);
    EXPECT_EQ(shares()[0].value("to", ""), "../../../tmp/<b>Ana</b>");
}

TEST_F(Shares, ADateOfAShareIsADayToCome) {
    made(of_moment() + R"(,"way":"guests")");
    const auto path = "/shares/" + shares()[0].value("id", "");
    for (const std::string wrong :
         {R"({})", R"({"until":7})", R"({"until":""})", R"({"until":"2001-01-01"})",
          R"({"until":"2027-13-01"})", R"({"until":"2999-01-01","ended":false})"})
        EXPECT_EQ(ask("PATCH", path, wrong).status, 400) << wrong;
    EXPECT_TRUE(shares()[0]["until"].is_null());
    EXPECT_EQ(ask("PATCH", path, R"({"until":"2999-12-31"})").status, 200);
    EXPECT_EQ(shares()[0]["until"], "2999-12-31");
}

TEST_F(Shares, TheOutlineTellsWhatIsCoveredAndNothingOfWhatItsCoverHides) {
    ask("PUT", "/items/" + items.at(1) + "/cover", R"({"line":"His hands."})");
    const auto outline = [&] {
        return ask("POST", "/showing/outline", "{" + of_moment() + "}").json();
    };
    auto told = outline();
    EXPECT_EQ(told["name"], "Emil");
    EXPECT_EQ(told["counts"]["photograph"], 2);
    EXPECT_TRUE(told["cover"].is_null());
    EXPECT_EQ(told["covered"][0]["line"], "His hands.");
    EXPECT_EQ(told["covered"][0]["count"], 1);
    EXPECT_EQ(told["ways"]["folder_at"], "https://family.example/s");
    EXPECT_TRUE(told["ways"].value("guests", "").starts_with("http://127.0.0.1:"));
    ask("PUT", "/moments/" + moment + "/cover", R"({"line":"Emil. He had died."})");
    told = outline();
    EXPECT_EQ(told["cover"]["line"], "Emil. He had died.");
    EXPECT_EQ(told["covered"], Json::array()) << "what the moment's cover hides";
}

TEST_F(Shares, AMomentNamesWhomItOrAPartOfItIsShownTo) {
    made(of_moment() + R"(,"way":"look")");
    const auto of = [&] { return ask("GET", "/shares?moment=" + moment).json()["shares"]; };
    EXPECT_EQ(of().size(), 0U) << "a first look is shown to nobody";
    made(R"("items":[")" + items.at(0) + R"("],"way":"guests")");
    ASSERT_EQ(of().size(), 1U);
    EXPECT_EQ(of()[0]["what"], "items");
    ask("PUT", "/moments/" + moment + "/cover", R"({"line":"Emil."})");
    EXPECT_EQ(of().size(), 0U) << "what is in it is covered";
    EXPECT_EQ(ask("GET", "/shares?moment=0123456789abcdef").status, 404);
}

TEST_F(Shares, NeitherNamesNorLinksAreLogged) {
    const auto state = made(of_moment() + R"(,"way":"guests","passphrase":"Seepferdchen")");
    const auto share = shares()[0].value("id", "");
    ask("GET", "/shares/" + share);
    ask("POST", "/shares/" + share + "/end", "{}");
    const auto log = text_of(archive.log_file());
    EXPECT_NE(log.find("api/v1/showing"), std::string::npos) << log;
    const auto link = state.value("link", "");
    for (const auto& word : {std::string("Ana"), std::string("Emil"), std::string("Seepferdchen"),
                             share, state.value("id", "x"), link.substr(link.find('#') + 1),
                             link.substr(link.find('#') - 33, 32)})
        EXPECT_EQ(log.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace keepsake::server::testing
